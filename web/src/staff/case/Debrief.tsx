// The debrief in a sentence, with what was said in it, and the way to its own page.
import { capital, day } from "../words";
import type { Case } from "./CasePage";

export function Debrief({ told }: { told: Case }) {
  const { debrief } = told;
  const said: [string, string][] = [["Minutes", debrief.minutes], ["Demographics", debrief.demographics], ["Notes", debrief.notes]];
  return (
    <>
      <p>
        {debrief.held_on ? `The debrief was held on ${day(debrief.held_on)}.`
        : debrief.starts_at ? `The debrief is set: ${debrief.when}.`
        : debrief.proposed.length ? `${debrief.proposed.length} times are proposed to the member.`
        : "No time is set for the debrief."}
        {debrief.attendees.length > 0 && ` With ${debrief.attendees.map((person) => person.name).join(", ")}.`}
      </p>
      {said.filter(([, text]) => text).map(([name, text]) => <div key={name}><h3>{capital(name)}</h3><p className="said">{text}</p></div>)}
      <p><a className="button second" href={`/staff/cases/${told.case_id}/debrief`}>{debrief.held_on ? "Correct the record of the debrief" : "Times and record of the debrief"}</a></p>
    </>
  );
}
