// Whose search this is: the community of whoever is signed in, its open case, and what they may do there.
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, type ReactNode } from "react";
import { intake } from "../api/client";
import type { components } from "../api/intake";
import type { Person } from "../api/session";
import { Trouble } from "../shell/Trouble";

export type Community = components["schemas"]["CommunityView"];
export type Search = components["schemas"]["CaseView"];

export interface Own {
  person: Person;
  /** Decides; the others of the committee read, vote and comment. */
  isAdministrator: boolean;
  community: Community;
  /** The open one. */
  search: Search | null;
}

/** The beginning of the keys of all questions about the own search. */
export const OWN = ["own"] as const;
/** Other people move the search too: what is on the screen is asked for anew after so many milliseconds. */
export const AGAIN = 20_000;

const Context = createContext<Own | null>(null);

export function useOwn(): Own {
  const own = useContext(Context);
  if (!own) throw new Error("This page stands outside of OwnSearch.");
  return own;
}

/** The open search of this page's address; pages that need one are shown where there is one. */
export function useSearch(): Search {
  const { search } = useOwn();
  if (!search) throw new Error("This page is shown without an open search.");
  return search;
}

export function OwnSearch({ person, children }: { person: Person; children: ReactNode }) {
  const found = useQuery({
    queryKey: [...OWN, "search", person.person_id],
    queryFn: ({ signal }) => load(person, signal),
    refetchInterval: AGAIN,
  });
  if (found.data) return <Context value={{ ...found.data, person, isAdministrator: person.role === "administrator" }}>{children}</Context>;
  return (
    <main id="content" className="page" aria-busy={found.isPending}>
      <h1>Your search</h1>
      {found.isError ? <Trouble problem={found.error} retry={() => void found.refetch()} /> : <Waits />}
    </main>
  );
}

async function load({ community_id }: Person, signal: AbortSignal): Promise<{ community: Community; search: Search | null }> {
  const path = { community_id: community_id ?? "" };
  const community = await intake.GET("/api/intake/v1/communities/{community_id}", { params: { path }, signal });
  const case_id = community.data!.open_case_id;
  if (!case_id) return { community: community.data!, search: null };
  const search = await intake.GET("/api/intake/v1/cases/{case_id}", { params: { path: { case_id } }, signal });
  return { community: community.data!, search: search.data! };
}

/** What is shown while an answer is on its way. */
export function Waits({ lines = 4 }: { lines?: number }) {
  return (
    <div role="status">
      <span className="hidden">One moment.</span>
      {Array.from({ length: lines }, (_, line) => <p key={line} className="skeleton" aria-hidden="true">&nbsp;</p>)}
    </div>
  );
}
