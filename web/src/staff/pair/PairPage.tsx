// One city of a search: what is next, the letters by every way, what is known of the city, and what can be noted.
import type { components } from "../../api/outreach";
import { useTitle } from "../../shell/faces";
import { Trouble } from "../../shell/Trouble";
import { Ask } from "../Ask";
import { STOPS } from "../case/Outreach";
import { nameOf } from "../places";
import { usePair, useRoutes } from "../reads";
import { StaffNav } from "../StaffNav";
import { capital, day, inWords, span } from "../words";
import { Documents } from "./Documents";
import { Known } from "./Known";
import { Notes, PairOwner } from "./Notes";
import { Threads } from "./Threads";
import { urgentNote } from "./notes";
import "../case/case.css";

export type Pair = components["schemas"]["PairView"];

export default function PairPage({ parts }: { parts: readonly string[] }) {
  const asked = usePair(parts[1] ?? "");
  const title = asked.data ? `${nameOf(asked.data.place)} and ${nameOf(asked.data.foreign_place)}` : "A city in outreach";
  useTitle(title);
  return (
    <main id="content" className="page wide case" aria-busy={asked.isPending}>
      <StaffNav />
      <h1>{title}</h1>
      {asked.isPending ? <p role="status" className="skeleton">One moment</p>
      : asked.isError ? <Trouble problem={asked.error} retry={() => void asked.refetch()} />
      : <Whole pair={asked.data} />}
    </main>
  );
}

function Whole({ pair }: { pair: Pair }) {
  const routes = useRoutes(pair.pair_id);
  return (
    <>
      <p className="lead">
        {capital(inWords(pair.state))}{pair.failure && `: ${inWords(pair.failure)}`}. {capital(inWords(pair.lane))}, since {day(pair.opened_at)}.{" "}
        <a href={`/staff/cases/${pair.case_id}`}>The whole search</a>
      </p>
      <div className="columns">
        <div className="main">
          <NextOfPair pair={pair} />
          <section aria-labelledby="threads"><h2 id="threads">Letters and answers</h2><Ask asked={routes}>{(found) => <Threads pair={pair} routes={found.routes} />}</Ask></section>
          <Notes pair={pair} />
        </div>
        <aside aria-label="About this city">
          <section aria-labelledby="known"><h2 id="known">What we know of the city</h2><Known pair={pair} /></section>
          <Documents pair={pair} />
          <PairOwner pair={pair} />
        </aside>
      </div>
    </>
  );
}

function NextOfPair({ pair }: { pair: Pair }) {
  const { step, holder, due_on } = pair.waits_for;
  const today = new Date().toISOString();
  const isLate = due_on && due_on < today.slice(0, 10);
  const note = urgentNote(pair);
  return (
    <section className="box next" aria-labelledby="next">
      <h2 id="next">{step === "none" ? "Nothing is to be done here" : `Next: ${inWords(step)}`}</h2>
      {pair.stopped_by.length > 0 && <p className="problem">Nobody is written to: {pair.stopped_by.map((stop) => STOPS[stop] ?? stop).join(", ")}.</p>}
      {step !== "none" && (
        <p>
          {holder === "staff" ? "It is our turn" : `It is the turn of ${inWords(holder)}`}{due_on && <>, by {day(due_on)}</>}.
          {isLate && <strong className="late"> Overdue for {span(due_on, today)}.</strong>}
        </p>
      )}
      {pair.can_do_next.length > 0 && <ul>{pair.can_do_next.map((each) => <li key={each}>{each}</li>)}</ul>}
      <div className="row">
        {mayWrite(pair) && <a className={`button ${note ? "second" : "primary"}`} href={`/staff/cases/${pair.case_id}/pairs/${pair.pair_id}/write`}>Write to somebody new</a>}
        {note && <a className="button primary" href={`#${note.id}`}>{note.title}</a>}
        {["arrange_introduction", "hold_introduction"].includes(step) && <a className="button primary" href={`/staff/cases/${pair.case_id}/pairs/${pair.pair_id}/introduction`}>Times of the introduction</a>}
      </div>
    </section>
  );
}

export function mayWrite(pair: Pair): boolean {
  return !pair.stopped_by.length && !pair.days.handed_over && pair.state !== "failed" && pair.state !== "partnered";
}
