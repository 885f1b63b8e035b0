// The parked events of one thing: the first is the cause, the others wait behind it. They are replayed together.
import { useState } from "react";
import { Refusal, useCommand } from "../shell/commands";
import { replay, type Parked, type Replay, type ServiceName, type Step } from "./services";
import { counted, inWords, momentOf } from "./telling";

interface Props {
  service: ServiceName;
  events: readonly [Parked, ...Parked[]];
}

export function ParkedGroup({ service, events }: Props) {
  const [cause, ...behind] = events;
  const [rehearsed, setRehearsed] = useState<Step[] | null>(null);
  const [done, setDone] = useState<Step[] | null>(null);
  const sent = useCommand<Replay, Step[]>(replay, {
    changes: [["ops", "parked", service], ["ops", "status", service]],
    then: (steps, { rehearse }) => (rehearse ? setRehearsed(steps) : (setDone(steps), setRehearsed(null))),
  });
  const ask = (rehearse: boolean) => sent.run({ service, source: cause.source, aggregate_id: cause.aggregate_id, rehearse });
  const wouldFail = rehearsed?.[0]?.error;
  return (
    <div className="box">
      <h3><a href={`/ops?event=${encodeURIComponent(idOf(cause))}&about=${cause.aggregate_id}`}>{nameOf(cause)}</a> <span className="muted">{cause.source}:{cause.position}</span></h3>
      <p>Tried three times and set aside on {momentOf(cause.parked_at)}.</p>
      <p className="said why">{cause.error}</p>
      {behind.length > 0 && (
        <details>
          <summary>{behind.length === 1 ? "1 event waits behind it" : `${behind.length.toLocaleString("en")} events wait behind it`}</summary>
          <ol>{behind.map((each) => <li key={each.position}>{nameOf(each)} <span className="muted">{each.source}:{each.position}</span></li>)}</ol>
        </details>
      )}
      <details>
        <summary>Its data</summary>
        <pre tabIndex={0} role="region" aria-label="Data of the parked event">{pretty(cause.message.data)}</pre>
      </details>
      <Refusal problem={sent.problem} />
      {rehearsed && (
        <div className="box next" role="status">
          <p><strong>{wouldFail ? "It would fail again. Mend its cause first." : "This is what would happen:"}</strong></p>
          <Steps steps={rehearsed} />
        </div>
      )}
      {done && <div role="status"><p className="told">{toldOf(done)}</p></div>}
      <div className="row">
        {rehearsed && !wouldFail
          ? <button type="button" className="primary" disabled={sent.isRunning} onClick={() => ask(false)}>Replay {events.length === 1 ? "it" : `all ${events.length}`}</button>
          : <button type="button" disabled={sent.isRunning} onClick={() => ask(true)}>See what a replay would do</button>}
        {rehearsed && <button type="button" onClick={() => setRehearsed(null)}>Not now</button>}
      </div>
    </div>
  );
}

function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <ol>
      {steps.map((step) => (
        <li key={step.position}>
          {inWords(step.subject.split(".")[1] ?? step.subject)}: {step.events.map(inWords).join(", ") || "no event follows"}; {step.effects.length ? `letters: ${step.effects.join(", ").replaceAll("_", " ")}` : "no letter"}
          {step.error && <>; <span className="error">fails: {step.error}</span></>}
        </li>
      ))}
    </ol>
  );
}

function toldOf(steps: readonly Step[]): string {
  const failed = steps.find((step) => step.error);
  const applied = steps.filter((step) => !step.error).length;
  return failed ? `${counted(applied, "event")} replayed; then ${failed.error}` : `${counted(applied, "event")} replayed.`;
}

const nameOf = (event: Parked) => inWords(event.message.headers["ce-type"]?.split(".")[1] ?? "Event");
const idOf = (event: Parked) => event.message.headers["ce-id"] ?? "";

function pretty(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}
