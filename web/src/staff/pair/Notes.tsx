// What can be noted of a city now; what it waits for stands open, on top.
import { outreach } from "../../api/client";
import { useStaff } from "../reads";
import { UndoableEntry } from "../Entry";
import { NOTES, urgentNote, type Note } from "./notes";
import type { Pair } from "./PairPage";

const changesOf = (pair: Pair) => [["pair", pair.pair_id], ["case", pair.case_id], ["work"]];

export function Notes({ pair }: { pair: Pair }) {
  const first = urgentNote(pair);
  const others = NOTES.filter((note) => note !== first && note.isOffered(pair));
  return (
    <section aria-labelledby="notes">
      <h2 id="notes">What we learned, and where it stands</h2>
      {first && <div className="box"><h3 id={first.id}>{first.title}</h3><Form note={first} pair={pair} /></div>}
      {others.map((note) => <details key={note.id}><summary id={note.id}>{note.title}</summary><Form note={note} pair={pair} /></details>)}
      {pair.days.handed_over && !pair.partnership_id && <p><a className="button second" href={`/staff/cases/${pair.case_id}/pairs/${pair.pair_id}/partnership`}>Record the signed agreement</a></p>}
    </section>
  );
}

function Form({ note, pair }: { note: Note; pair: Pair }) {
  return (
    <UndoableEntry
      audience="outreach" fields={note.fields} press={note.press} says={note.says} done={note.done} changes={changesOf(pair)}
      send={(values, sending) => note.send(pair.pair_id, values, sending)}
    />
  );
}

export function PairOwner({ pair }: { pair: Pair }) {
  const people = useStaff().data ?? [];
  if (!people.length) return null;
  const name = people.find((person) => person.person_id === pair.owner)?.name;
  return (
    <section aria-labelledby="owner">
      <h2 id="owner">{name ? `${name} has this city` : "Nobody has this city"}</h2>
      <details>
        <summary>Give it to {name ? "somebody else" : "somebody"}</summary>
        <UndoableEntry
          audience="outreach" press="Give" says="It changes hands in ten seconds." done="It is given." changes={changesOf(pair)}
          fields={[{ name: "staff_id", label: "Who looks after it", kind: "choice", options: people.map((person) => [person.person_id, person.name] as const) }]}
          send={({ staff_id = "" }, { headers, keepalive }) => outreach.POST("/api/outreach/v1/pairs/{pair_id}/assign", { params: { path: { pair_id: pair.pair_id } }, headers, keepalive, body: { staff_id } })}
        />
      </details>
    </section>
  );
}
