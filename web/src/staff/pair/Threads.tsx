// The threads of a city, one for each way by which somebody was written to, with what was said and what can be noted.
import type { components } from "../../api/outreach";
import { outreach } from "../../api/client";
import { Entry, UndoableEntry, asMoment } from "../Entry";
import { capital, day, inWords, moment } from "../words";
import { mayWrite, type Pair } from "./PairPage";

type Routes = components["schemas"]["RoutesView"]["routes"];
type Thread = Pair["threads"][number];

const LETTERS: Record<string, string> = {
  due: "goes out with the next post", sending: "is going out", sent: "has gone out", refused: "did not go out", cancelled: "was taken back", unknown: "may have gone out",
};

export function Threads({ pair, routes }: { pair: Pair; routes: Routes }) {
  const names = new Map(routes.map(({ contact }) => [contact.contact_id, contact.name]));
  if (!pair.threads.length) return <p>Nobody has been written to yet{pair.stopped_by.length ? "" : ". Begin with the way that is proposed first"}.</p>;
  return pair.threads.map((thread) => <ThreadOf key={thread.thread_id} pair={pair} thread={thread} name={names.get(thread.contact_id ?? "")} routes={routes} />);
}

function ThreadOf({ pair, thread, name, routes }: { pair: Pair; thread: Thread; name: string | undefined; routes: Routes }) {
  const { step, holder, due_on } = thread.waits_for;
  const id = `thread-${thread.thread_id}`;
  return (
    <article className="box" aria-labelledby={id}>
      <h3 id={id}>{capital(inWords(thread.channel))}{name && `: ${name}`}</h3>
      <p>
        Written to on {day(thread.contacted_at)}{thread.followed_up_at && `, followed up on ${day(thread.followed_up_at)}`}.
        {thread.undeliverable_since && <strong className="late"> It came back on {day(thread.undeliverable_since)}.</strong>}
        {step !== "none" && <> Next: {inWords(step)} ({inWords(holder)}{due_on && `, by ${day(due_on)}`}).</>}
      </p>
      <ol className="story">
        {said(thread).map(({ key, at, told, words }) => (
          <li key={key}><p className="small muted">{moment(at)}</p><p>{told}</p>{words && <p className="said">{words}</p>}</li>
        ))}
      </ol>
      {pair.state !== "failed" && <Commands pair={pair} thread={thread} routes={routes} />}
    </article>
  );
}

function said(thread: Thread) {
  const letters = (thread.letters ?? []).map((letter, number) => ({
    key: `letter ${number}`, at: letter.written_at, told: `Our letter “${letter.subject}” ${LETTERS[letter.state] ?? letter.state}.`, words: letter.body,
  }));
  const replies = thread.replies.map((reply, number) => ({ key: `reply ${number}`, at: reply.received_at, told: "They answered.", words: reply.summary ?? "" }));
  return [...letters, ...replies].sort((one, other) => one.at.localeCompare(other.at));
}

function Commands({ pair, thread, routes }: { pair: Pair; thread: Thread; routes: Routes }) {
  const path = { pair_id: pair.pair_id, thread_id: thread.thread_id };
  const common = { audience: "outreach" as const, changes: [["pair", pair.pair_id], ["case", pair.case_id], ["work"]] };
  const others = routes.filter(({ contact }) => contact.channel === thread.channel && contact.contact_id !== thread.contact_id);
  const write = `/staff/cases/${pair.case_id}/pairs/${pair.pair_id}/write?thread=${thread.thread_id}`;
  return (
    <>
      {mayWrite(pair) && <p><a className="button second" href={write}>Write a follow-up</a></p>}
      <details>
        <summary>Note an answer</summary>
        <Entry
          {...common} press="Note it" done="The answer is noted."
          fields={[{ name: "received_at", label: "When it came, if not now", kind: "moment" }, { name: "summary", label: "What they say", kind: "long" }]}
          send={(values, { headers }) =>
            outreach.POST("/api/outreach/v1/pairs/{pair_id}/threads/{thread_id}/reply", {
              params: { path }, headers, body: { summary: values.summary ?? "", ...(values.received_at ? { received_at: asMoment(values.received_at) } : {}) },
            })
          }
        />
      </details>
      <details>
        <summary>Correct this thread</summary>
        <h4>A letter came back</h4>
        <UndoableEntry {...common} fields={[]} press="It could not be delivered" says="Noted in ten seconds." done="It is noted: another contact is needed."
          send={(_, { headers, keepalive }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/threads/{thread_id}/bounce", { params: { path }, headers, keepalive })} />
        {others.length > 0 && (
          <>
            <h4>Somebody else is to be written to</h4>
            <UndoableEntry {...common} press="Go on with this contact" says="The contact changes in ten seconds." done="The contact is changed: write to it."
              fields={[{ name: "contact_id", label: "Contact", kind: "choice", options: others.map(({ contact }) => [contact.contact_id, contact.name] as const) }]}
              send={({ contact_id }, { headers, keepalive }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/threads/{thread_id}/contact", { params: { path }, headers, keepalive, body: { contact_id: contact_id ?? "" } })} />
          </>
        )}
        {thread.replies.length > 0 && (
          <>
            <h4>The last answer stands in the wrong thread</h4>
            <UndoableEntry {...common} fields={[]} press="Take the last answer back" says="The answer goes in ten seconds." done="It is taken back."
              send={(_, { headers, keepalive }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/threads/{thread_id}/reply/retract", { params: { path }, headers, keepalive })} />
          </>
        )}
        <h4>This was never sent</h4>
        <UndoableEntry {...common} fields={[]} press="Take the whole thread back" says="The thread goes in ten seconds." done="It is taken back."
          send={(_, { headers, keepalive }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/threads/{thread_id}/retract", { params: { path }, headers, keepalive })} />
      </details>
    </>
  );
}
