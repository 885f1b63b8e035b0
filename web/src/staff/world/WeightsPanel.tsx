// How much each factor counts in this search. Staff change it with a reason; what was changed stands beside what is usual.
import { useState, type FormEvent } from "react";
import { matching } from "../../api/client";
import type { components } from "../../api/matching";
import { Refusal, fieldProblem, useCommand } from "../../shell/commands";
import { Trouble } from "../../shell/Trouble";
import { useWords } from "../../words";
import { keyOf, useWeights } from "./questions";
import { FACTORS, type Factor } from "./telling";

type Adjustments = components["schemas"]["AdjustmentsView"];
type Weights = Record<Factor, number>;

export function WeightsPanel({ search }: { search: string }) {
  const { published, changed } = useWeights(search);
  const failed = [published, changed].find((each) => each.isError);
  if (failed) return <Trouble problem={failed.error} retry={() => void failed.refetch()} />;
  if (!published.data || !changed.data) return <p role="status">The weights are being fetched.</p>;
  return (
    <>
      <h2>How much each factor counts here</h2>
      <p>Only proportions count: what has 40 counts twice as much as what has 20. What is not known takes no part. Laws and policies stand outside the score: no weight lifts them.</p>
      <Form key={changed.data.version} search={search} usual={published.data.you as Weights} changed={changed.data} />
      <History changed={changed.data} />
    </>
  );
}

function Form({ search, usual, changed }: { search: string; usual: Weights; changed: Adjustments }) {
  const factors = Object.keys(FACTORS) as Factor[];
  const now = Object.fromEntries(factors.map((factor) => [factor, changed.weights[factor] ?? usual[factor]])) as Weights;
  const [wished, wish] = useState<Record<Factor, string>>(() => Object.fromEntries(factors.map((each) => [each, String(now[each])])) as Record<Factor, string>);
  const [reason, setReason] = useState("");
  const command = useCommand(
    (body: { weights: Record<string, number>; reason: string }, sending) =>
      matching.POST("/api/matching/v1/cases/{case_id}/weights", { params: { path: { case_id: search } }, body, ...sending }),
    { changes: [keyOf(search)] },
  );
  const differing = factors.filter((each) => Number(wished[each]) !== now[each]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    command.run({ weights: Object.fromEntries(differing.map((each) => [each, Number(wished[each])])), reason });
  };
  const problem = fieldProblem(command.problem, "reason");
  const isChanged = Object.keys(changed.weights).length > 0;
  return (
    <form onSubmit={submit}>
      <Refusal problem={command.problem} idOf={(field) => (field === "reason" ? "reason" : undefined)} />
      <div className="scrolls" role="region" tabIndex={0} aria-label="Weights">
        <table>
          <thead><tr><th scope="col">Factor</th><th scope="col">Weight, 0 to 100</th><th scope="col" className="number">Usually</th></tr></thead>
          <tbody>
            {factors.map((factor) => (
              <tr key={factor}>
                <th scope="row"><label htmlFor={`weight-${factor}`}>{FACTORS[factor]}</label></th>
                <td>
                  <input id={`weight-${factor}`} type="number" min={0} max={100} step="any" required value={wished[factor]} onChange={(event) => wish({ ...wished, [factor]: event.target.value })} />
                </td>
                <td className="number">{usual[factor]}{changed.weights[factor] !== undefined && " (changed)"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="field">
        <label htmlFor="reason">Why?</label>
        <p className="hint" id="reason-hint">It stays with the case, for those who come after you.</p>
        {problem && <p className="error" id="reason-problem">{problem}</p>}
        <textarea id="reason" rows={2} maxLength={2000} required value={reason} aria-describedby="reason-hint" onChange={(event) => setReason(event.target.value)} />
      </div>
      <p className="row">
        <button type="submit" className="primary" disabled={command.isRunning || differing.length === 0}>Rank by these weights</button>
        {isChanged && (
          <button type="button" disabled={command.isRunning || reason.trim() === ""} onClick={() => command.run({ weights: {}, reason })}>Back to the usual weights</button>
        )}
      </p>
      {isChanged && reason.trim() === "" && <p className="hint">Say why before going back to the usual weights.</p>}
    </form>
  );
}

const KINDS: Record<string, string> = { weights: "Weights", exclusion: "Left out", readmission: "Let in again" };

function History({ changed }: { changed: Adjustments }) {
  const { day } = useWords();
  if (changed.remarks.length === 0) return null;
  return (
    <>
      <h3>What was changed before, and why</h3>
      <ul className="reasons">
        {[...changed.remarks].reverse().map((each) => (
          <li key={each.written_at + each.text}>{day(each.written_at)}, {KINDS[each.kind] ?? each.kind}: {each.text}</li>
        ))}
      </ul>
    </>
  );
}
