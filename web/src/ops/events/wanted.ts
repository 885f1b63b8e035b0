// Which events are wanted, told by the address: Back takes the last filter away, a copied link shows the same.
import type { components } from "../../api/directory";
import { useAddress } from "../../shell/address";

export type EventView = components["schemas"]["EventView"];
export type StreamView = components["schemas"]["StreamView"];

/** The filters that the service knows. */
export interface Filters {
  source?: string;
  type?: string;
  about?: string;
  correlation?: string;
  chain?: string;
}

export interface Wanted {
  filters: Filters;
  /** The id of the event that is looked at. */
  event: string | null;
}

const NAMES = ["source", "type", "about", "correlation", "chain"] as const;
export const FILTER_WORDS: Record<(typeof NAMES)[number], string> = {
  source: "Stream", type: "Type", about: "About", correlation: "Led to by one request", chain: "Event and what it caused",
};

/** One recording: after a restore another event may bear its id. */
export const keyOf = (event: EventView) => `${event.id}@${event.recorded_at}`;

/** As the service filters what is past. */
export function meets(event: EventView, { source, type, about, correlation, chain }: Filters): boolean {
  return (
    (!source || source === event.source)
    && (!type || type === event.name || type === event.type)
    && (!correlation || correlation === event.correlation)
    && (!chain || chain === event.id || chain === event.causation)
    && (!about || about === event.aggregate_id || JSON.stringify(event.data).includes(about))
  );
}

/** Long ids by their beginning, as people compare them. */
export const shortened = (text: string) => text.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, "$1");

export function fromAddress(search: string): Wanted {
  const asked = new URLSearchParams(search);
  const filters: Filters = {};
  for (const name of NAMES) {
    const value = asked.get(name);
    if (value) filters[name] = value;
  }
  return { filters, event: asked.get("event") };
}

export function toAddress({ filters, event }: Wanted): string {
  const asked = new URLSearchParams(filters as Record<string, string>);
  if (event) asked.set("event", event);
  const text = asked.toString();
  return text ? `/ops?${text}` : "/ops";
}

export const useWanted = () => useAddress(fromAddress, toAddress);
