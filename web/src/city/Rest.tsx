// Pausing and going on, which can be undone at once; withdrawing has a page of its own.
import { useState } from "react";
import { intake } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { OWN, useOwn, type Search } from "./own";

export function Rest({ search }: { search: Search }) {
  if (!useOwn().isAdministrator) return null;
  return (
    <section id="rest">
      <h2>{search.state === "paused" ? "Go on with the search" : "Pause or withdraw"}</h2>
      {search.state === "paused" ? <Resume caseId={search.case_id} /> : <Pause caseId={search.case_id} />}
      <p><a href="/city/withdraw">Withdraw the search</a></p>
    </section>
  );
}

function Pause({ caseId }: { caseId: string }) {
  const [until, setUntil] = useState("");
  const pause = useCommand(
    (day: string | null, sending) =>
      intake.POST("/api/intake/v1/cases/{case_id}/pause", { ...sending, params: { path: { case_id: caseId } }, body: { until: day } }),
    { changes: [OWN] },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        pause.run(until || null);
      }}
    >
      <p>While it is paused nobody is written to. Everything is kept, and you can go on at any time.</p>
      <p>
        <label htmlFor="until">Go on by itself on (optional)</label>
        <input id="until" type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
      </p>
      <Refusal problem={pause.problem} idOf={() => "until"} />
      <p><button className="second" type="submit" disabled={pause.isRunning}>Pause the search</button></p>
    </form>
  );
}

function Resume({ caseId }: { caseId: string }) {
  const resume = useCommand(
    (_: void, sending) => intake.POST("/api/intake/v1/cases/{case_id}/resume", { ...sending, params: { path: { case_id: caseId } } }),
    { changes: [OWN] },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        resume.run();
      }}
    >
      <Refusal problem={resume.problem} />
      <p><button type="submit" disabled={resume.isRunning}>Resume the search</button></p>
    </form>
  );
}
