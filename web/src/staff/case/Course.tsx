// The course of the whole search: it can rest, go on, and end.
import { intake } from "../../api/client";
import { UndoableEntry } from "../Entry";
import type { Case } from "./CasePage";

export function Course({ told }: { told: Case }) {
  if (told.ended_on) return null;
  const common = { audience: "intake" as const, changes: [["case", told.case_id], ["work"]] };
  const path = { case_id: told.case_id };
  return (
    <section aria-labelledby="course">
      <h2 id="course">Pause or end</h2>
      {told.state === "paused" ? (
        <UndoableEntry
          {...common} fields={[]} press="Resume the search" says="The search goes on in ten seconds." done="The search goes on."
          send={(_, { headers, keepalive }) => intake.POST("/api/intake/v1/cases/{case_id}/resume", { params: { path }, headers, keepalive })}
        />
      ) : (
        <details>
          <summary>Pause the search</summary>
          <UndoableEntry
            {...common} press="Pause" says="The search is paused in ten seconds." done="The search is paused."
            fields={[{ name: "until", label: "Until", kind: "day", hint: "It goes on by itself on that day. Nobody is written to until then." }]}
            send={({ until }, { headers, keepalive }) => intake.POST("/api/intake/v1/cases/{case_id}/pause", { params: { path }, headers, keepalive, body: until ? { until } : {} })}
          />
        </details>
      )}
      <p><a className="button second" href={`/staff/cases/${told.case_id}/end`}>End the search</a></p>
    </section>
  );
}
