// The cities that research has found for a member: why each suits, what was noted, and the proposal, read before it goes out.
import { matching } from "../../api/client";
import type { components } from "../../api/matching";
import { useTitle } from "../../shell/faces";
import { Ask } from "../Ask";
import { Entry, UndoableEntry } from "../Entry";
import { nameOf } from "../places";
import { useResearch } from "../reads";
import { StaffNav } from "../StaffNav";
import { day, inWords } from "../words";
import "./case.css";

type Found = components["schemas"]["CaseView"];
type Prospect = Found["prospects"][number];

export default function ProspectsPage({ parts }: { parts: readonly string[] }) {
  const id = parts[0] ?? "";
  const asked = useResearch(id);
  const title = asked.data ? `Cities for ${nameOf(asked.data.place)}` : "Cities for a member";
  useTitle(title);
  return (
    <main id="content" className="page case" aria-busy={asked.isPending}>
      <StaffNav />
      <h1>{title}</h1>
      <p><a href={`/staff/cases/${id}`}>The whole search</a> · <a href={`/staff/world?case=${id}`}>Look for more in the world</a></p>
      <Ask asked={asked}>{(found) => <Whole found={found} />}</Ask>
    </main>
  );
}

function Whole({ found }: { found: Found }) {
  const fresh = found.prospects.filter((each) => !each.is_proposed);
  return (
    <>
      {found.prospects.length === 0 && <p className="box">No city is on the list yet. Add some from the world, or from the listed cities.</p>}
      <ul className="plainly">{found.prospects.map((each) => <One key={each.place.geoname_id} found={found} each={each} />)}</ul>
      {found.can_do.includes("propose") && (
        <section className="box next" aria-labelledby="propose">
          <h2 id="propose">Propose them to the member</h2>
          <p>{found.prospects.length} cities{fresh.length > 0 && fresh.length < found.prospects.length && `, ${fresh.length} of them new`}. The member gets a letter and votes; it has to choose three to five. A letter that has gone out cannot be taken back.</p>
          <Entry
            press="Propose them" done="They are proposed." changes={[["case", found.case_id], ["work"]]}
            fields={[{ name: "answer_by", label: "Asked to choose by", kind: "day", hint: "Left empty, the member has 30 days." }]}
            send={({ answer_by }, { headers }) =>
              matching.POST("/api/matching/v1/cases/{case_id}/propose", { params: { path: { case_id: found.case_id } }, headers, body: answer_by ? { answer_by: `${answer_by}T22:00:00Z` } : {} })
            }
          />
        </section>
      )}
      {found.can_do.includes("reopen") && (
        <details>
          <summary>Let the member choose anew</summary>
          <p>Nobody is written to until it has chosen again.</p>
          <UndoableEntry audience="matching" fields={[]} press="Open the choice again" says="The choice opens in ten seconds." done="The member chooses anew." changes={[["case", found.case_id], ["work"]]}
            send={(_, { headers, keepalive }) => matching.POST("/api/matching/v1/cases/{case_id}/reopen", { params: { path: { case_id: found.case_id } }, headers, keepalive })} />
        </details>
      )}
      {found.can_do.includes("mark_exhausted") && (
        <details>
          <summary>No city is left to propose</summary>
          <UndoableEntry audience="matching" fields={[]} press="Note that none is left" says="Noted in ten seconds." done="It is noted." changes={[["case", found.case_id], ["work"]]}
            send={(_, { headers, keepalive }) => matching.POST("/api/matching/v1/cases/{case_id}/exhausted", { params: { path: { case_id: found.case_id } }, headers, keepalive })} />
        </details>
      )}
    </>
  );
}

function One({ found, each }: { found: Found; each: Prospect }) {
  const path = { case_id: found.case_id, geoname_id: each.place.geoname_id };
  const common = { audience: "matching" as const, changes: [["case", found.case_id]] };
  const votes = each.votes_for + each.votes_against > 0 ? `${each.votes_for} for, ${each.votes_against} against` : "nobody has voted";
  return (
    <li>
      <h2>{nameOf(each.place)}</h2>
      <p className="muted">{each.is_shortlisted ? "On the shortlist" : each.is_proposed ? "Proposed" : "Not proposed yet"}; {votes}{each.availability && `; its listing: ${inWords(each.availability)}`}{!each.can_be_chosen && each.is_proposed && "; cannot be chosen now"}.</p>
      <p>{each.why || "Why it suits is not known: too little is known of the city."}</p>
      {each.remarks.map((remark) => <p key={remark.written_at} className="said letter"><span className="small muted">{inWords(remark.kind)}, {inWords(remark.by)}, {day(remark.written_at)}{remark.is_shown_to_member && ", the member reads it"}</span><br />{remark.text}</p>)}
      <details>
        <summary>Note something<span className="hidden"> about {each.place.name}</span></summary>
        <UndoableEntry {...common} press="Note it" says="Noted in ten seconds." done="It is noted."
          fields={[{ name: "note", label: "Note", kind: "long", isNeeded: true }, { name: "shown", label: "The member may read it", kind: "tick" }]}
          send={({ note = "", shown }, { headers, keepalive }) => matching.POST("/api/matching/v1/cases/{case_id}/prospects/{geoname_id}/annotate", { params: { path }, headers, keepalive, body: { note, is_shown_to_member: shown === "yes" } })} />
      </details>
      <details>
        <summary>Take it off the list<span className="hidden">: {each.place.name}</span></summary>
        <UndoableEntry {...common} press="Take it off" says="It goes off the list in ten seconds." done="It is off the list." fields={[{ name: "reason", label: "Why", isNeeded: true }]}
          send={({ reason = "" }, { headers, keepalive }) => matching.POST("/api/matching/v1/cases/{case_id}/prospects/{geoname_id}/remove", { params: { path }, headers, keepalive, body: { reason } })} />
      </details>
    </li>
  );
}
