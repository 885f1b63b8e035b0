// What the page of the world asks matching, each question once for all of its parts.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { matching } from "../../api/client";
import type { components } from "../../api/matching";
import type { Asked } from "./asked";

type Schemas = components["schemas"];
export type Candidate = Schemas["Candidate"];
export type CaseRow = Schemas["CaseRow"];
export type Look = Schemas["Look"];
export type Place = Schemas["Place"];

/** All of a search's questions begin with it, so that one change makes them old together. */
export const keyOf = (search: string) => ["matching", search] as const;

const MOST_PAGES = 5;

/** Open searches, by the name of their city. */
export function useSearches() {
  return useQuery({
    queryKey: ["matching", "searches"],
    queryFn: async ({ signal }) => {
      const found: CaseRow[] = [];
      let cursor: string | null | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const query = { limit: 200, ...(cursor && { cursor }) };
        const { data } = await matching.GET("/api/matching/v1/cases", { params: { query }, signal });
        found.push(...data!.items);
        cursor = data!.next_cursor;
        if (!cursor) break;
      }
      const names = new Intl.Collator("en");
      return found
        .filter((each) => !["ended", "partnered", "closed"].includes(each.state))
        .sort((one, other) => names.compare(one.place.name, other.place.name));
    },
  });
}

export function useCase(search: string) {
  return useQuery({
    queryKey: [...keyOf(search), "case"],
    enabled: search !== "",
    queryFn: async ({ signal }) =>
      (await matching.GET("/api/matching/v1/cases/{case_id}", { params: { path: { case_id: search } }, signal })).data!,
  });
}

export function useLook({ search, country, floor, least, isSpread, limit }: Asked) {
  return useQuery({
    queryKey: [...keyOf(search), "look", country, floor, least, isSpread, limit],
    enabled: search !== "",
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { floor, least, limit, diverse: isSpread, ...(country && { country }) };
      const params = { path: { case_id: search }, query };
      return (await matching.GET("/api/matching/v1/cases/{case_id}/candidates", { params, signal })).data!;
    },
  });
}

/** What the map's tiles add up to. */
export function useWorld({ search, country, floor, least, isListed }: Asked) {
  return useQuery({
    queryKey: [...keyOf(search), "world", country, floor, least, isListed],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { floor, only_listed: isListed, ...(country && { country }) };
      if (!search) return (await matching.GET("/api/matching/v1/world", { params: { query }, signal })).data!;
      const params = { path: { case_id: search }, query: { ...query, least } };
      return (await matching.GET("/api/matching/v1/cases/{case_id}/world", { params, signal })).data!;
    },
  });
}

export function useCity(search: string, city: number | null) {
  return useQuery({
    queryKey: [...keyOf(search), "city", city],
    enabled: search !== "" && city !== null,
    queryFn: async ({ signal }) => {
      const params = { path: { case_id: search, geoname_id: city! } };
      return (await matching.GET("/api/matching/v1/cases/{case_id}/candidates/{geoname_id}", { params, signal })).data!;
    },
  });
}

export function useComparison(search: string, cities: readonly number[]) {
  return useQuery({
    queryKey: [...keyOf(search), "comparison", ...cities],
    enabled: search !== "" && cities.length > 1,
    queryFn: async ({ signal }) => {
      const params = { path: { case_id: search }, query: { geoname_ids: [...cities] } };
      return (await matching.GET("/api/matching/v1/cases/{case_id}/comparison", { params, signal })).data!;
    },
  });
}

export function useAdvice(search: string) {
  return useQuery({
    queryKey: [...keyOf(search), "advice"],
    enabled: search !== "",
    queryFn: async ({ signal }) =>
      (await matching.GET("/api/matching/v1/cases/{case_id}/advice", { params: { path: { case_id: search } }, signal })).data!,
  });
}

export function useExposure() {
  return useQuery({
    queryKey: ["matching", "exposure"],
    queryFn: async ({ signal }) => (await matching.GET("/api/matching/v1/exposure", { signal })).data!,
  });
}

export function useWeights(search: string) {
  const published = useQuery({
    queryKey: ["matching", "weights"],
    queryFn: async ({ signal }) => (await matching.GET("/api/matching/v1/weights", { signal })).data!,
  });
  const changed = useQuery({
    queryKey: [...keyOf(search), "adjustments"],
    enabled: search !== "",
    queryFn: async ({ signal }) =>
      (await matching.GET("/api/matching/v1/cases/{case_id}/adjustments", { params: { path: { case_id: search } }, signal })).data!,
  });
  return { published, changed };
}
