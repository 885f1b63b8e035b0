// What staff can do with a listing as it stands; the service has the last word.
import { BEFORE, ON_THE_MAP, type Listing } from "./asked";

export const DEEDS = {
  approve: "Approve the change",
  refuse: "Refuse the change",
  list: "Put it on the map",
  grant: "Hand the listing over",
  ask: "Ask the city",
  decline: "Decline",
  claim: "Note what the official says",
  edit: "Mend the texts",
  reconfirm: "Confirm that it still looks",
  withdraw: "Withdraw the listing",
  code: "Send another code",
} as const;
export type Deed = keyof typeof DEEDS;

export function isDeed(text: string | null): text is Deed {
  return text !== null && Object.hasOwn(DEEDS, text);
}

export function deedsFor(listing: Listing): Deed[] {
  const { state, draft, claims } = listing;
  if (ON_THE_MAP.includes(state)) {
    const change: Deed[] = draft ? ["approve", "refuse"] : [];
    return [...change, "edit", "reconfirm", "withdraw"];
  }
  const isProved = listing.proof_steps.some(({ step, is_done }) => step === "address" && is_done);
  if (state === "declined") return isProved ? ["list", "ask"] : [];
  if (!BEFORE.includes(state)) return [];
  if (claims) return [...(isProved ? (["grant", "ask"] as const) : []), "decline", "claim"];
  if (isProved) return ["list", "ask", "decline", "withdraw"];
  return ["code", "decline"];
}
