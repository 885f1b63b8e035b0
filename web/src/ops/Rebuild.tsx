// The directory's read models, built anew beside the shown ones: asked for once, watched to the end.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { cases } from "../api/client";
import type { components } from "../api/directory";
import { Refusal, useCommand } from "../shell/commands";
import { Trouble } from "../shell/Trouble";
import { counted, momentOf } from "./telling";

type Told = components["schemas"]["Rebuild"];
const KEY = ["ops", "rebuild"] as const;

export function Rebuild() {
  const [isAsking, setIsAsking] = useState(false);
  const latest = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await cases.GET("/api/directory/v1/operations/rebuild", { signal })).data ?? null,
    refetchInterval: ({ state }) => (state.data && !state.data.finished_at ? 700 : 10_000),
  });
  const build = useCommand((_: void, sending) => cases.POST("/api/directory/v1/operations/rebuild", { headers: sending.headers }), { changes: [KEY], then: () => setIsAsking(false) });
  const isUnderWay = Boolean(latest.data && !latest.data.finished_at);
  return (
    <div className="rebuild">
      <h3>Read models</h3>
      {latest.isError && <Trouble problem={latest.error} retry={() => void latest.refetch()} />}
      {latest.data === null && <p>They were never built anew since this installation began.</p>}
      {latest.data && <Latest told={latest.data} />}
      <Refusal problem={build.problem} />
      {isAsking ? (
        <div className="box next">
          <p><strong>Build the map and the casebook anew from all events?</strong></p>
          <p>What is shown is shown until the new ones have caught up; then both are compared, and the new ones take over. Nobody notices, and nothing is lost.</p>
          <div className="row">
            <button type="button" className="primary" disabled={build.isRunning} onClick={() => build.run()}>Build them anew</button>
            <button type="button" onClick={() => setIsAsking(false)}>Not now</button>
          </div>
        </div>
      ) : !isUnderWay && <button type="button" onClick={() => setIsAsking(true)}>Build the read models anew</button>}
    </div>
  );
}

function Latest({ told }: { told: Told }) {
  const goal = sum(told.shown_positions);
  const reached = Math.min(sum(told.positions), goal);
  if (!told.finished_at) {
    const words = { asked: "Asked for; it begins in a moment.", building: "Being built.", comparing: "Old and new are compared." }[told.state] ?? told.state;
    return (
      <div>
        <p role="status">{words}</p>
        <progress max={goal || 1} value={reached} aria-label="How far the new read models have come" />
        <p className="small muted">{reached.toLocaleString("en")} of {goal.toLocaleString("en")} places in the streams</p>
      </div>
    );
  }
  if (told.state === "failed") return <p role="status">The last one, of {momentOf(told.finished_at)}, failed: {told.error}. What was shown is shown still.</p>;
  return (
    <>
      <p role="status">Built anew on {momentOf(told.finished_at)}. {comparison(told)}</p>
      {told.differences.length > 0 && (
        <ul>
          {told.differences.map((each) => (
            <li key={each.table}>{each.table}: {counted(each.only_in_old, "row")} only in the old one, {each.only_in_new.toLocaleString("en")} only in the new one</li>
          ))}
        </ul>
      )}
    </>
  );
}

function comparison(told: Told): string {
  if (!told.was_compared) return "Old and new could not be compared at the same places.";
  return told.differences.length ? "Old and new differed:" : "Old and new were the same, row by row.";
}

function sum(positions: Record<string, number>): number {
  return Object.values(positions).reduce((so, far) => so + far, 0);
}
