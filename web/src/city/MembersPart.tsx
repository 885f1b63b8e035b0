// After the hand-over the member writes, signs and tells the day of each step.
import { useState } from "react";
import { outreach } from "../api/client";
import { Refusal, useCommand, type Sending } from "../shell/commands";
import { day, STANDS } from "./names";
import { OWN } from "./own";
import { Partnered } from "./Partnered";
import type { Pair } from "./questions";

export function MembersPart({ pair }: { pair: Pair }) {
  const { rank } = STANDS[pair.state];
  if (rank < STANDS.handed_over.rank) return null;
  if (pair.state === "partnered") return <p className="lead">You are partners{pair.days.partnered && ` since ${day(pair.days.partnered)}`}. Congratulations.</p>;
  const params = { path: { pair_id: pair.pair_id } };
  return (
    <section>
      <h2>Your part</h2>
      <p>From here on you write to the city yourselves; our staff help at any time. <a href={`/city/documents#${pair.pair_id}`}>Letters and agreements are made for you</a>, to print and to edit.</p>
      <Step name="invited" title="You have sent your letter of invitation" pair={pair}
        send={(sent_on, sending) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/invitation", { ...sending, params, body: { sent_on } })} />
      <Step name="intent" title="Both sides have signed a letter of intent" pair={pair}
        send={(signed_on, sending) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/letter-of-intent", { ...sending, params, body: { signed_on } })} />
      <Step name="resolution" title="Your council has adopted a resolution" pair={pair}
        send={(adopted_on, sending) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/council-resolution", { ...sending, params, body: { adopted_on } })} />
      <Partnered pair={pair} />
    </section>
  );
}

interface StepProps {
  name: "invited" | "intent" | "resolution";
  title: string;
  pair: Pair;
  send: (on: string, sending: Sending) => Promise<unknown>;
}

/** Its day once it is done; said again, the day is corrected. */
function Step({ name, title, pair, send }: StepProps) {
  const done = pair.days[name];
  const today = new Date().toISOString().slice(0, 10);
  const [on, setOn] = useState(done ?? today);
  const tell = useCommand(send, { changes: [OWN] });
  return (
    <details open={!done && isNext(pair, name)}>
      <summary>{title}{done && `: ${day(done)}`}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          tell.run(on);
        }}
      >
        <p>
          <label htmlFor={name}>On which day</label>
          <input id={name} type="date" required max={today} value={on} onChange={(event) => setOn(event.target.value)} />
        </p>
        <Refusal problem={tell.problem} idOf={() => name} />
        <p className="row">
          <button type="submit" className={done ? "second" : undefined} disabled={tell.isRunning}>{done ? "Correct the day" : "Tell our staff"}</button>
          <span role="status" className="told">{tell.isDone ? "It is recorded." : ""}</span>
        </p>
      </form>
    </details>
  );
}

const ORDER = ["invited", "intent", "resolution"] as const;

function isNext(pair: Pair, name: StepProps["name"]): boolean {
  return ORDER.find((each) => !pair.days[each]) === name;
}
