// What the pages of staff ask the services, each question under the key by which a change makes it asked anew.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { cases, intake, matching, outreach } from "../api/client";
import type { components as Directory } from "../api/directory";

export type CaseLine = Directory["schemas"]["CaseLine"];
const AT_MOST = 2000; // open cases that the queue tells more about

/** An answer came, or the question was refused: `client` sees to that. */
export async function whole<Answer>(asked: Promise<{ data?: Answer }>): Promise<Answer> {
  return (await asked).data as Answer;
}

export const useWork = () =>
  useQuery({
    queryKey: ["work"], refetchInterval: 60_000,
    queryFn: ({ signal }) => whole(intake.GET("/api/intake/v1/work", { signal })),
  });

export const useStaff = () =>
  useQuery({
    queryKey: ["staff"], staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const people = await whole(intake.GET("/api/intake/v1/staff", { signal }));
      return people.filter((person) => person.role === "staff");
    },
  });

/** How far each open case has come and what was last heard, by its number. */
export const useCaseLines = () =>
  useQuery({
    queryKey: ["case-lines"],
    queryFn: async ({ signal }) => {
      const found = new Map<string, CaseLine>();
      let cursor: string | null = null;
      do {
        const page: { items: CaseLine[]; next_cursor?: string | null } = await whole(
          cases.GET("/api/directory/v1/cases", { params: { query: { limit: 500, ...(cursor ? { cursor } : {}) } }, signal }),
        );
        for (const line of page.items) found.set(line.case_id, line);
        cursor = page.next_cursor ?? null;
      } while (cursor && found.size < AT_MOST);
      return found;
    },
  });

export const useCase = (case_id: string) =>
  useQuery({
    queryKey: ["case", case_id, "intake"],
    queryFn: ({ signal }) => whole(intake.GET("/api/intake/v1/cases/{case_id}", { params: { path: { case_id } }, signal })),
  });

export const useCasebook = (case_id: string) =>
  useQuery({
    queryKey: ["case", case_id, "casebook"],
    queryFn: ({ signal }) => whole(cases.GET("/api/directory/v1/cases/{case_id}", { params: { path: { case_id } }, signal })),
  });

export const useResearch = (case_id: string) =>
  useQuery({
    queryKey: ["case", case_id, "research"],
    queryFn: ({ signal }) => whole(matching.GET("/api/matching/v1/cases/{case_id}", { params: { path: { case_id } }, signal })),
  });

export const useOutreach = (case_id: string) =>
  useQuery({
    queryKey: ["case", case_id, "outreach"],
    queryFn: ({ signal }) => whole(outreach.GET("/api/outreach/v1/cases/{case_id}", { params: { path: { case_id } }, signal })),
  });

export const useCommunity = (community_id: string | undefined) =>
  useQuery({
    queryKey: ["community", community_id], enabled: community_id !== undefined,
    queryFn: ({ signal }) =>
      whole(intake.GET("/api/intake/v1/communities/{community_id}", { params: { path: { community_id: community_id ?? "" } }, signal })),
  });

export const pairQuestion = (pair_id: string) => queryOptions({
  queryKey: ["pair", pair_id],
  queryFn: ({ signal }) => whole(outreach.GET("/api/outreach/v1/pairs/{pair_id}", { params: { path: { pair_id } }, signal })),
});

export const usePair = (pair_id: string) => useQuery(pairQuestion(pair_id));

export const useRoutes = (pair_id: string) =>
  useQuery({
    queryKey: ["pair", pair_id, "routes"],
    queryFn: ({ signal }) => whole(outreach.GET("/api/outreach/v1/pairs/{pair_id}/routes", { params: { path: { pair_id } }, signal })),
  });

export const useDocuments = (pair_id: string) =>
  useQuery({
    queryKey: ["pair", pair_id, "documents"],
    queryFn: ({ signal }) => whole(outreach.GET("/api/outreach/v1/pairs/{pair_id}/documents", { params: { path: { pair_id } }, signal })),
  });

export const usePlaybook = (country: string) =>
  useQuery({
    queryKey: ["playbook", country],
    queryFn: ({ signal }) => whole(outreach.GET("/api/outreach/v1/playbooks/{country}", { params: { path: { country } }, signal })),
  });

export const useDebriefTimes = (case_id: string) =>
  useQuery({
    queryKey: ["case", case_id, "debrief"],
    queryFn: ({ signal }) => whole(intake.GET("/api/intake/v1/cases/{case_id}/debrief/slots", { params: { path: { case_id } }, signal })),
  });

export const useIntroduction = (pair_id: string) =>
  useQuery({
    queryKey: ["pair", pair_id, "introduction"],
    queryFn: ({ signal }) => whole(outreach.GET("/api/outreach/v1/pairs/{pair_id}/introduction/slots", { params: { path: { pair_id } }, signal })),
  });
