// What staff look at in the world: kept in the address alone, so that Back, reload and a copied link all work.
import { useCallback } from "react";
import { useAddress } from "../../shell/address";

export const PANELS = ["city", "compare", "weights", "advice", "apart"] as const;
export type Panel = (typeof PANELS)[number];
export const FLOORS = [500, 5_000, 15_000, 50_000, 100_000, 500_000] as const;
export const LEASTS = [0, 0.3, 0.4, 0.5, 0.6, 0.7] as const;
export const LIMITS = [25, 50, 100, 200] as const;
export const MOST_COMPARED = 5;

export interface Asked {
  /** The search, by the id of its case; "" is none. */
  search: string;
  country: string;
  floor: number;
  least: number;
  isListed: boolean;
  isSpread: boolean;
  limit: number;
  city: number | null;
  compared: readonly number[];
  panel: Panel | null;
}

export function fromAddress(search: string): Asked {
  const given = new URLSearchParams(search);
  const one = <T,>(of: readonly T[], value: unknown, otherwise: T): T => of.find((each) => String(each) === String(value)) ?? otherwise;
  return {
    search: given.get("case") ?? "",
    country: given.get("country") ?? "",
    floor: one<number>(FLOORS, given.get("floor"), 500),
    least: one<number>(LEASTS, given.get("least"), 0),
    isListed: given.get("listed") === "1",
    isSpread: given.get("spread") !== "0",
    limit: one<number>(LIMITS, given.get("limit"), 25),
    city: Number(given.get("city")) || null,
    compared: [...new Set(given.getAll("with").map(Number).filter(Boolean))].slice(0, MOST_COMPARED),
    panel: one<Panel | null>(PANELS, given.get("panel"), null),
  };
}

export function toAddress(asked: Asked): string {
  const address = new URLSearchParams();
  if (asked.search) address.set("case", asked.search);
  if (asked.country) address.set("country", asked.country);
  if (asked.floor !== 500) address.set("floor", String(asked.floor));
  if (asked.least) address.set("least", String(asked.least));
  if (asked.isListed) address.set("listed", "1");
  if (!asked.isSpread) address.set("spread", "0");
  if (asked.limit !== 25) address.set("limit", String(asked.limit));
  if (asked.city) address.set("city", String(asked.city));
  for (const each of asked.compared) address.append("with", String(each));
  if (asked.panel) address.set("panel", asked.panel);
  return address.size ? `${location.pathname}?${address}` : location.pathname;
}

export type Ask = (change: Partial<Asked>) => void;

/** Each change is a step that Back takes back. */
export function useAsked(): [Asked, Ask] {
  const [asked, go] = useAddress(fromAddress, toAddress);
  const ask = useCallback<Ask>((change) => go({ ...fromAddress(location.search), ...change }), [go]);
  return [asked, ask];
}

export function compareToo(asked: Asked, city: number): Partial<Asked> {
  if (asked.compared.includes(city)) return { compared: asked.compared.filter((each) => each !== city) };
  return { compared: [...asked.compared, city].slice(-MOST_COMPARED) };
}

/** The map's tiles, narrowed as the list is. */
export function tilesAddress(asked: Asked): string {
  const of = asked.search ? `cases/${asked.search}/` : "";
  return `matching:///api/matching/v1/${of}tiles/{z}/{x}/{y}.mvt?${new URLSearchParams(narrowed(asked))}`;
}

function narrowed(asked: Asked): Record<string, string> {
  return {
    floor: String(asked.floor),
    ...(asked.country && { country: asked.country }),
    ...(asked.least && asked.search && { least: String(asked.least) }),
    ...(asked.isListed && { only_listed: "true" }),
  };
}
