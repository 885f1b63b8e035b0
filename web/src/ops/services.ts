// What operators ask of each service, by the types of its own document.
import { useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { cases as directory, intake, matching, outreach } from "../api/client";
import type { components } from "../api/intake";
import type { Sending } from "../shell/commands";

export type Status = components["schemas"]["Status"];
export type Parked = components["schemas"]["ParkedView"];
export type Step = components["schemas"]["Rehearsal"];
export type Letter = components["schemas"]["KeptLetter"];
export type LetterState = Letter["state"];
export type ServiceName = "intake" | "matching" | "outreach" | "directory";
export type SenderName = Exclude<ServiceName, "directory">;

export const SERVICES: readonly ServiceName[] = ["intake", "matching", "outreach", "directory"];
export const SENDERS: readonly SenderName[] = ["intake", "matching", "outreach"];
export const NAMES: Record<ServiceName, string> = { intake: "Intake", matching: "Matching", outreach: "Outreach", directory: "Directory" };

const EVERY = 5_000; // milliseconds between two looks

type Asking = { signal: AbortSignal };
const STATUS: Record<ServiceName, (asking: Asking) => Promise<{ data?: Status }>> = {
  intake: (asking) => intake.GET("/api/intake/v1/operations/status", asking),
  matching: (asking) => matching.GET("/api/matching/v1/operations/status", asking),
  outreach: (asking) => outreach.GET("/api/outreach/v1/operations/status", asking),
  directory: (asking) => directory.GET("/api/directory/v1/operations/status", asking),
};
const PARKED: Record<ServiceName, (asking: Asking) => Promise<{ data?: Parked[] }>> = {
  intake: (asking) => intake.GET("/api/intake/v1/operations/parked", asking),
  matching: (asking) => matching.GET("/api/matching/v1/operations/parked", asking),
  outreach: (asking) => outreach.GET("/api/outreach/v1/operations/parked", asking),
  directory: (asking) => directory.GET("/api/directory/v1/operations/parked", asking),
};

/** How each service is; one that does not answer has no data and an error. */
export function useStatuses(): Record<ServiceName, UseQueryResult<Status>> {
  const told = useQueries({
    queries: SERVICES.map((name) => ({
      queryKey: ["ops", "status", name],
      queryFn: async ({ signal }: Asking) => (await STATUS[name]({ signal })).data!,
      refetchInterval: EVERY,
      retry: false,
      staleTime: EVERY,
    })),
  });
  return Object.fromEntries(SERVICES.map((name, n) => [name, told[n]!])) as Record<ServiceName, UseQueryResult<Status>>;
}

export function useParked(name: ServiceName) {
  return useQuery({
    queryKey: ["ops", "parked", name],
    queryFn: async ({ signal }) => (await PARKED[name]({ signal })).data!,
    refetchInterval: EVERY,
  });
}

export interface Replay {
  service: ServiceName;
  source: string;
  aggregate_id: string;
  rehearse: boolean;
}

export async function replay({ service, source, aggregate_id, rehearse }: Replay, sending: Sending): Promise<Step[]> {
  const asked = { params: { path: { source, aggregate_id } }, body: { rehearse }, ...sending };
  const answers = {
    intake: () => intake.POST("/api/intake/v1/operations/parked/{source}/{aggregate_id}/replay", asked),
    matching: () => matching.POST("/api/matching/v1/operations/parked/{source}/{aggregate_id}/replay", asked),
    outreach: () => outreach.POST("/api/outreach/v1/operations/parked/{source}/{aggregate_id}/replay", asked),
    directory: () => directory.POST("/api/directory/v1/operations/parked/{source}/{aggregate_id}/replay", asked),
  };
  return (await answers[service]()).data!;
}

export async function letters(name: SenderName, state: LetterState, { signal }: Asking): Promise<Letter[]> {
  const asked = { params: { query: { state } }, signal };
  const answers = {
    intake: () => intake.GET("/api/intake/v1/operations/letters", asked),
    matching: () => matching.GET("/api/matching/v1/operations/letters", asked),
    outreach: () => outreach.GET("/api/outreach/v1/operations/letters", asked),
  };
  return (await answers[name]()).data!;
}

export async function settle(name: SenderName, id: string, state: "sent" | "due", sending: Sending): Promise<void> {
  const asked = { params: { path: { effect_id: id } }, body: { state }, ...sending };
  const answers = {
    intake: () => intake.POST("/api/intake/v1/operations/letters/{effect_id}/settle", asked),
    matching: () => matching.POST("/api/matching/v1/operations/letters/{effect_id}/settle", asked),
    outreach: () => outreach.POST("/api/outreach/v1/operations/letters/{effect_id}/settle", asked),
  };
  await answers[name]();
}

export async function retryLetters(name: SenderName, sending: Sending): Promise<number> {
  const answers = {
    intake: () => intake.POST("/api/intake/v1/operations/letters/retry", { headers: sending.headers }),
    matching: () => matching.POST("/api/matching/v1/operations/letters/retry", { headers: sending.headers }),
    outreach: () => outreach.POST("/api/outreach/v1/operations/letters/retry", { headers: sending.headers }),
  };
  return (await answers[name]()).data!.letters;
}
