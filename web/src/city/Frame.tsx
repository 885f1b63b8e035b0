// What each page of one's own search has around it.
import type { ReactNode } from "react";
import { useTitle } from "../shell/faces";
import { Within } from "../shell/Within";
import { nameOf } from "./names";
import { useOwn } from "./own";

const PAGES = [
  { name: "Overview", at: "/city" },
  { name: "Debriefing", at: "/city/debrief" },
  { name: "Wishes", at: "/city/answers" },
  { name: "Profile", at: "/city/profile" },
  { name: "Cities", at: "/city/prospects" },
  { name: "Documents", at: "/city/documents" },
  { name: "Conversation", at: "/city/conversation" },
  { name: "Own work", at: "/city/log" },
  { name: "People", at: "/city/people" },
] as const;
const ALWAYS: ReadonlySet<string> = new Set(["Overview", "Profile", "People"]);
export type PageName = (typeof PAGES)[number]["name"];

interface Props {
  title: string;
  current?: PageName;
  wide?: boolean;
  /** Where one came from, for pages that are not on the way themselves. */
  back?: { at: string; name: string };
  children: ReactNode;
}

export function Frame({ title, current, wide = false, back, children }: Props) {
  useTitle(title);
  const { community, search, isAdministrator } = useOwn();
  const pages = PAGES.filter(({ name }) => (search ? isAdministrator || name !== "Documents" : ALWAYS.has(name)));
  return (
    <main id="content" className={wide ? "page wide" : "page"}>
      <p className="muted small of">{nameOf(community.place)}</p>
      <Within label="Pages of your search" pages={pages} current={current} />
      {back && <p><a href={back.at}>Back to {back.name}</a></p>}
      <h1>{title}</h1>
      {children}
    </main>
  );
}

/** Shown instead of a page that needs an open search. */
export function NoSearch({ title }: { title: string }) {
  return (
    <Frame title={title}>
      <p>Your community has no search open, so there is nothing here yet.</p>
      <p><a className="button" href="/city">See what you can do</a></p>
    </Frame>
  );
}

/** Shown to the committee instead of what the administrator does alone. */
export function AdministratorOnly({ what }: { what: string }) {
  const { community } = useOwn();
  const administrator = community.people.find((each) => each.role === "administrator");
  return (
    <p className="box">
      {what} {administrator ? `Your administrator is ${administrator.name}.` : "Your community has no administrator on record: write to our staff to have one recorded."}
    </p>
  );
}
