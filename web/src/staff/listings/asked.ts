// What the pages of listings ask, and the words for what the service answers with.
import { useQuery } from "@tanstack/react-query";
import { intake } from "../../api/client";
import type { components } from "../../api/intake";

export type Waiting = components["schemas"]["Waiting"];
export type Listing = components["schemas"]["ListingView"];
export type Item = components["schemas"]["ListingItem"];
export type State = components["schemas"]["ListingState"];
export type Profile = components["schemas"]["PublicProfile"];
export type Theme = components["schemas"]["Theme"];

export const STATES: Record<State, string> = {
  submitted: "address not confirmed",
  verified: "to be assessed",
  more_information_asked: "the city was asked something",
  lapsed: "lapsed, never confirmed",
  declined: "declined",
  listed: "on the map",
  expired: "expired",
  in_conversation: "on the map, in conversation",
  partnered: "has its partner",
  withdrawn: "withdrawn",
  merged: "handed over to another listing",
};

export function isState(text: string | null): text is State {
  return text !== null && Object.hasOwn(STATES, text);
}

export const BEFORE: readonly State[] = ["submitted", "verified", "more_information_asked"];
export const ON_THE_MAP: readonly State[] = ["listed", "in_conversation", "expired"];

export function useQueue() {
  return useQuery({
    queryKey: ["listings", "queue"],
    queryFn: async ({ signal }) => (await intake.GET("/api/intake/v1/listings/queue", { signal })).data!,
  });
}

export function useListings(state: State | null, isOverdue: boolean, cursor: string | null) {
  return useQuery({
    queryKey: ["listings", "all", state, isOverdue, cursor],
    queryFn: async ({ signal }) => {
      const query = { ...(state && { state }), ...(cursor && { cursor }), is_overdue: isOverdue, limit: 50 };
      return (await intake.GET("/api/intake/v1/listings", { params: { query }, signal })).data!;
    },
  });
}

export function useListing(listingId: string) {
  return useQuery({
    queryKey: ["listings", "one", listingId],
    queryFn: async ({ signal }) =>
      (await intake.GET("/api/intake/v1/listings/{listing_id}", { params: { path: { listing_id: listingId } }, signal })).data!,
  });
}

export const addressOf = (listingId: string) => `/staff/listings/${listingId}`;
