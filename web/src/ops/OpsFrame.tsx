// What the pages of operators have around them: the way between them, and how every service is.
import type { ReactNode } from "react";
import { Within } from "../shell/Within";
import { NAMES, SERVICES, useStatuses, type Status } from "./services";
import { counted } from "./telling";

const PAGES = [
  { name: "Events", at: "/ops" },
  { name: "Services", at: "/ops/services" },
  { name: "Parked", at: "/ops/parked" },
  { name: "Letters", at: "/ops/letters" },
] as const;

interface Props {
  current: (typeof PAGES)[number]["name"];
  children: ReactNode;
}

export function OpsFrame({ current, children }: Props) {
  return (
    <main id="content" className="page wide ops">
      <Within label="Pages of operators" pages={PAGES} current={current} />
      <HealthStrip />
      {children}
    </main>
  );
}

function HealthStrip() {
  const statuses = useStatuses();
  return (
    <section aria-label="Health of the services">
      <ul className="health">
        {SERVICES.map((name) => {
          const { data, isError } = statuses[name];
          const { word, sign } = isError ? { word: "does not answer", sign: "bad" } : data ? healthOf(data) : { word: "asked", sign: "asked" };
          return (
            <li key={name} data-sign={sign}>
              <a href={`/ops/services#${name}`}>{NAMES[name]}</a> <span>{word}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The gravest first: what is broken, what waits for a hand, what is on its way. */
export function healthOf(status: Status): { word: string; sign: "good" | "bad" | "note" } {
  const lost = (status.letters["unknown"] ?? 0) + (status.letters["refused"] ?? 0);
  if (status.troubles.length) return { word: counted(status.troubles.length, "trouble"), sign: "bad" };
  if (status.parked) return { word: `${counted(status.parked, "event")} parked`, sign: "bad" };
  if (lost) return { word: `${counted(lost, "letter")} to settle`, sign: "note" };
  return { word: "well", sign: "good" };
}
