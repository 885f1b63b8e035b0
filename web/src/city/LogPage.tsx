// The member's own research, contacts and meetings: what is done locally is what works best.
import { useState } from "react";
import { intake } from "../api/client";
import { fieldProblem, Refusal, useCommand } from "../shell/commands";
import { useDraft } from "./draft";
import { AdministratorOnly, Frame, NoSearch } from "./Frame";
import { capital, day } from "./names";
import { OWN, useOwn, type Search } from "./own";

const TITLE = "Your own work";
const KINDS = { research: "Research", contact: "A contact", meeting: "A meeting" } as const;
type Kind = keyof typeof KINDS;

export function LogPage() {
  const { search, isAdministrator } = useOwn();
  if (!search) return <NoSearch title={TITLE} />;
  return (
    <Frame title={TITLE} current="Own work">
      <p>The more research and outreach is done locally, the more effective the search is: ask schools, companies, clubs, families with ties abroad, and the honorary consuls near you. Our staff read it here and build on it.</p>
      {isAdministrator ? <Entry search={search} /> : <AdministratorOnly what="The administrator writes this log." />}
      <Done search={search} />
    </Frame>
  );
}

function Entry({ search }: { search: Search }) {
  const today = new Date().toISOString().slice(0, 10);
  const [kind, setKind] = useState<Kind>("research");
  const [happened_on, setDay] = useState(today);
  const [text, setText, forget] = useDraft(`log ${search.case_id}`);
  const log = useCommand(
    (body: { kind: Kind; happened_on: string; text: string }, sending) =>
      intake.POST("/api/intake/v1/cases/{case_id}/local-work", { ...sending, params: { path: { case_id: search.case_id } }, body }),
    { changes: [OWN], then: forget },
  );
  const wrong = fieldProblem(log.problem, "happened_on");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        log.run({ kind, happened_on, text });
      }}
    >
      <fieldset>
        <legend>What it was</legend>
        {(Object.keys(KINDS) as Kind[]).map((each) => (
          <p key={each} className="tick">
            <input id={each} type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} />
            <label htmlFor={each}>{KINDS[each]}</label>
          </p>
        ))}
      </fieldset>
      <p>
        <label htmlFor="happened_on">On which day</label>
        {wrong && <span className="error" id="happened_on-wrong">{wrong}</span>}
        <input id="happened_on" type="date" required max={today} value={happened_on} aria-invalid={wrong ? true : undefined} aria-describedby={wrong ? "happened_on-wrong" : undefined} onChange={(event) => setDay(event.target.value)} />
      </p>
      <p>
        <label htmlFor="text">What you did, and what came of it</label>
        <textarea id="text" rows={4} required maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} />
      </p>
      <Refusal problem={log.problem} idOf={(field) => (field === "happened_on" ? "happened_on" : "text")} />
      <p className="row">
        <button type="submit" disabled={log.isRunning}>Put it in the log</button>
        <span role="status" className="told">{log.isDone && text === "" ? "It stands in the log." : ""}</span>
      </p>
    </form>
  );
}

function Done({ search }: { search: Search }) {
  if (search.local_work.length === 0) return <p>Nothing is in the log yet.</p>;
  return (
    <section>
      <h2>So far</h2>
      <ol className="messages">
        {[...search.local_work].reverse().map((each) => (
          <li key={each.happened_on + each.text}>
            <p className="muted small"><strong>{capital(each.kind)}</strong>, <time dateTime={each.happened_on}>{day(each.happened_on)}</time></p>
            <p className="said">{each.text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
