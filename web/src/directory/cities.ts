// The cities of the map as the service tells them, a list for each fact, and what a reader's words and filters leave.
import type { components } from "../api/directory";
import type { Words } from "../words";
import type { Status, Theme, Wanted } from "./wanted";

export type Columns = components["schemas"]["CityColumns"];

export interface City {
  id: string;
  name: string;
  country: string;
  /** For U.S. cities the code of the state. */
  state: string;
  stateName: string;
  continent: string;
  longitude: number;
  latitude: number;
  population: number;
  statuses: readonly Status[];
  themes: readonly Theme[];
  confirmedOn: string | null;
  partnerships: number;
  isDemonstration: boolean;
  address: string;
  isSeeking: boolean;
  /** Small letters without accents: its name, its names elsewhere, its state and its country. */
  folded: string;
}

const MARKS = /\p{M}/gu;
export function folded(text: string): string {
  return text.toLowerCase().normalize("NFKD").replace(MARKS, "").trim();
}

export function citiesOf(columns: Columns, words: Words): City[] {
  return columns.geoname_ids.map((id, n) => {
    const statuses = columns.statuses[n]! as Status[];
    const country = columns.countries[n]!;
    const stateName = columns.state_names[n]!;
    return {
      id: String(id),
      name: columns.names[n]!,
      country,
      state: columns.states[n]!,
      stateName,
      continent: columns.continents[n]!,
      longitude: columns.longitudes[n]!,
      latitude: columns.latitudes[n]!,
      population: columns.populations[n]!,
      statuses,
      themes: columns.themes[n]! as Theme[],
      confirmedOn: columns.confirmed_on[n] ?? null,
      partnerships: columns.partnerships[n]!,
      isDemonstration: columns.are_demonstration[n]!,
      address: columns.addresses[n]!,
      isSeeking: statuses.includes("seeking") || statuses.includes("listed"),
      folded: folded([columns.names[n], stateName, words.country(country), columns.country_names[n]].join(" | ")),
    };
  });
}

/** Those that look for a partner first, the most lately confirmed before the others, then by name. */
export function inOrder(cities: readonly City[], language: string): City[] {
  const names = new Intl.Collator(language);
  return [...cities].sort(
    (one, other) =>
      Number(other.isSeeking) - Number(one.isSeeking) ||
      (other.confirmedOn ?? "").localeCompare(one.confirmedOn ?? "") ||
      names.compare(one.name, other.name),
  );
}

/** `called`: the cities that the service finds by the text, with names in any script; they come later. */
export function found(
  cities: readonly City[], wanted: Wanted, today: Date, called?: ReadonlySet<string>,
): City[] {
  const words = folded(wanted.text).split(/\s+/).filter(Boolean);
  const since = wanted.confirmedWithin
    ? new Date(today.getTime() - wanted.confirmedWithin * 86_400_000).toISOString().slice(0, 10)
    : null;
  const among = (values: readonly string[], value: string) => values.length === 0 || values.includes(value);
  const meets = (values: readonly string[], its: readonly string[]) =>
    values.length === 0 || its.some((each) => values.includes(each));
  return cities.filter(
    (city) =>
      among(wanted.countries, city.country) &&
      among(wanted.continents, city.continent) &&
      among(wanted.states, city.state) &&
      meets(wanted.themes, city.themes) &&
      meets(wanted.statuses, city.statuses) &&
      (since === null || (city.confirmedOn !== null && city.confirmedOn >= since)) &&
      (words.every((word) => city.folded.includes(word)) || (words.length > 0 && called?.has(city.id))),
  );
}
