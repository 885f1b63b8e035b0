// What happened in a search, from all who tell of it, in one order.
import type { components as Directory } from "../../api/directory";
import type { components as Outreach } from "../../api/outreach";
import { nameOf } from "../places";
import { inWords } from "../words";
import type { Case } from "./CasePage";

type Pair = Outreach["schemas"]["PairView"];
export type Chapter = "steps" | "words" | "letters" | "local" | "turns";
export const chapters = [
  ["", "Everything"], ["steps", "Steps"], ["words", "Messages"], ["letters", "Letters and answers"], ["local", "Done locally"],
  ["turns", "Whose turn it was"],
] as const satisfies readonly (readonly [Chapter | "", string])[];

export interface Entry {
  key: string;
  at: string;
  chapter: Chapter;
  sentence: string;
  words?: string;
}

/** `names`: of staff, by their ids. */
export function storyOf(told: Case, casebook: Directory["schemas"]["Case"], pairs: readonly Pair[], names: ReadonlyMap<string, string>): Entry[] {
  return [...steps(casebook, names), ...said(told), ...done(told), ...pairs.flatMap(letters)]
    .sort((one, other) => other.at.localeCompare(one.at) || other.key.localeCompare(one.key));
}

/** Whose turn it was follows from the rest: it has a chapter of its own, beside the story. */
export function chapter(entries: readonly Entry[], wanted: Chapter | ""): Entry[] {
  const found = entries.filter((entry) => (wanted ? entry.chapter === wanted : entry.chapter !== "turns"));
  return found.filter((entry, number) => entry.words || entry.sentence !== found[number - 1]?.sentence);
}

const SOMEBODY = /[0-9a-f]{8}-[0-9a-f-]{27}/g;

function steps(casebook: Directory["schemas"]["Case"], names: ReadonlyMap<string, string>): Entry[] {
  return casebook.timeline.map((entry) => ({
    key: `${entry.source}:${entry.position}`, at: entry.happened_at, chapter: entry.type === "NextStepSet" ? "turns" : "steps",
    sentence: entry.sentence.replace(SOMEBODY, (id) => names.get(id) ?? "somebody who has left"),
  }));
}

function said(told: Case): Entry[] {
  return told.messages.map((message, number) => ({
    key: `message ${number}`, at: message.written_at, chapter: "words", sentence: `${message.author} wrote:`, words: message.text,
  }));
}

const LOCALLY: Record<string, string> = { research: "The member researched:", contact: "The member made a contact:", meeting: "The member met somebody:" };

function done(told: Case): Entry[] {
  return told.local_work.map((work, number) => ({
    key: `local ${number}`, at: work.happened_on, chapter: "local", sentence: LOCALLY[work.kind] ?? "The member:", words: work.text,
  }));
}

const LETTERS: Record<string, string> = {
  due: "will go out", sending: "is going out", sent: "went out", refused: "did not go out", cancelled: "was taken back", unknown: "may have gone out",
};

function letters(pair: Pair): Entry[] {
  const city = nameOf(pair.foreign_place);
  return (pair.threads ?? []).flatMap((thread): Entry[] => [
    ...(thread.letters ?? []).map((letter, number): Entry => ({
      key: `${thread.thread_id} letter ${number}`, at: letter.written_at, chapter: "letters",
      sentence: `A letter about ${city} through ${inWords(thread.channel)} ${LETTERS[letter.state] ?? letter.state}: ${letter.subject}`, words: letter.body,
    })),
    ...thread.replies.filter((reply) => reply.summary).map((reply, number): Entry => ({
      key: `${thread.thread_id} reply ${number}`, at: reply.received_at, chapter: "letters",
      sentence: `An answer about ${city} through ${inWords(thread.channel)}:`, words: reply.summary ?? "",
    })),
  ]);
}
