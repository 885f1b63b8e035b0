// The lines of the queue by group, and what can be done with several at once.
import { useState } from "react";
import type { CaseLine } from "../reads";
import { AssignMany } from "./AssignMany";
import type { Person } from "./Filters";
import { Line } from "./Line";
import { GROUP_NAMES, grouped, type Line as Told, type Wanted } from "./work";

interface Props {
  lines: readonly Told[];
  today: string;
  wanted: Wanted;
  ask: (wanted: Wanted) => void;
  people: readonly Person[];
  known: ReadonlyMap<string, CaseLine> | undefined;
}

const HINTS: Partial<Record<string, string>> = {
  waiting: "Nothing to do for you until the day that is named.",
  nobodys: "Choose those that are yours, and take them.",
};

export function Lines({ lines, today, wanted, ask, people, known }: Props) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const groups = grouped(lines, today, wanted);
  const choose = (ids: readonly string[], isChosen: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) if (isChosen) next.add(id); else next.delete(id);
    setChosen(next);
  };
  // What is not shown any more is not changed behind the reader's back.
  const cases = [...new Set(lines.flatMap(({ case_id }) => (case_id && chosen.has(case_id) ? [case_id] : [])))];
  return (
    <>
      <p role="status" className="count">{told(lines.length, groups)}</p>
      {lines.length === 0 && <Nothing wanted={wanted} ask={ask} />}
      <AssignMany cases={cases} people={people} forget={() => setChosen(new Set())} />
      {groups.map(([group, found]) => {
        const ids = found.flatMap(({ case_id }) => case_id ?? []);
        return (
          <section key={group} className={`group ${group}`} aria-labelledby={`group-${group}`}>
            <h2 id={`group-${group}`}>{GROUP_NAMES[group]} <span className="muted">({found.length})</span></h2>
            {HINTS[group] && <p className="hint">{HINTS[group]}</p>}
            {group === "nobodys" && ids.length > 1 && (
              <p className="tick">
                <input
                  id={`all-${group}`} type="checkbox" checked={ids.every((id) => chosen.has(id))}
                  onChange={({ target }) => choose(ids, target.checked)}
                />
                <label htmlFor={`all-${group}`}>Choose all of these</label>
              </p>
            )}
            <ul className="lines">
              {found.map((line) => (
                <Line
                  key={`${line.kind}-${line.id}`} line={line} today={today} known={line.case_id ? known?.get(line.case_id) : undefined}
                  isChosen={Boolean(line.case_id && chosen.has(line.case_id))} isOwnerTold={wanted.whose === "all"}
                  choose={(isChosen) => line.case_id && choose([line.case_id], isChosen)}
                />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function told(many: number, groups: ReturnType<typeof grouped>): string {
  const parts = groups.map(([group, found]) => `${found.length} ${GROUP_NAMES[group].toLowerCase()}`);
  return many ? `${many} ${many === 1 ? "line" : "lines"}: ${parts.join(", ")}` : "Nothing is in this list.";
}

function Nothing({ wanted, ask }: { wanted: Wanted; ask: (wanted: Wanted) => void }) {
  const isFiltered = Boolean(wanted.q || wanted.kind || wanted.due);
  return (
    <div className="box">
      <p>{isFiltered ? "Nothing meets these filters." : wanted.whose === "yours" ? "Nothing waits for you." : "Nothing waits here."}</p>
      <div className="row">
        {isFiltered && <button type="button" className="second" onClick={() => ask({ ...wanted, q: "", kind: "", due: "" })}>Take the filters away</button>}
        {wanted.whose !== "all" && <button type="button" className="second" onClick={() => ask({ ...wanted, whose: "all" })}>Look at everybody's work</button>}
        <a className="button second" href="/staff/world">Research cities</a>
      </div>
    </div>
  );
}
