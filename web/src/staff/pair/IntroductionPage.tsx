// The introduction: the direct conversation of the two cities (B11), its times, and what came of it.
import { outreach } from "../../api/client";
import { useTitle } from "../../shell/faces";
import { Ask } from "../Ask";
import { asMoment, Entry, UndoableEntry } from "../Entry";
import { ProposeTimes } from "../meetings";
import { nameOf } from "../places";
import { useIntroduction, usePair } from "../reads";
import { StaffNav } from "../StaffNav";
import { day, inWords } from "../words";
import type { Pair } from "./PairPage";
import "../case/case.css";

export default function IntroductionPage({ parts }: { parts: readonly string[] }) {
  const asked = usePair(parts[1] ?? "");
  const title = asked.data ? `Introduce ${asked.data.place.name} and ${asked.data.foreign_place.name}` : "Introduction";
  useTitle(title);
  return (
    <main id="content" className="page case" aria-busy={asked.isPending}>
      <StaffNav />
      <h1>{title}</h1>
      <Ask asked={asked}>{(pair) => <Whole pair={pair} />}</Ask>
    </main>
  );
}

function Whole({ pair }: { pair: Pair }) {
  const asked = useIntroduction(pair.pair_id);
  const path = { pair_id: pair.pair_id };
  const common = { audience: "outreach" as const, changes: [["pair", pair.pair_id], ["case", pair.case_id], ["work"]] };
  return (
    <>
      <p>{nameOf(pair.place)} and {nameOf(pair.foreign_place)}. <a href={`/staff/cases/${pair.case_id}/pairs/${pair.pair_id}`}>Back to the city</a></p>
      <Ask asked={asked}>
        {(found) => (
          <>
            <p className="lead">{found.starts_at ? `It is set: ${found.when}.` : found.proposed.length ? `${found.proposed.length} times are proposed; one of them is to be picked.` : "No time is set yet."}</p>
            {found.holidays_unknown_in.length > 0 && <p>We know no public holidays of {found.holidays_unknown_in.join(", ")}.</p>}
            <section aria-labelledby="times">
              <h2 id="times">{found.starts_at ? "Another time" : "Find a time"}</h2>
              <ProposeTimes suggested={found.suggested} proposed={found.proposed} to="both cities" changes={common.changes}
                send={(slots, { headers }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/introduction/slots", { params: { path }, headers, body: { slots, minutes: found.length_minutes, is_agreed: false } })} />
              <details>
                <summary>A time is agreed already</summary>
                <Entry {...common} press="Invite both cities" done="Both have an invitation for the calendar." fields={[{ name: "starts_at", label: "When", kind: "moment", isNeeded: true, hint: "By your own clock." }]}
                  send={({ starts_at }, { headers }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/introduction", { params: { path }, headers, body: { starts_at: asMoment(starts_at), minutes: found.length_minutes, guests: [], is_agreed: true } })} />
              </details>
            </section>
            {found.starts_at && (
              <details>
                <summary>It does not take place, or somebody did not come</summary>
                <UndoableEntry {...common} fields={[]} press="Call it off" says="It is called off in ten seconds; everybody is told." done="It is called off."
                  send={(_, { headers, keepalive }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/introduction/call-off", { params: { path }, headers, keepalive })} />
                <UndoableEntry {...common} fields={[]} press="Somebody did not come" says="Noted in ten seconds." done="It is noted: another date is to be found."
                  send={(_, { headers, keepalive }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/introduction/missed", { params: { path }, headers, keepalive })} />
              </details>
            )}
            <section aria-labelledby="said">
              <h2 id="said">What was said and promised</h2>
              {found.minutes && <p className="said letter">{found.minutes}</p>}
              {found.actions.length > 0 && <ul>{found.actions.map((each) => <li key={each.action_id}>{each.who}: {each.what}, by {day(each.due_on)} ({inWords(each.holder)}{each.done_on && ", done"})</li>)}</ul>}
              <details>
                <summary>Write the minutes</summary>
                <Entry {...common} press="Keep them" done="They are kept." fields={[{ name: "minutes", label: "Minutes", kind: "long", isNeeded: true, begins: found.minutes }]}
                  send={({ minutes = "" }, { headers }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/introduction/minutes", { params: { path }, headers, body: { minutes, actions: [] } })} />
              </details>
            </section>
          </>
        )}
      </Ask>
    </>
  );
}
