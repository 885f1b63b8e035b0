// What staff can do about a city for this search: put it on the list, take it off, leave it out, let it in again.
import { useState, type FormEvent } from "react";
import { matching } from "../../api/client";
import { Refusal, fieldProblem, useCommand } from "../../shell/commands";
import { keyOf, type Candidate, type Look } from "./questions";
import type { Case } from "./tiers";

interface Props {
  city: Candidate;
  search: string;
  known: Case | undefined;
  look: Look | undefined;
}
type Doing = "add" | "remove" | "exclude" | "readmit";
interface Told {
  doing: Doing;
  words: string;
  isShown: boolean;
}

export function CityActions({ city, search, known, look }: Props) {
  const number = city.place.geoname_id;
  const isProspect = known?.prospects.some((each) => each.place.geoname_id === number) ?? false;
  const isExcluded = look?.excluded.some((each) => each.place.geoname_id === number) ?? false;
  const [doing, setDoing] = useState<Doing | null>(null);
  const [done, setDone] = useState("");
  const command = useCommand(
    ({ doing: what, words, isShown }: Told, sending) => send(what, search, number, words, isShown, sending),
    {
      changes: [keyOf(search)],
      then: (_, told) => {
        setDone(DONE[told.doing](city.place.name));
        setDoing(null);
      },
    },
  );
  const begin = (what: Doing) => {
    command.forget();
    setDone("");
    setDoing(doing === what ? null : what);
  };
  const ways: Doing[] = isProspect ? ["remove"] : isExcluded ? ["readmit"] : ["add", "exclude"];
  return (
    <div className="box next">
      <p className="told" role="status">{done}</p>
      <p className="row">
        {ways.map((what) => (
          <button key={what} type="button" className={what === "add" ? "primary" : undefined} aria-expanded={doing === what} onClick={() => begin(what)}>{NAMES[what]}</button>
        ))}
      </p>
      {doing && <Words key={doing} doing={doing} command={command} />}
    </div>
  );
}

const NAMES: Record<Doing, string> = {
  add: "Add to the prospects", remove: "Take off the prospects", exclude: "Leave out of this search", readmit: "Let in again",
};
const ASKS: Record<Doing, string> = {
  add: "Note (optional)", remove: "Why is it taken off?", exclude: "Why is it left out?", readmit: "Why is it let in again?",
};
const DONE: Record<Doing, (name: string) => string> = {
  add: (name) => `${name} is among the prospects.`,
  remove: (name) => `${name} is no prospect any more.`,
  exclude: (name) => `${name} is left out of this search.`,
  readmit: (name) => `${name} is ranked again.`,
};

function Words({ doing, command }: { doing: Doing; command: ReturnType<typeof useCommand<Told>> }) {
  const [words, setWords] = useState("");
  const [isShown, setShown] = useState(false);
  const field = doing === "add" ? "note" : "reason";
  const problem = fieldProblem(command.problem, field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    command.run({ doing, words, isShown });
  };
  return (
    <form onSubmit={submit}>
      <Refusal problem={command.problem} idOf={(name) => (name === field ? "words" : undefined)} />
      <div className="field">
        <label htmlFor="words">{ASKS[doing]}</label>
        {problem && <p className="error" id="words-problem">{problem}</p>}
        <textarea
          id="words" rows={2} maxLength={2000} value={words} required={doing !== "add"} aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? "words-problem" : undefined} onChange={(event) => setWords(event.target.value)}
        />
      </div>
      {doing === "add" && (
        <p className="tick">
          <input id="shown" type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
          <label htmlFor="shown">The member may read the note once the city is proposed</label>
        </p>
      )}
      <button type="submit" className="primary" disabled={command.isRunning}>{NAMES[doing]}</button>
    </form>
  );
}

async function send(
  doing: Doing, search: string, number: number, words: string, isShown: boolean, sending: { headers: { "Idempotency-Key": string } },
) {
  const [of, city] = [{ case_id: search }, { case_id: search, geoname_id: number }];
  switch (doing) {
    case "add":
      return matching.POST("/api/matching/v1/cases/{case_id}/prospects", {
        params: { path: of }, body: { geoname_id: number, note: words, is_shown_to_member: isShown }, ...sending,
      });
    case "remove":
      return matching.POST("/api/matching/v1/cases/{case_id}/prospects/{geoname_id}/remove", { params: { path: city }, body: { reason: words }, ...sending });
    case "exclude":
      return matching.POST("/api/matching/v1/cases/{case_id}/exclusions", { params: { path: of }, body: { geoname_id: number, reason: words }, ...sending });
    case "readmit":
      return matching.POST("/api/matching/v1/cases/{case_id}/exclusions/{geoname_id}/readmit", { params: { path: city }, body: { reason: words }, ...sending });
  }
}
