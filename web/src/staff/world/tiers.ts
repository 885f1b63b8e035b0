// The list in its tiers: what the member named, what is listed, the world; and the prospects that staff have found.
import type { components } from "../../api/matching";
import type { Asked } from "./asked";
import type { Candidate, Look, Place } from "./questions";

export type Case = components["schemas"]["CaseView"];
export type Prospect = components["schemas"]["ProspectView"];
export type City = Candidate | Prospect;

export interface Tier {
  name: string;
  why: string;
  cities: readonly City[];
}

export const cityOf = (city: City): Place => city.place;
export const isCandidate = (city: City): city is Candidate => "measures" in city;

/** The service narrows the world's tier; the others are here whole, and are narrowed in the same way. */
export function tiersOf(look: Look | undefined, known: Case | undefined, asked: Asked): Tier[] {
  if (!look || !known) return [];
  const meets = ({ place, score }: Candidate) =>
    (!asked.country || place.country === asked.country) && place.population >= asked.floor && (score ?? 0) >= asked.least;
  const isListed = (city: Candidate) => !asked.isListed || Boolean(city.listing_id);
  const prospects = known.prospects.filter(
    ({ place, availability }) =>
      (!asked.country || place.country === asked.country) && place.population >= asked.floor && (!asked.isListed || Boolean(availability)),
  );
  const tiers: Tier[] = [
    { name: "Prospects", why: "On this search's list.", cities: prospects },
    { name: "Named", why: "The member has these in mind.", cities: look.named.filter(meets).filter(isListed) },
    { name: "Listed", why: "They ask for a U.S. partner themselves.", cities: look.listed.filter(meets) },
    { name: "The world", why: look.wishes, cities: look.others.filter(isListed) },
  ];
  return tiers.filter(({ cities }) => cities.length > 0);
}
