// Mail that came in, of both services that answer for it: cases and listings here, threads and pairs there.
import { useQuery } from "@tanstack/react-query";
import { intake, outreach } from "../../api/client";
import type { components } from "../../api/intake";
import { whole } from "../reads";

export type Inbound = components["schemas"]["InboundView"];
export type Kind = components["schemas"]["InboundKind"];
export const SERVICES = ["intake", "outreach"] as const;
export type Service = (typeof SERVICES)[number];

export const KINDS: Record<Kind, string> = { reply: "somebody wrote it", bounce: "it came back", automatic: "an automatic answer", delayed: "a delay is told" };
export const ABOUT: Record<string, string> = { case: "a case", listing: "a listing", pair: "a pair", thread: "a thread" };

export function useMails(service: Service, waiting: boolean, cursor: string | null) {
  const params = { query: { waiting, limit: 50, ...(cursor && { cursor }) } };
  return useQuery({
    queryKey: ["mail", service, waiting, cursor],
    queryFn: ({ signal }) =>
      service === "intake" ? whole(intake.GET("/api/intake/v1/inbound", { params, signal })) : whole(outreach.GET("/api/outreach/v1/inbound", { params, signal })),
  });
}

export function useMail(service: Service, inbound_id: string) {
  const params = { path: { inbound_id } };
  return useQuery({
    queryKey: ["mail", service, "one", inbound_id],
    queryFn: ({ signal }) =>
      service === "intake"
        ? whole(intake.GET("/api/intake/v1/inbound/{inbound_id}", { params, signal }))
        : whole(outreach.GET("/api/outreach/v1/inbound/{inbound_id}", { params, signal })),
  });
}
