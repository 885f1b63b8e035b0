// What outreach has learned of a city (B10): the contact, whether it is interested, and who decides there.
import { Ask } from "../Ask";
import { usePlaybook } from "../reads";
import { country, day, inWords } from "../words";
import type { Pair } from "./PairPage";

const DECIDE: Record<string, string> = { mayor: "The mayor decides", council: "The council decides", region: "The region decides", national: "The national government decides", unknown: "Who decides is not known" };
const ANSWERS = { yes: "It is interested.", no: "It is not interested.", later: "It asks to be asked again later." } as const;
const PLACES = new Intl.NumberFormat("en-US");

export function Known({ pair }: { pair: Pair }) {
  const { contact, governance } = pair;
  const approval = governance.needs_national_approval;
  return (
    <>
      <p>{PLACES.format(pair.foreign_place.population)} people. {pair.interest ? ANSWERS[pair.interest] : "Whether it is interested is not known."}</p>
      <p>{DECIDE[governance.decided_by] ?? governance.decided_by}{approval === true ? "; its national government has to approve" : approval === false ? "; no approval from above is needed" : ""}.</p>
      {pair.governance_notes.map((note) => <p key={note} className="said">{note}</p>)}
      <h3>The city's own contact</h3>
      {contact ? (
        <p>{contact.name}{contact.office && `, ${contact.office}`}<br />{contact.email && <a className="address" href={`mailto:${contact.email}`}>{contact.email}</a>}{contact.phone && <><br />{contact.phone}</>}</p>
      ) : <p>Not found yet.</p>}
      {pair.introduction_at && <p>The introduction is set for {day(pair.introduction_at)}.</p>}
      {Object.keys(pair.days).length > 0 && (
        <dl className="facts">{Object.entries(pair.days).map(([state, on]) => <div key={state}><dt>{inWords(state)}</dt><dd>{day(on)}</dd></div>)}</dl>
      )}
      <Playbook code={pair.foreign_place.country} />
    </>
  );
}

function Playbook({ code }: { code: string }) {
  const asked = usePlaybook(code);
  return (
    <details>
      <summary>How it is done in {country(code)}</summary>
      <Ask asked={asked}>
        {({ content, not_known, days_off }) => (
          <ul>
            {Object.values(content).map((fact) => fact && <li key={fact.text}>{fact.text}</li>)}
            {not_known.map((each) => <li key={each} className="muted">{each}</li>)}
            {days_off.slice(0, 3).map((off) => <li key={off.day}>Closed on {day(off.day)}: {off.name}.</li>)}
          </ul>
        )}
      </Ask>
    </details>
  );
}
