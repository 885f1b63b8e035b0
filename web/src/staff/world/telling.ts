// The ranking's facts in plain words.
import type { components } from "../../api/matching";
import type { Candidate } from "./questions";

export type Factor = components["schemas"]["Factor"];

export const FACTORS: Record<Factor, string> = {
  themes: "Themes in common",
  project: "The project that matters most",
  industries: "Industries in common",
  universities: "Universities and schools",
  region: "The part of the world wished for",
  size: "The size wished for",
  role: "A like role in its country",
  geography: "Climate, coast, height",
  language: "The language wished for",
  travel: "Time zone, distance, airports",
  affinity: "Like real partnerships",
  receptiveness: "It asked for a partner",
};
export const WISHES = { region: "the part of the world", size: "the size", language: "the language" } as const;

const people = new Intl.NumberFormat("en");

export const number = (value: number) => people.format(value);
export const score = (value: number | null) => (value === null ? "not ranked" : value.toFixed(2));

/** Where a city is, and how large. */
export function facts(city: Candidate): string {
  const where = [city.region, city.country_name].filter(Boolean).join(", ");
  return [where, `${number(city.place.population)} people`, `${number(city.distance_km)} km away`].join(" · ");
}

export function misses(city: Candidate): string {
  if (city.misses.length === 0) return "";
  return `Does not meet the wish for ${city.misses.map((each) => WISHES[each]).join(" and ")}.`;
}

export function exposure(city: Candidate): string {
  if (city.exposure === 0) return "";
  return city.exposure === 1
    ? "Proposed for 1 other search in the last 12 months."
    : `Proposed for ${city.exposure} other searches in the last 12 months.`;
}
