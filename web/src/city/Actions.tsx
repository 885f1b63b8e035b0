// What was promised in a meeting: whose it is, until when, and whether it is done.
import { intake, outreach } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { day } from "./names";
import { OWN, useOwn, type Search } from "./own";

type Action = Search["debrief"]["actions"][number];

export function Actions({ actions, of }: { actions: readonly Action[]; of: { case_id: string } | { pair_id: string } }) {
  if (actions.length === 0) return null;
  return (
    <section>
      <h2>What was promised</h2>
      <ul className="pairs">{actions.map((action) => <Line key={action.action_id} action={action} of={of} />)}</ul>
    </section>
  );
}

function Line({ action, of }: { action: Action; of: { case_id: string } | { pair_id: string } }) {
  const { isAdministrator } = useOwn();
  const finish = useCommand(
    (action_id: string, sending): Promise<unknown> =>
      "case_id" in of
        ? intake.POST("/api/intake/v1/cases/{case_id}/actions/{action_id}/done", { ...sending, params: { path: { ...of, action_id } } })
        : outreach.POST("/api/outreach/v1/pairs/{pair_id}/actions/{action_id}/done", { ...sending, params: { path: { ...of, action_id } } }),
    { changes: [OWN] },
  );
  return (
    <li>
      <p>
        <strong>{action.who}</strong>: {action.what}, {action.done_on ? `done on ${day(action.done_on)}` : `by ${day(action.due_on)}`}.
        {action.is_overdue && <span className="error"> Overdue.</span>}
      </p>
      {isAdministrator && !action.done_on && action.holder === "member" && (
        <p><button type="button" className="second" disabled={finish.isRunning} aria-label={`Done: ${action.what}`} onClick={() => finish.run(action.action_id)}>Done</button></p>
      )}
      <Refusal problem={finish.problem} />
    </li>
  );
}
