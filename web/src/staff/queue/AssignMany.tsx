// Several searches are given to somebody at once, which can be taken back for ten seconds.
import { useState } from "react";
import { intake } from "../../api/client";
import { useSession } from "../../shell/SignedIn";
import { Undo, useLater } from "../../shell/later";
import type { Person } from "./Filters";

interface Props {
  cases: readonly string[];
  people: readonly Person[];
  forget: () => void;
}

interface Form {
  cases: readonly string[];
  staff_id: string;
}

export function AssignMany({ cases, people, forget }: Props) {
  const me = useSession().data?.person.person_id ?? "";
  const [to, setTo] = useState("");
  const later = useLater<Form>("intake", assignAll, { changes: [["work"], ["case-lines"]], then: forget });
  const staff_id = to || me;
  const name = staff_id === me ? "you" : (people.find((person) => person.person_id === staff_id)?.name ?? "");
  if (!cases.length && !later.isWaiting && !later.isDone && !later.problem) return null;
  const many = `${cases.length} ${cases.length === 1 ? "search" : "searches"}`;
  return (
    <section className="box assign" aria-label="What is chosen">
      {cases.length > 0 && !later.isWaiting && (
        <form className="row" onSubmit={(event) => { event.preventDefault(); later.ask({ cases, staff_id }, `${many} will be ${name === "you" ? "yours" : `${name}'s`} in ten seconds.`); }}>
          <strong>{many} chosen.</strong>
          <label htmlFor="assign-to">Give to</label>
          <select id="assign-to" value={staff_id} onChange={({ target }) => setTo(target.value)}>
            {people.map((person) => <option key={person.person_id} value={person.person_id}>{person.person_id === me ? `${person.name} (you)` : person.name}</option>)}
          </select>
          <button type="submit" className="primary" disabled={!staff_id || later.isRunning}>{name === "you" ? "Take" : "Give"}</button>
          <button type="button" className="plain" onClick={forget}>Choose none</button>
        </form>
      )}
      <Undo later={later} done="Done: they are given." />
    </section>
  );
}

async function assignAll({ cases, staff_id }: Form, { headers, keepalive }: { headers: { "Idempotency-Key": string }; keepalive: boolean }) {
  // Each has a key of its own, made of that of the whole, so that a repeat of the whole repeats none of them.
  const each = (case_id: string) =>
    intake.POST("/api/intake/v1/cases/{case_id}/assign", {
      params: { path: { case_id }, header: { "Idempotency-Key": `${headers["Idempotency-Key"]} ${case_id}` } },
      body: { staff_id }, keepalive,
    });
  if (keepalive) return Promise.all(cases.map(each));
  for (const case_id of cases) await each(case_id);
  return null;
}
