// One city that is worked on: where it stands, the conversation with it, and the member's own part.
import { Trouble } from "../shell/Trouble";
import { Frame, NoSearch } from "./Frame";
import { Introduction } from "./Introduction";
import { MembersPart } from "./MembersPart";
import { capital, day, FAILURES, HOLDERS, nameOf, STANDS, STEPS, STOPS, words } from "./names";
import { useOwn, Waits } from "./own";
import { usePair, type Pair } from "./questions";

const BACK = { at: "/city#cities", name: "your search" };

export function PairPage({ parts }: { parts: readonly string[] }) {
  const { community } = useOwn();
  return community.open_case_id ? <Shown pairId={parts[0]!} /> : <NoSearch title="A city" />;
}

function Shown({ pairId }: { pairId: string }) {
  const found = usePair(pairId);
  const { isAdministrator } = useOwn();
  return (
    <Frame title={found.data ? nameOf(found.data.foreign_place) : "A city"} back={BACK}>
      {found.isError ? <Trouble problem={found.error} retry={() => void found.refetch()} />
      : !found.data ? <Waits />
      : <>
          <Stand pair={found.data} />
          {found.data.state !== "failed" && <Introduction pair={found.data} />}
          {isAdministrator && <MembersPart pair={found.data} />}
          <Known pair={found.data} />
          <Letters pair={found.data} />
        </>}
    </Frame>
  );
}

function Stand({ pair }: { pair: Pair }) {
  const { step = "none", holder = "nobody", due_on } = pair.waits_for;
  if (pair.state === "failed") return <p className="lead">It {STANDS.failed.told}. {pair.failure && FAILURES[pair.failure]}</p>;
  return (
    <section className="box next">
      <h2>{capital(STANDS[pair.state].told)}</h2>
      {pair.stopped_by.map((why) => <p key={why}><strong>{STOPS[why]}</strong></p>)}
      {step !== "none" && <p>Next: {STEPS[step]}. It is the turn of <strong>{HOLDERS[holder]}</strong>{due_on && <>, by <strong>{day(due_on)}</strong></>}.</p>}
      {pair.can_do_next.length > 0 && <><p>What you can do:</p><ul>{pair.can_do_next.map((told) => <li key={told}>{told}</li>)}</ul></>}
    </section>
  );
}

function Known({ pair }: { pair: Pair }) {
  const { contact, governance, interest } = pair;
  const decides = governance.decided_by;
  if (!contact && !decides && !interest) return null;
  return (
    <section>
      <h2>What is known of the city</h2>
      <dl className="facts">
        {interest && <><dt>Interest</dt><dd>{capital(interest)}</dd></>}
        {decides && <><dt>Who decides there</dt><dd>{words(decides)}</dd></>}
        {governance.needs_national_approval !== null && governance.needs_national_approval !== undefined && <><dt>National approval</dt><dd>{governance.needs_national_approval ? "needed" : "not needed"}</dd></>}
        {contact && <><dt>Whom to write to</dt><dd>{contact.name}{contact.office && contact.office !== contact.name && `, ${contact.office}`}<br /><a className="address" href={`mailto:${contact.email}`}>{contact.email}</a>{contact.phone && <><br />{contact.phone}</>}</dd></>}
      </dl>
      {!contact && <p className="muted small">Whom to write to there stands here once the city is handed over to you.</p>}
    </section>
  );
}

function Letters({ pair }: { pair: Pair }) {
  if (pair.threads.length === 0) return null;
  return (
    <section>
      <h2>Who was written to</h2>
      <ul className="pairs">
        {pair.threads.map((thread) => (
          <li key={thread.thread_id}>
            <p>
              <strong>{words(thread.channel)}</strong>, written to on {day(thread.contacted_at)}
              {thread.followed_up_at && `, again on ${day(thread.followed_up_at)}`}.
              {thread.undeliverable_since ? " The letter came back; our staff look for another address." : thread.replies.length > 0 ? ` Answered on ${day(thread.replies.at(-1)!.received_at)}.` : " No answer yet."}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
