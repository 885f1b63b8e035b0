// The programme's codes in plain words, as a member reads them.
import type { components as Intake } from "../api/intake";
import type { components as Outreach } from "../api/outreach";

type Step = Intake["schemas"]["NextStep"];
type Party = Intake["schemas"]["Party"];
export type PairState = Outreach["schemas"]["PairState"];

const COUNTRIES = new Intl.DisplayNames("en", { type: "region" });
const LANGUAGES = new Intl.DisplayNames("en", { type: "language" });
const DAYS = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });
const NUMBERS = new Intl.NumberFormat("en");

export const country = (code: string): string => COUNTRIES.of(code) ?? code;
export const languageName = (code: string): string => LANGUAGES.of(code) ?? code;
/** "14 December 2026" as the reader's country writes it. */
export const day = (iso: string): string => DAYS.format(new Date(iso));
export const number = (value: number): string => NUMBERS.format(value);

/** "Reno, NV", "Riga, Latvia"; Singapore is its country itself. */
export function nameOf(place: { name: string; country: string; admin1: string }): string {
  const where = place.country === "US" ? place.admin1 : country(place.country);
  return where === "" || where === place.name ? place.name : `${place.name}, ${where}`;
}

export function listed(names: readonly string[]): string {
  return new Intl.ListFormat("en").format(names);
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A code as words: "letter_of_intent" -> "Letter of intent". */
export function words(code: string): string {
  return capital(code.replaceAll("_", " "));
}

interface Turn {
  you: string;
  others: string;
  /** Where the member does it. */
  at?: string;
}

export const TURNS: Record<Step, Turn> = {
  book_debrief: { you: "Find a time for the debriefing", others: "set a time for the debriefing", at: "/city/debrief" },
  hold_debrief: { you: "Come to the debriefing", others: "hold the debriefing with you and record it", at: "/city/debrief" },
  research: { you: "Tell us more about your wishes", others: "look for cities abroad and propose them to you", at: "/city/answers" },
  choose_shortlist: { you: "Choose three to five of the proposed cities", others: "prepare the choice of cities", at: "/city/prospects" },
  write_to_channels: { you: "Wait for the first letters", others: "write to embassies, consulates and associations" },
  await_replies: { you: "Wait for answers", others: "wait for answers and follow them up" },
  hold_introduction: { you: "Speak with the city abroad", others: "arrange the conversation between the two cities", at: "#cities" },
  write_invitation: { you: "Write your letter of invitation", others: "hand the city over to you, so that you can invite it", at: "/city/documents" },
  sign_agreement: { you: "Prepare the council's resolution and the agreement", others: "help with the resolution and the agreement", at: "/city/documents" },
  review: { you: "Talk with our staff about how to go on", others: "look at the case again: nothing came of its last step", at: "/city/conversation" },
  resume: { you: "Resume the search when you are ready", others: "wait until the search goes on" },
  none: { you: "Nothing", others: "do nothing at the moment" },
};

/** What a pair of cities waits for. */
export const STEPS: Record<Outreach["schemas"]["Step"], string> = {
  write_to_channels: "write to an embassy, a consulate or an association",
  see_letter_out: "see that the letter goes out",
  await_reply: "an answer",
  follow_up: "write once more",
  try_another_channel: "try another way",
  find_another_contact: "find another address: a letter came back",
  gauge_interest: "read the answer and find out whether the city is interested",
  ask_again: "ask again: the city said later",
  find_city_contact: "find the right person there",
  arrange_introduction: "set a date for the conversation",
  hold_introduction: "the conversation",
  hand_over: "hand the city over to you",
  write_invitation: "write the letter of invitation",
  sign_letter_of_intent: "sign a letter of intent",
  adopt_resolution: "have the council adopt a resolution",
  sign_agreement: "sign the agreement",
  call_member: "ask you how it goes",
  resume_search: "resume the search",
  renew_membership: "renew the membership",
  confirm_shortlist: "confirm the choice of cities",
  review_listing: "decide how to go on: the city is not listed any more",
  close_pair: "close this pair",
  none: "",
};

export const HOLDERS: Record<Party, string> = {
  member: "you", staff: "our staff", foreign_city: "the city abroad", channel: "the office that was written to", nobody: "nobody",
};

/** What a city's stand is called, and how far it is on the way to a partnership. */
export const STANDS: Record<PairState, { told: string; rank: number }> = {
  open: { told: "chosen; nobody has been written to yet", rank: 0 },
  contacted: { told: "written to; no answer yet", rank: 1 },
  replied: { told: "has answered", rank: 2 },
  interested: { told: "is interested", rank: 3 },
  arranged: { told: "the conversation is arranged", rank: 4 },
  introduced: { told: "you have spoken", rank: 5 },
  handed_over: { told: "handed over to you: your invitation is next", rank: 6 },
  invited: { told: "invited", rank: 7 },
  intent: { told: "letter of intent signed", rank: 8 },
  resolution: { told: "council resolution adopted", rank: 9 },
  partnered: { told: "your partner city", rank: 10 },
  failed: { told: "will not be the partner", rank: -1 },
};

export const FAILURES: Record<Outreach["schemas"]["FailureReason"], string> = {
  declined: "The city declined.",
  silent: "Nobody answered, on any way that was tried.",
  already_partnered: "The city has a partner already.",
  not_a_match: "The two cities were not a match.",
  barred_by_law: "A law or policy stands against it.",
  member_withdrew: "You withdrew.",
  listing_ended: "The city is not listed any more.",
  search_ended: "The search ended.",
};

export const STOPS: Record<Outreach["schemas"]["StopReason"], string> = {
  search_ended: "The search has ended.",
  lapsed: "Nobody is written to while your dues have lapsed.",
  paused: "Nobody is written to while the search is paused.",
  listing_ended: "The city is not listed any more; our staff decide how to go on.",
  shortlist_reopened: "The choice of cities is open again.",
  not_chosen: "It is not on the new shortlist.",
};

export const CLOSINGS: Record<Intake["schemas"]["ClosingReason"], string> = {
  partnered: "with a partnership", no_match: "without a match", no_answer: "because nobody answered",
  duplicate: "as a duplicate", other: "for another reason",
};

export const THEMES: readonly Intake["schemas"]["Theme"][] = [
  "education", "trade", "culture", "youth", "climate", "health", "tourism", "sports", "technology", "governance", "agriculture", "humanitarian",
];
export const CONTINENTS: Record<Intake["schemas"]["Continent"], string> = {
  AF: "Africa", AS: "Asia", EU: "Europe", NA: "North America", OC: "Oceania", SA: "South America",
};

/** What is wished for where nobody has said anything. */
export const NO_WISHES: Intake["schemas"]["Preferences"] = { countries: [], continents: [], languages: [], themes: [] };
