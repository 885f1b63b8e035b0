// What somebody promised in the debrief, and what the member does itself.
import { intake } from "../../api/client";
import { Entry } from "../Entry";
import { Undo, useLater } from "../../shell/later";
import { day, inWords, localDay } from "../words";
import type { Case } from "./CasePage";

export function Promises({ told }: { told: Case }) {
  const open = told.debrief.actions.filter((action) => !action.done_on);
  return (
    <>
      {open.length > 0 && (
        <ul className="plainly">{open.map((action) => <Promised key={action.action_id} told={told} action={action} />)}</ul>
      )}
      <details>
        <summary>Log what the member did itself ({told.local_work.length} so far)</summary>
        <Entry
          press="Log it" done="It is logged." changes={[["case", told.case_id]]}
          fields={[
            { name: "kind", label: "What it was", kind: "choice", options: [["research", "Research"], ["contact", "A contact"], ["meeting", "A meeting"]] },
            { name: "happened_on", label: "On which day", kind: "day", isNeeded: true, begins: localDay(new Date()) },
            { name: "text", label: "What came of it", kind: "long", isNeeded: true },
          ]}
          send={(values, { headers }) =>
            intake.POST("/api/intake/v1/cases/{case_id}/local-work", {
              params: { path: { case_id: told.case_id } }, headers,
              body: { kind: values.kind as "research" | "contact" | "meeting", happened_on: values.happened_on ?? "", text: values.text ?? "" },
            })
          }
        />
      </details>
    </>
  );
}

function Promised({ told, action }: { told: Case; action: Case["debrief"]["actions"][number] }) {
  const later = useLater<string>("intake", (action_id, { headers, keepalive }) =>
    intake.POST("/api/intake/v1/cases/{case_id}/actions/{action_id}/done", { params: { path: { case_id: told.case_id, action_id } }, headers, keepalive }),
    { changes: [["case", told.case_id], ["work"]] });
  return (
    <li>
      <strong>{action.who}</strong>: {action.what}, by {day(action.due_on)} <span className="muted">({inWords(action.holder)}{action.is_overdue ? ", overdue" : ""})</span>{" "}
      {!later.isWaiting && <button type="button" className="plain" aria-label={`Done: ${action.what}`} onClick={() => later.ask(action.action_id, "Done in ten seconds.")}>Done</button>}
      <Undo later={later} done="" />
    </li>
  );
}
