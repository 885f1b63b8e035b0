// The words of letters, of both services that write them.
import { useQuery } from "@tanstack/react-query";
import { intake, outreach } from "../../api/client";
import type { components } from "../../api/intake";
import { capital } from "../words";
import { whole } from "../reads";

export type InUse = components["schemas"]["InUse"];
export type WordsView = components["schemas"]["WordsView"];
export type Preview = components["schemas"]["Preview"];
export const SERVICES = ["intake", "outreach"] as const;
export type Service = (typeof SERVICES)[number];

export const ABOUT: Record<Service, string> = { intake: "members and listings", outreach: "outreach" };
const languages = new Intl.DisplayNames("en", { type: "language" });
export const language = (code: string) => languages.of(code) ?? code;
export const letterName = (kind: string) => (kind === "frame" ? "What stands around every letter" : capital(kind.replaceAll("_", " ")));
export const addressOf = (service: Service, { kind, language: code }: { kind: string; language: string }) => `/staff/letters/${service}/${kind}/${code}`;

export function useLetters(service: Service) {
  return useQuery({
    queryKey: ["letters", service],
    queryFn: ({ signal }) => whole(service === "intake" ? intake.GET("/api/intake/v1/letters", { signal }) : outreach.GET("/api/outreach/v1/letters", { signal })),
  });
}

export function useLetter(service: Service, kind: string, code: string) {
  const params = { path: { kind, language: code } };
  return useQuery({
    queryKey: ["letters", service, kind, code],
    queryFn: ({ signal }) =>
      whole(service === "intake" ? intake.GET("/api/intake/v1/letters/{kind}/{language}", { params, signal }) : outreach.GET("/api/outreach/v1/letters/{kind}/{language}", { params, signal })),
  });
}
