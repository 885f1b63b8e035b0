// What can be noted of a city, as forms: which is open depends on how far it has come.
import { outreach } from "../../api/client";
import type { components } from "../../api/outreach";
import type { SendingLater } from "../../shell/later";
import type { Field, Values } from "../Entry";
import type { Pair } from "./PairPage";

type Schemas = components["schemas"];

export interface Note {
  id: string;
  title: string;
  says: string;
  done: string;
  press: string;
  fields: readonly Field[];
  /** The steps for which it is the thing to do. */
  steps: readonly Pair["waits_for"]["step"][];
  isOffered: (pair: Pair) => boolean;
  send: (pair_id: string, values: Values, sending: SendingLater) => Promise<unknown>;
}

const isOpen = (pair: Pair) => pair.state !== "failed" && pair.state !== "partnered";
const isOurs = (pair: Pair) => isOpen(pair) && !pair.days.handed_over;
const isMembers = (pair: Pair) => isOpen(pair) && Boolean(pair.days.handed_over);
const dayField = (name: string, label: string): Field => ({ name, label, kind: "day", isNeeded: true });
const sending = (pair_id: string, { headers, keepalive }: SendingLater) => ({ params: { path: { pair_id } }, headers, keepalive });

export const NOTES: readonly Note[] = [
  {
    id: "interest", title: "Note whether the city is interested", press: "Note it", says: "Noted in ten seconds.", done: "It is noted.",
    steps: ["gauge_interest", "ask_again"], isOffered: isOurs,
    fields: [{ name: "interest", label: "Is it interested?", kind: "choice", options: [["yes", "Yes"], ["later", "Later: we ask again"], ["no", "No"]] }],
    send: (id, values, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/interest", { ...sending(id, how), body: { interest: values.interest as Schemas["Interest"] } }),
  },
  {
    id: "contact", title: "Record the city's own contact", press: "Record it", says: "Recorded in ten seconds.", done: "The contact is recorded.",
    steps: ["find_city_contact"], isOffered: isOurs,
    fields: [
      { name: "name", label: "Name", isNeeded: true }, { name: "office", label: "Office" }, { name: "email", label: "E-mail address", kind: "email" },
      { name: "language", label: "Language", hint: "Two letters, ja for instance." },
      { name: "proof", label: "What shows that they speak for the city", kind: "choice", options: [["", "Nothing yet"], ["official_domain", "The address is on the city's own domain"], ["call_back", "We called the city back"], ["authority_letter", "A letter of authority"]] },
    ],
    send: (id, { name = "", office = "", email, language = "", proof }, how) =>
      outreach.POST("/api/outreach/v1/pairs/{pair_id}/contact", {
        ...sending(id, how), body: { name, office, language, ...(email ? { email } : {}), ...(proof ? { proof: proof as Schemas["ContactProof"] } : {}) },
      }),
  },
  {
    id: "governance", title: "Note who decides there", press: "Note it", says: "Noted in ten seconds.", done: "It is noted.", steps: [], isOffered: isOpen,
    fields: [
      { name: "decided_by", label: "Who decides about sister cities", kind: "choice", options: [["mayor", "The mayor"], ["council", "The council"], ["region", "The region"], ["national", "The national government"], ["unknown", "Not known"]] },
      { name: "approval", label: "Does its national government have to approve?", kind: "choice", options: [["", "Not known"], ["yes", "Yes"], ["no", "No"]] },
      { name: "note", label: "What else we learned", kind: "long" },
    ],
    send: (id, { decided_by = "unknown", approval, note = "" }, how) =>
      outreach.POST("/api/outreach/v1/pairs/{pair_id}/governance", { ...sending(id, how), body: { decided_by, note, needs_national_approval: approval ? approval === "yes" : null } }),
  },
  {
    id: "held", title: "Note that the introduction took place", press: "Note it", says: "Noted in ten seconds.", done: "It is noted.",
    steps: ["hold_introduction"], isOffered: (pair) => isOurs(pair) && pair.introduction_at !== null && !pair.days.introduced,
    fields: [dayField("held_on", "On which day")],
    send: (id, { held_on = "" }, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/introduction/held", { ...sending(id, how), body: { held_on } }),
  },
  {
    id: "hand-over", title: "Hand the city over to the member", press: "Hand over", says: "The city is handed over in ten seconds: the member writes from then on.", done: "It is handed over.",
    steps: ["hand_over"], isOffered: (pair) => isOurs(pair) && Boolean(pair.days.introduced), fields: [dayField("handed_over_on", "On which day")],
    send: (id, { handed_over_on = "" }, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/hand-over", { ...sending(id, how), body: { handed_over_on } }),
  },
  {
    id: "call", title: "Note that we asked the member how it goes", press: "Note it", says: "Noted in ten seconds.", done: "It is noted; the clock starts anew.",
    steps: ["call_member"], isOffered: isMembers, fields: [],
    send: (id, _, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/member-call", sending(id, how)),
  },
  {
    id: "invited", title: "Note that the invitation went out", press: "Note it", says: "Noted in ten seconds.", done: "It is noted.",
    steps: ["write_invitation"], isOffered: (pair) => isMembers(pair) && !pair.days.invited, fields: [dayField("sent_on", "On which day")],
    send: (id, { sent_on = "" }, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/invitation", { ...sending(id, how), body: { sent_on } }),
  },
  {
    id: "intent", title: "Note that the letter of intent is signed", press: "Note it", says: "Noted in ten seconds.", done: "It is noted.",
    steps: ["sign_letter_of_intent"], isOffered: (pair) => isMembers(pair) && Boolean(pair.days.invited) && !pair.days.intent, fields: [dayField("signed_on", "On which day")],
    send: (id, { signed_on = "" }, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/letter-of-intent", { ...sending(id, how), body: { signed_on } }),
  },
  {
    id: "resolution", title: "Note the council's resolution", press: "Note it", says: "Noted in ten seconds.", done: "It is noted.",
    steps: ["adopt_resolution"], isOffered: (pair) => isMembers(pair) && !pair.days.resolution, fields: [dayField("adopted_on", "On which day it was adopted")],
    send: (id, { adopted_on = "" }, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/council-resolution", { ...sending(id, how), body: { adopted_on } }),
  },
  {
    id: "back", title: "Take the hand-over back", press: "Take it back", says: "The hand-over is taken back in ten seconds.", done: "Staff write again.",
    steps: [], isOffered: (pair) => isMembers(pair) && !pair.days.invited, fields: [],
    send: (id, _, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/hand-over/retract", sending(id, how)),
  },
  {
    id: "listing", title: "Go on without the listing", press: "Go on without it", says: "The ended listing is set aside in ten seconds.", done: "It is set aside.",
    steps: ["review_listing"], isOffered: (pair) => isOpen(pair) && pair.stopped_by.includes("listing_ended"), fields: [],
    send: (id, _, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/listing/set-aside", sending(id, how)),
  },
  {
    id: "fail", title: "Give this city up", press: "Give it up", says: "The city is given up in ten seconds. The search goes on with the others.", done: "It is given up.",
    steps: ["close_pair"], isOffered: isOpen,
    fields: [{
      name: "reason", label: "Why", kind: "choice",
      options: [["declined", "The city declined"], ["silent", "It never answered"], ["already_partnered", "It has another partner"], ["not_a_match", "They do not match"], ["barred_by_law", "A law bars it"], ["member_withdrew", "The member does not want it any more"], ["search_ended", "The search has ended"]],
    }],
    send: (id, values, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/fail", { ...sending(id, how), body: { reason: values.reason as Schemas["FailureReason"] } }),
  },
  {
    id: "reopen", title: "Go on with this city after all", press: "Go on with it", says: "It goes on in ten seconds, from where it stood.", done: "It goes on.",
    steps: [], isOffered: (pair) => pair.state === "failed", fields: [],
    send: (id, _, how) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/reopen", sending(id, how)),
  },
];

/** What is to be noted for the step that the pair waits for. */
export function urgentNote(pair: Pair): Note | undefined {
  return NOTES.find((note) => note.steps.includes(pair.waits_for.step) && note.isOffered(pair));
}
