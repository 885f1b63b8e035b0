// What the service wrote into the page, for it cannot be asked for again: an answer to a button that was pressed.
interface Told {
  is_signed_in?: boolean;
  places?: readonly { listing_id: string; name: string }[];
  state?: "ask" | "done" | "over" | "confirmed" | "letter_there";
  token?: string;
  problem?: { type: string; detail: string; next_step: string } | null;
}

const written = document.getElementById("root")?.dataset["told"];

export const told: Told = written ? (JSON.parse(written) as Told) : {};
