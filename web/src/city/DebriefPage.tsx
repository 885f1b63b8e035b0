// The debriefing: its time, who comes, what was promised there.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { intake } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { Trouble } from "../shell/Trouble";
import { Actions } from "./Actions";
import { Attendees, type Guest } from "./Attendees";
import { AdministratorOnly, Frame, NoSearch } from "./Frame";
import { day, listed } from "./names";
import { OWN, useOwn, Waits, type Search } from "./own";
import { Slots } from "./Slots";

const TITLE = "The debriefing";

export function DebriefPage() {
  const { search, isAdministrator } = useOwn();
  if (!search) return <NoSearch title={TITLE} />;
  const { debrief } = search;
  return (
    <Frame title={TITLE} current="Debriefing">
      {debrief.held_on ? <Held search={search} /> : <>
        <p>A conversation of about {debrief.length_minutes} minutes between your people and ours: what your community has to offer, its industries, schools and people, and what you wish for in a partner. Bring whoever knows. Research begins after it.</p>
        {debrief.starts_at && <Stands search={search} />}
        {search.state === "paused" ? <p>The search is paused; a time is found once it goes on. <a href="/city#rest">Resume it</a></p>
        : isAdministrator ? <Times search={search} />
        : <AdministratorOnly what="The administrator takes a time." />}
      </>}
      <Actions actions={debrief.actions} of={{ case_id: search.case_id }} />
    </Frame>
  );
}

function Held({ search }: { search: Search }) {
  const { held_on, attendees, minutes, demographics, notes } = search.debrief;
  return (
    <>
      <p className="lead">It was held on {day(held_on!)}{attendees.length > 0 && ` with ${listed(attendees.map((each) => each.name))}`}.</p>
      {[["What was said", minutes], ["People of your community", demographics], ["Notes", notes]].map(([title, text]) => text && (
        <section key={title}><h2>{title}</h2><p className="said">{text}</p></section>
      ))}
      <p><a href="/city/answers">What we understood of your wishes</a></p>
    </>
  );
}

function Stands({ search }: { search: Search }) {
  const { when, attendees, about } = search.debrief;
  return (
    <section className="box">
      <h2>It is set for {when}</h2>
      {attendees.length > 0 && <p>Asked to come: {listed(attendees.map((each) => each.name))}. Everybody has an entry for their calendar.</p>}
      {about.agenda && <p className="said">{about.agenda}</p>}
      {about.place && <p>{about.place}</p>}
      {about.link && <p><a href={about.link}>Join the call</a></p>}
      {useOwn().isAdministrator && <CallOff caseId={search.case_id} />}
    </section>
  );
}

function CallOff({ caseId }: { caseId: string }) {
  const [reason, setReason] = useState("");
  const callOff = useCommand(
    (why: string, sending) => intake.POST("/api/intake/v1/cases/{case_id}/debrief/call-off", { ...sending, params: { path: { case_id: caseId } }, body: { reason: why || null } }),
    { changes: [OWN] },
  );
  return (
    <details>
      <summary>Call it off</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          callOff.run(reason);
        }}
      >
        <p>
          <label htmlFor="reason">Why (optional; whoever was asked to come reads it)</label>
          <input id="reason" type="text" maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </p>
        <Refusal problem={callOff.problem} idOf={() => "reason"} />
        <p><button className="second" type="submit" disabled={callOff.isRunning}>Call the debriefing off</button></p>
      </form>
    </details>
  );
}

function Times({ search }: { search: Search }) {
  const [from, setFrom] = useState(() => new URLSearchParams(location.search).get("from") ?? "");
  const slots = useQuery({
    queryKey: [...OWN, "slots", search.case_id, from],
    queryFn: async ({ signal }) =>
      (await intake.GET("/api/intake/v1/cases/{case_id}/debrief/slots", { params: { path: { case_id: search.case_id }, query: from ? { first_day: from } : {} }, signal })).data!,
  });
  const look = (first: string) => {
    history.replaceState(null, "", first ? `?from=${first}` : location.pathname);
    setFrom(first);
  };
  return (
    <section>
      <h2>{search.debrief.starts_at ? "Another time" : "Find a time"}</h2>
      <p>
        <label htmlFor="from">Times from this day on</label>
        <input id="from" type="date" value={from} onChange={(event) => look(event.target.value)} />
      </p>
      {slots.isError ? <Trouble problem={slots.error} retry={() => void slots.refetch()} />
      : !slots.data ? <Waits />
      : <Take search={search} proposed={slots.data.proposed} suggested={slots.data.suggested} />}
    </section>
  );
}

type Offered = Search["debrief"]["proposed"];

function Take({ search, proposed, suggested }: { search: Search; proposed: Offered; suggested: Offered }) {
  const { person } = useOwn();
  const [guests, setGuests] = useState<Guest[]>(() => search.debrief.attendees.filter((each) => each.person_id !== person.person_id && !["staff", "operator"].includes(each.role)).map(guestOf));
  const take = useCommand(
    (starts_at: string, sending) =>
      intake.POST("/api/intake/v1/cases/{case_id}/debrief/slots/pick", {
        ...sending, params: { path: { case_id: search.case_id } }, body: { starts_at, attendees: [guestOf(person), ...guests] },
      }),
    { changes: [OWN] },
  );
  return (
    <>
      <Attendees guests={guests} change={setGuests} problem={take.problem} />
      <Slots title="Proposed by our staff" slots={proposed} take={take} />
      <Slots title={proposed.length > 0 ? "Other times that suit both sides" : "Times that suit both sides"} slots={suggested} take={take} />
      {proposed.length + suggested.length === 0 && <p role="status">No time suits both sides in these three weeks. Choose a later day, or <a href="/city/conversation">ask our staff</a>.</p>}
      <Refusal problem={take.problem} />
    </>
  );
}

function guestOf({ name, email, office = "", language = "", timezone = "" }: Partial<Guest> & { name: string; email: string }): Guest {
  return { name, email, office, language, timezone };
}
