// A page for people who are signed in and have a role: others are told how to come in, and read nothing.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { whoIsSignedIn, type Person } from "../api/session";
import { useWords } from "../words";
import { Shell, type Page } from "./Shell";
import { SignInFirst, Trouble } from "./Trouble";

export type Role = "administrator" | "committee_member" | "foreign_official" | "staff" | "operator";

interface Props {
  page: Page;
  roles: readonly Role[];
  children: (person: Person) => ReactNode;
}

export function SignedIn({ page, roles, children }: Props) {
  const { t } = useWords();
  const session = useSession();
  const person = session.data?.person;
  if (person && roles.some((role) => role === person.role)) return <Shell page={page} person={person}>{children(person)}</Shell>;
  return (
    <Shell page={page} person={person}>
      <main id="content" className="page">
        <h1>{t(`nav.${page}`)}</h1>
        {session.isPending ? <p role="status">{t("signIn.looking")}</p>
        : session.isError ? <Trouble problem={session.error} retry={() => void session.refetch()} />
        : !person ? <SignInFirst />
        : <div className="trouble" role="alert"><h2>{t("signIn.other")}</h2><p>{t("signIn.otherWhy", { name: person.name })}</p><p><a href="/sign-in">{t("signIn.mine")}</a></p></div>}
      </main>
    </Shell>
  );
}

export function useSession() {
  return useQuery({ queryKey: ["session"], queryFn: ({ signal }) => whoIsSignedIn(signal) });
}
