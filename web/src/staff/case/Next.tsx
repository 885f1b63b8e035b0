// The box at the top of a search: what comes next, who has to do it and until when, and who on staff has the search.
import { intake } from "../../api/client";
import { useSession } from "../../shell/SignedIn";
import { UndoableEntry } from "../Entry";
import { useStaff } from "../reads";
import { capital, day, inWords, span } from "../words";
import type { Case } from "./CasePage";

export const STEPS = {
  book_debrief: "book the debrief", hold_debrief: "hold the debrief", research: "research cities, and propose some",
  choose_shortlist: "choose three to five cities", write_to_channels: "write to embassies and associations",
  await_replies: "wait for answers", hold_introduction: "introduce the two cities", write_invitation: "write the invitation",
  sign_agreement: "sign the agreement", review: "decide how to go on", resume: "resume the search", none: "nothing",
} as const;
const OURS: Partial<Record<string, string>> = {
  await_replies: "read the answer, and note whether the city is interested", write_invitation: "hand the city over to the member",
};
const WAYS: Partial<Record<string, [at: string, name: string]>> = {
  book_debrief: ["debrief", "Set a time for the debrief"], hold_debrief: ["debrief", "Record the debrief"],
  research: ["prospects", "Look at the proposed cities"], choose_shortlist: ["prospects", "Look at the proposed cities"],
};
const HOLDERS = ["staff", "member", "channel", "foreign_city"] as const;

export function Next({ told }: { told: Case }) {
  const { step, holder, due_on } = told.next_step;
  const today = new Date().toISOString();
  if (told.ended_on) return <section className="box next" aria-labelledby="next"><h2 id="next">This search has ended</h2><p>Whatever was learned stays on record. To search again, the member says Yes anew.</p></section>;
  const way = WAYS[step];
  const what = (holder === "staff" ? OURS[step] : undefined) ?? STEPS[step];
  return (
    <section className="box next" aria-labelledby="next">
      <h2 id="next">Next: {what}</h2>
      <p>
        {capital(holder === "staff" ? "it is our turn" : holder === "nobody" ? "it is nobody's turn" : `it is the turn of ${inWords(holder)}`)}
        {due_on && <>, by {day(due_on)}</>}.
        {told.is_overdue && due_on && <strong className="late"> Overdue for {span(due_on, today)}.</strong>}
      </p>
      <p>{told.owner_name ? <><strong>{told.owner_name}</strong> has this search.</> : <strong>Nobody has taken this search.</strong>}</p>
      <div className="row">
        {way && <a className="button primary" href={`/staff/cases/${told.case_id}/${way[0]}`}>{way[1]}</a>}
        {step === "research" && <a className="button second" href={`/staff/world?case=${told.case_id}`}>Research in the world</a>}
      </div>
      <Owner told={told} />
      <details>
        <summary>Change the next step</summary>
        <UndoableEntry
          audience="intake" press="Change it" says="The next step changes in ten seconds." done="The next step is changed."
          changes={[["case", told.case_id], ["work"]]}
          fields={[
            { name: "step", label: "What is to be done", kind: "choice", begins: step, options: Object.entries(STEPS) },
            { name: "holder", label: "Whose turn it is", kind: "choice", begins: holder, options: HOLDERS.map((each) => [each, capital(inWords(each))] as const) },
            { name: "due_on", label: "By when", kind: "day", isNeeded: true, begins: due_on ?? "" },
          ]}
          send={(values, { headers, keepalive }) =>
            intake.POST("/api/intake/v1/cases/{case_id}/next-step", {
              params: { path: { case_id: told.case_id } }, headers, keepalive,
              body: { step: values.step as Case["next_step"]["step"], holder: values.holder as Case["next_step"]["holder"], due_on: values.due_on ?? "" },
            })
          }
        />
      </details>
    </section>
  );
}

function Owner({ told }: { told: Case }) {
  const people = useStaff().data ?? [];
  const me = useSession().data?.person.person_id ?? "";
  if (!people.length) return null;
  return (
    <details open={!told.owner_name}>
      <summary>{told.owner_name ? "Give it to somebody else" : "Take it, or give it to somebody"}</summary>
      <UndoableEntry
        audience="intake" press="Give" says="The search changes hands in ten seconds." done="It is given." changes={[["case", told.case_id], ["work"]]}
        fields={[{
          name: "staff_id", label: "Who looks after it", kind: "choice", begins: told.owner_name ? told.owner : me,
          options: people.map((person) => [person.person_id, person.person_id === me ? `${person.name} (you)` : person.name] as const),
        }]}
        send={({ staff_id }, { headers, keepalive }) =>
          intake.POST("/api/intake/v1/cases/{case_id}/assign", { params: { path: { case_id: told.case_id } }, headers, keepalive, body: { staff_id: staff_id ?? "" } })
        }
      />
    </details>
  );
}
