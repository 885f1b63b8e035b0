// What the reader asks of the directory: kept in the address alone, so that Back, reload and a copied link all work.

import type { components } from "../api/directory";

export type Status = components["schemas"]["CityStatus"];
export type Theme = components["schemas"]["Theme"];

export const STATUSES = ["listed", "seeking", "partnered"] as const satisfies readonly Status[];
export const THEMES = [
  "education", "trade", "culture", "youth", "climate", "health", "tourism", "sports", "technology", "governance",
  "agriculture", "humanitarian",
] as const satisfies readonly Theme[];
export const CONTINENTS = ["AF", "AS", "EU", "NA", "OC", "SA"] as const;
/** Days since a listed city last said that it still looks. */
export const CONFIRMED = [30, 90, 180] as const;

export interface Wanted {
  text: string;
  countries: readonly string[];
  continents: readonly string[];
  states: readonly string[];
  themes: readonly string[];
  statuses: readonly Status[];
  confirmedWithin: number | null;
  /** The city that is selected, by its number. */
  city: string | null;
}
export type Filter = "countries" | "continents" | "states" | "themes" | "statuses";

export const NOTHING: Wanted = {
  text: "", countries: [], continents: [], states: [], themes: [], statuses: [], confirmedWithin: null, city: null,
};

const NAMES: Record<Filter, string> = {
  countries: "country", continents: "continent", states: "state", themes: "theme", statuses: "status",
};
const FILTERS = Object.keys(NAMES) as Filter[];

export function fromAddress(search: string): Wanted {
  const given = new URLSearchParams(search);
  const days = Number(given.get("confirmed"));
  const wanted = {
    ...NOTHING,
    text: given.get("q") ?? "",
    confirmedWithin: days > 0 ? days : null,
    city: given.get("city"),
  };
  for (const filter of FILTERS) Object.assign(wanted, { [filter]: [...new Set(given.getAll(NAMES[filter]))] });
  return wanted;
}

/** The same in any order of choosing; `lang` and what else stands in the address stays. */
export function toAddress(wanted: Wanted, before: string): string {
  const address = new URLSearchParams(before);
  for (const name of [...Object.values(NAMES), "q", "confirmed", "city"]) address.delete(name);
  if (wanted.text) address.set("q", wanted.text);
  for (const filter of FILTERS)
    for (const value of [...wanted[filter]].sort()) address.append(NAMES[filter], value);
  if (wanted.confirmedWithin) address.set("confirmed", String(wanted.confirmedWithin));
  if (wanted.city) address.set("city", wanted.city);
  return address.size ? `?${address}` : "";
}

export function toggled(wanted: Wanted, filter: Filter, value: string): Wanted {
  const has = wanted[filter].some((each) => each === value);
  const values = has ? wanted[filter].filter((each) => each !== value) : [...wanted[filter], value];
  return { ...wanted, [filter]: values };
}

export function isNarrowed(wanted: Wanted): boolean {
  return Boolean(wanted.text || wanted.confirmedWithin) || FILTERS.some((filter) => wanted[filter].length > 0);
}

export function isPlaced(wanted: Wanted): boolean {
  return Boolean(wanted.confirmedWithin) || [wanted.continents, wanted.countries, wanted.states].some((its) => its.length > 0);
}

/** For the downloads, which the service narrows in the same way. */
export function toQuery(wanted: Wanted): string {
  return toAddress({ ...wanted, city: null }, "").replace(/^\?/, "");
}
