// Letters that wait, and those of which nobody knows whether they arrived: an operator finds out and says so.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Refusal, useCommand } from "../shell/commands";
import { useTitle } from "../shell/faces";
import { Trouble } from "../shell/Trouble";
import { OpsFrame } from "./OpsFrame";
import { letters, NAMES, retryLetters, SENDERS, settle, useStatuses, type Letter, type LetterState, type SenderName } from "./services";
import { counted, momentOf } from "./telling";

const STATES: readonly { state: LetterState; name: string; why: string }[] = [
  { state: "unknown", name: "Unknown", why: "They were under way when the line broke. Look in the mail server's log, then say what became of each." },
  { state: "refused", name: "Refused", why: "The mail server took them not. Mend the address or the server, then send them again." },
  { state: "due", name: "Due", why: "They are sent by themselves; those that were tried in vain wait for their next time." },
  { state: "sending", name: "Under way", why: "They are being handed to the mail server." },
  { state: "cancelled", name: "Cancelled", why: "There was nothing left to tell, or nobody to tell it to." },
];

export default function LettersPage() {
  useTitle("Letters");
  const asked = new URLSearchParams(location.search).get("state");
  const shown = STATES.find(({ state }) => state === asked) ?? STATES[0]!;
  const statuses = useStatuses();
  const count = (state: LetterState) => SENDERS.reduce((so, name) => so + (statuses[name].data?.letters[state] ?? 0), 0);
  return (
    <OpsFrame current="Letters">
      <h1>Letters</h1>
      <nav aria-label="States of letters">
        <ul className="chips">
          {STATES.map(({ state, name }) => (
            <li key={state}><a className="button chip" aria-current={state === shown.state ? "page" : undefined} href={`/ops/letters?state=${state}`}>{name} ({count(state).toLocaleString("en")})</a></li>
          ))}
        </ul>
      </nav>
      <p>{shown.why}</p>
      {SENDERS.map((name) => <OfService key={name} {...{ name, state: shown.state }} />)}
    </OpsFrame>
  );
}

function OfService({ name, state }: { name: SenderName; state: LetterState }) {
  const told = useQuery({
    queryKey: ["ops", "letters", name, state],
    queryFn: (asking) => letters(name, state, asking),
    refetchInterval: 10_000,
  });
  const [count, setCount] = useState<number | null>(null);
  const again = useCommand((_: void, sending) => retryLetters(name, sending), { changes: [["ops"]], then: (tried) => setCount(tried as number) });
  return (
    <section aria-labelledby={`${name}-letters`} aria-busy={told.isPending}>
      <h2 id={`${name}-letters`}>{NAMES[name]}</h2>
      {told.isPending && <p role="status">One moment: it is asked.</p>}
      {told.isError && <Trouble problem={told.error} retry={() => void told.refetch()} />}
      {told.data?.length === 0 && <p className="muted">No letter is in this state.</p>}
      {told.data && told.data.length > 0 && <Table name={name} rows={told.data} />}
      <Refusal problem={again.problem} />
      {state === "due" && told.data?.some((letter) => letter.attempts > 0) && (
        <button type="button" disabled={again.isRunning} onClick={() => again.run()}>Try those again now that were tried in vain</button>
      )}
      {count !== null && <p role="status" className="told">{counted(count, "letter")} tried again.</p>}
    </section>
  );
}

function Table({ name, rows }: { name: SenderName; rows: readonly Letter[] }) {
  const settled = useCommand<{ id: string; state: "sent" | "due" }>(({ id, state }, sending) => settle(name, id, state, sending), { changes: [["ops"]] });
  const mayBeSettled = rows[0]?.state === "unknown" || rows[0]?.state === "refused";
  return (
    <>
      <Refusal problem={settled.problem} />
      <div className="scrolls" role="region" tabIndex={0} aria-label={`Letters of ${NAMES[name]}`}>
        <table>
          <thead>
            <tr><th scope="col">Letter</th><th scope="col">About</th><th scope="col" className="number">Tried</th><th scope="col">Due</th><th scope="col">What went wrong</th>{mayBeSettled && <th scope="col">What became of it</th>}</tr>
          </thead>
          <tbody>
            {rows.map((letter) => (
              <tr key={letter.id}>
                <th scope="row">{letter.kind.replaceAll("_", " ")}</th>
                <td><a className="address" href={`/ops?about=${letter.subject_id}`}>{letter.subject_id.slice(0, 8)}</a></td>
                <td className="number">{letter.attempts}</td>
                <td>{momentOf(letter.due_at)}</td>
                <td>{letter.error || "nothing so far"}</td>
                {mayBeSettled && (
                  <td className="row">
                    <button type="button" disabled={settled.isRunning} onClick={() => settled.run({ id: letter.id, state: "sent" })}>It arrived</button>
                    <button type="button" disabled={settled.isRunning} onClick={() => settled.run({ id: letter.id, state: "due" })}>Send it again</button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
