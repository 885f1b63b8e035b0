// What is asked of the other services about the own search.
import { useQuery } from "@tanstack/react-query";
import { cases, matching, outreach } from "../api/client";
import type { components as Matching } from "../api/matching";
import type { components as Outreach } from "../api/outreach";
import { Refused } from "../api/refusals";
import { AGAIN, OWN } from "./own";

export type Prospects = Matching["schemas"]["CaseView"];
export type Prospect = Matching["schemas"]["ProspectView"];
export type Candidate = Matching["schemas"]["Candidate"];
export type Chosen = Outreach["schemas"]["CaseView"];
export type PairItem = Outreach["schemas"]["PairItem"];
export type Pair = Outreach["schemas"]["PairView"];

/** Just after a Yes the other services have yet to hear of it: they know no such case for a moment. */
async function orNone<Answer>(answer: Promise<{ data?: Answer }>): Promise<Answer | null> {
  try {
    return (await answer).data ?? null;
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 404) return null;
    throw problem;
  }
}
const soonIfNone = (query: { state: { data?: unknown } }) => (query.state.data === null ? 2_000 : AGAIN);

export function useProspects(case_id: string) {
  return useQuery({
    queryKey: [...OWN, "prospects", case_id],
    queryFn: ({ signal }) => orNone(matching.GET("/api/matching/v1/cases/{case_id}", { params: { path: { case_id } }, signal })),
    refetchInterval: soonIfNone,
  });
}

export function useCandidate(case_id: string, geoname_id: number) {
  return useQuery({
    queryKey: [...OWN, "candidate", case_id, geoname_id],
    queryFn: async ({ signal }) =>
      (await matching.GET("/api/matching/v1/cases/{case_id}/candidates/{geoname_id}", { params: { path: { case_id, geoname_id } }, signal })).data!,
  });
}

/** Two to five side by side. */
export function useComparison(case_id: string, geoname_ids: number[]) {
  return useQuery({
    queryKey: [...OWN, "comparison", case_id, geoname_ids],
    queryFn: async ({ signal }) =>
      (await matching.GET("/api/matching/v1/cases/{case_id}/comparison", { params: { path: { case_id }, query: { geoname_ids } }, signal })).data!,
  });
}

/** The cities that outreach works on, or did. */
export function useChosen(case_id: string) {
  return useQuery({
    queryKey: [...OWN, "chosen", case_id],
    queryFn: ({ signal }) => orNone(outreach.GET("/api/outreach/v1/cases/{case_id}", { params: { path: { case_id } }, signal })),
    refetchInterval: soonIfNone,
  });
}

export function usePair(pair_id: string) {
  return useQuery({
    queryKey: [...OWN, "pair", pair_id],
    queryFn: async ({ signal }) => (await outreach.GET("/api/outreach/v1/pairs/{pair_id}", { params: { path: { pair_id } }, signal })).data!,
    refetchInterval: AGAIN,
  });
}

export function useIntroduction(pair_id: string) {
  return useQuery({
    queryKey: [...OWN, "introduction", pair_id],
    queryFn: async ({ signal }) =>
      (await outreach.GET("/api/outreach/v1/pairs/{pair_id}/introduction/slots", { params: { path: { pair_id } }, signal })).data!,
  });
}

export function useDocuments(pair_id: string) {
  return useQuery({
    queryKey: [...OWN, "documents", pair_id],
    queryFn: async ({ signal }) => (await outreach.GET("/api/outreach/v1/pairs/{pair_id}/documents", { params: { path: { pair_id } }, signal })).data!,
  });
}

/** Everything that happened in the case, of all services. */
export function useStory(case_id: string) {
  return useQuery({
    queryKey: [...OWN, "story", case_id],
    queryFn: ({ signal }) => orNone(cases.GET("/api/directory/v1/cases/{case_id}", { params: { path: { case_id } }, signal })),
    refetchInterval: soonIfNone,
  });
}
