// The end of a search cannot be taken back: what it means is read before it is done.
import { intake } from "../../api/client";
import { useTitle } from "../../shell/faces";
import { Ask } from "../Ask";
import { Entry } from "../Entry";
import { nameOf } from "../places";
import { useCase, useOutreach } from "../reads";
import { StaffNav } from "../StaffNav";
import type { components } from "../../api/intake";
import "./case.css";

export default function EndPage({ parts }: { parts: readonly string[] }) {
  const id = parts[0] ?? "";
  const asked = useCase(id);
  const outreach = useOutreach(id);
  const name = asked.data ? nameOf(asked.data.place) : "this member";
  useTitle(`End the search of ${name}`);
  const home = `/staff/cases/${id}`;
  const open = (outreach.data?.pairs ?? []).filter((pair) => pair.state !== "failed" && pair.state !== "partnered");
  return (
    <main id="content" className="page case" aria-busy={asked.isPending}>
      <StaffNav />
      <h1>End the search of {name}</h1>
      <Ask asked={asked}>
        {(told) => told.ended_on ? <p>This search has ended. <a href={home}>Back to it</a></p> : (
          <>
            <p>This cannot be undone. The member says Yes anew when it wants to search again; what was learned stays on record.</p>
            <ul>
              <li>Nobody is written to any more{open.length > 0 && `: ${open.map((pair) => pair.city).join(", ")} ${open.length === 1 ? "is" : "are"} closed by hand afterwards`}.</li>
              <li>The public map does not show any more that it looks.</li>
              <li>A waiver of dues ends with it.</li>
            </ul>
            <p>If it only rests, <a href={`${home}#course`}>pause it</a> instead.</p>
            <section aria-labelledby="close" className="box">
              <h2 id="close">We close it</h2>
              <Entry
                press="Close the search" done="It is closed." changes={[["case", id], ["work"]]} then={() => location.assign(home)}
                fields={[{ name: "reason", label: "Why", kind: "choice", options: [["no_match", "No match was found"], ["no_answer", "The member does not answer"], ["duplicate", "This search stands twice"], ["other", "Another reason"]] }]}
                send={({ reason }, { headers }) => intake.POST("/api/intake/v1/cases/{case_id}/close", { params: { path: { case_id: id } }, headers, body: { reason: reason as components["schemas"]["ClosingReason"] } })}
              />
            </section>
            <section aria-labelledby="withdraw" className="box">
              <h2 id="withdraw">The member withdraws it</h2>
              <p>When the member told us so, by telephone for instance.</p>
              <Entry
                fields={[]} press="Withdraw it for the member" done="It is withdrawn." changes={[["case", id], ["work"]]} then={() => location.assign(home)}
                send={(_, { headers }) => intake.POST("/api/intake/v1/cases/{case_id}/withdraw", { params: { path: { case_id: id } }, headers })}
              />
            </section>
            <p><a className="button second" href={home}>Leave it as it is</a></p>
          </>
        )}
      </Ask>
    </main>
  );
}
