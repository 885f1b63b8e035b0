// What waits for staff, sorted by how much it presses, and which part of it the reader wants to see.
import type { components } from "../../api/intake";

export type Line = components["schemas"]["WorkLine"];

export const GROUPS = ["overdue", "soon", "later", "waiting", "nobodys"] as const;
export type Group = (typeof GROUPS)[number];
export const GROUP_NAMES: Record<Group, string> = {
  overdue: "Overdue", soon: "Due within a week", later: "Due later", waiting: "Waiting for others", nobodys: "Nobody has taken these",
};

export const KINDS = {
  case: { name: "Searches", of: ["case", "research"] },
  outreach: { name: "Outreach", of: ["pair", "thread", "introduction"] },
  message: { name: "Messages and mail", of: ["message", "mail"] },
  action: { name: "Promises", of: ["action"] },
  listing: { name: "Listings and profiles", of: ["listing", "profile"] },
} as const satisfies Record<string, { name: string; of: readonly Line["kind"][] }>;
export type Kind = keyof typeof KINDS;

/** What is shown; each stands in the address under its own name, and nothing stands there that is as it begins. */
export interface Wanted {
  /** "" yours and nobody's, "yours", "nobodys", "all", or the id of a colleague. */
  whose: string;
  kind: Kind | "";
  /** "" or "overdue". */
  due: string;
  q: string;
}

export function wantedOf(search: string): Wanted {
  const told = new URLSearchParams(search);
  const kind = told.get("kind") ?? "";
  return {
    whose: told.get("whose") ?? "", kind: kind in KINDS ? (kind as Kind) : "", due: told.get("due") === "overdue" ? "overdue" : "",
    q: told.get("q") ?? "",
  };
}

export function addressOf(wanted: Wanted): string {
  const told = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value) as [string, string][]);
  return told.size ? `/staff?${told}` : "/staff";
}

export function isNobodys(line: Line): boolean {
  return !line.is_yours && !line.owner_name;
}

function isWhose(line: Line, whose: string): boolean {
  switch (whose) {
    case "": return line.is_yours || isNobodys(line);
    case "yours": return line.is_yours;
    case "nobodys": return isNobodys(line);
    case "all": return true;
    default: return line.owner === whose;
  }
}

const folded = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function shown(lines: readonly Line[], wanted: Wanted): Line[] {
  const words = folded(wanted.q).split(/\s+/).filter(Boolean);
  return lines.filter(
    (line) =>
      isWhose(line, wanted.whose) &&
      (!wanted.kind || (KINDS[wanted.kind].of as readonly string[]).includes(line.kind)) &&
      (wanted.due !== "overdue" || line.is_overdue) &&
      (!words.length || words.every((word) => folded(`${line.about} ${line.what}`).includes(word))),
  );
}

/** Of what is everybody's the owner is told in the line; else what nobody has stands apart, below what is yours. */
export function groupOf(line: Line, today: string, wanted: Wanted): Group {
  if (wanted.whose === "" && isNobodys(line)) return "nobodys";
  if (line.is_overdue) return "overdue";
  if (line.holder !== "staff") return "waiting";
  return Date.parse(line.due_on) - Date.parse(today) <= 7 * 86_400_000 ? "soon" : "later";
}

export function grouped(lines: readonly Line[], today: string, wanted: Wanted): [Group, Line[]][] {
  return GROUPS.map((group): [Group, Line[]] => [group, lines.filter((line) => groupOf(line, today, wanted) === group)])
    .filter(([, found]) => found.length > 0);
}

/** What the list is, in one sentence. */
export function headingOf(wanted: Wanted, nameOf: (id: string) => string): string {
  const what = wanted.kind ? `: ${KINDS[wanted.kind].name.toLowerCase()}` : "";
  const whose =
    wanted.whose === "" ? "Your work, and what nobody has taken"
    : wanted.whose === "yours" ? "Your work"
    : wanted.whose === "nobodys" ? "What nobody has taken"
    : wanted.whose === "all" ? "Everybody's work"
    : `The work of ${nameOf(wanted.whose)}`;
  return `${whose}${what}${wanted.due ? ", overdue" : ""}`;
}

/** Where the line leads. */
export function pageOf(line: Line): string {
  if (line.kind === "listing") return `/staff/listings/${line.id}`;
  if (line.kind === "profile") return `/staff/communities/${line.id}`;
  if (line.kind === "mail") return "/staff/mail";
  const pair = /\/pairs\/([^/]+)/.exec(line.opens)?.[1];
  if (pair && line.case_id) return `/staff/cases/${line.case_id}/pairs/${pair}`;
  const part = line.kind === "message" ? "#conversation" : line.kind === "action" ? "#promises" : "";
  return `/staff/cases/${line.case_id ?? line.id}${part}`;
}
