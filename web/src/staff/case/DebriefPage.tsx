// The debrief: times for it, a date, what came of it, and what was promised.
import { intake } from "../../api/client";
import type { components } from "../../api/intake";
import { useTitle } from "../../shell/faces";
import { Ask } from "../Ask";
import { asMoment, Entry, UndoableEntry } from "../Entry";
import { ProposeTimes } from "../meetings";
import { nameOf } from "../places";
import { useCase, useCommunity, useDebriefTimes } from "../reads";
import { StaffNav } from "../StaffNav";
import { localDay } from "../words";
import type { Case } from "./CasePage";
import { Debrief } from "./Debrief";
import "./case.css";

export default function DebriefPage({ parts }: { parts: readonly string[] }) {
  const asked = useCase(parts[0] ?? "");
  const title = asked.data ? `Debrief with ${nameOf(asked.data.place)}` : "Debrief";
  useTitle(title);
  return (
    <main id="content" className="page case" aria-busy={asked.isPending}>
      <StaffNav />
      <h1>{title}</h1>
      <p><a href={`/staff/cases/${parts[0]}`}>The whole search</a></p>
      <Ask asked={asked}>{(told) => <Whole told={told} />}</Ask>
    </main>
  );
}

function Whole({ told }: { told: Case }) {
  const times = useDebriefTimes(told.case_id);
  const path = { case_id: told.case_id };
  const changes = [["case", told.case_id], ["work"]];
  return (
    <>
      <Debrief told={told} />
      {!told.debrief.held_on && (
        <section aria-labelledby="times">
          <h2 id="times">{told.debrief.starts_at ? "Another time" : "Find a time"}</h2>
          <Ask asked={times}>
            {(found) => <ProposeTimes suggested={found.suggested} proposed={found.proposed} to="the administrator" changes={changes}
              send={(slots, { headers }) => intake.POST("/api/intake/v1/cases/{case_id}/debrief/slots", { params: { path }, headers, body: { slots, minutes: told.debrief.length_minutes, is_agreed: false } })} />}
          </Ask>
          <Agreed told={told} changes={changes} />
          {told.debrief.starts_at && <Missed told={told} changes={changes} />}
        </section>
      )}
      <section aria-labelledby="record" className="box">
        <h2 id="record">Record what came of it</h2>
        <Entry
          press="Record it" done="It is recorded; research can begin." changes={changes}
          fields={[
            { name: "held_on", label: "On which day it was held", kind: "day", isNeeded: true, begins: told.debrief.held_on ?? localDay(new Date()) },
            { name: "demographics", label: "Demographics", kind: "long", begins: told.debrief.demographics },
            { name: "notes", label: "What they look for, and notes", kind: "long", begins: told.debrief.notes },
          ]}
          send={({ held_on = "", demographics = "", notes = "" }, { headers }) => intake.POST("/api/intake/v1/cases/{case_id}/debrief/complete", { params: { path }, headers, body: { held_on, demographics, notes } })}
        />
        <p className="small">Sent again, it corrects the record. What the member hopes for it answers on its own page.</p>
      </section>
      <details>
        <summary>Minutes, and what somebody promised</summary>
        <Entry
          press="Keep them" done="They are kept." changes={changes}
          fields={[
            { name: "minutes", label: "Minutes", kind: "long", begins: told.debrief.minutes },
            { name: "who", label: "Who promised something" }, { name: "what", label: "What they promised" },
            { name: "holder", label: "Whose turn it is", kind: "choice", options: [["member", "The member's"], ["staff", "Ours"]] },
            { name: "due_on", label: "By when", kind: "day" },
          ]}
          send={({ minutes = "", who = "", what = "", holder, due_on = "" }, { headers }) =>
            intake.POST("/api/intake/v1/cases/{case_id}/debrief/minutes", { params: { path }, headers, body: { minutes, actions: who || what ? [{ who, what, holder: holder as "member" | "staff", due_on }] : [] } })
          }
        />
      </details>
    </>
  );
}

function Agreed({ told, changes }: { told: Case; changes: string[][] }) {
  const people = useCommunity(told.community_id).data?.people ?? [];
  return (
    <details>
      <summary>A time is agreed already</summary>
      {people.length === 0 ? <p>Nobody acts for this community yet, so that nobody could be invited.</p> : (
        <Entry
          press="Invite everybody" done="Everybody has an invitation for the calendar." changes={changes}
          fields={[{ name: "starts_at", label: "When", kind: "moment", isNeeded: true, hint: `By your own clock. Invited: ${people.map((person) => person.name).join(", ")}.` }]}
          send={({ starts_at }, { headers }) =>
            intake.POST("/api/intake/v1/cases/{case_id}/debrief/schedule", {
              params: { path: { case_id: told.case_id } }, headers,
              body: { starts_at: asMoment(starts_at), minutes: told.debrief.length_minutes, is_agreed: true, attendees: people.map(asAttendee) },
            })
          }
        />
      )}
    </details>
  );
}

function asAttendee({ name, email, office, language, timezone }: components["schemas"]["PersonView"]) {
  return { name, email, office: office ?? "", language: language ?? "", timezone: timezone ?? "" };
}

function Missed({ told, changes }: { told: Case; changes: string[][] }) {
  const path = { case_id: told.case_id };
  return (
    <details>
      <summary>It does not take place, or somebody did not come</summary>
      <UndoableEntry audience="intake" changes={changes} press="Call it off" says="It is called off in ten seconds; everybody is told." done="It is called off." fields={[{ name: "reason", label: "Why", hint: "Whoever was asked to come reads it." }]}
        send={({ reason }, { headers, keepalive }) => intake.POST("/api/intake/v1/cases/{case_id}/debrief/call-off", { params: { path }, headers, keepalive, body: reason ? { reason } : {} })} />
      <UndoableEntry audience="intake" changes={changes} press="Somebody did not come" says="Noted in ten seconds." done="It is noted: another date is to be found." fields={[]}
        send={(_, { headers, keepalive }) => intake.POST("/api/intake/v1/cases/{case_id}/debrief/missed", { params: { path }, headers, keepalive })} />
    </details>
  );
}
