// A community: its membership, its profile as it is and as the member would have it, and who acts for it.
import { intake } from "../../api/client";
import type { components } from "../../api/intake";
import { useTitle } from "../../shell/faces";
import { Ask } from "../Ask";
import { Entry, UndoableEntry } from "../Entry";
import { nameOf } from "../places";
import { useCommunity } from "../reads";
import { StaffNav } from "../StaffNav";
import { People, Standing } from "./People";
import "./case.css";

type Found = components["schemas"]["CommunityView"];
type Profile = Found["profile"];

export default function CommunityPage({ parts }: { parts: readonly string[] }) {
  const asked = useCommunity(parts[0] ?? "");
  const title = asked.data ? nameOf(asked.data.place) : "A community";
  useTitle(title);
  return (
    <main id="content" className="page case" aria-busy={asked.isPending}>
      <StaffNav />
      <h1>{title}</h1>
      <Ask asked={asked}>{(found) => <Whole found={found} />}</Ask>
    </main>
  );
}

function Whole({ found }: { found: Found }) {
  const path = { community_id: found.community_id };
  const changes = [["community", found.community_id], ["work"]];
  return (
    <>
      {found.open_case_id && <p><a href={`/staff/cases/${found.open_case_id}`}>Its search</a></p>}
      <section aria-labelledby="profile">
        <h2 id="profile">{found.proposed_profile ? "A change of its profile waits for you" : "Its profile"}</h2>
        <Profiles now={found.profile} proposed={found.proposed_profile} />
        {found.proposed_profile && (
          <UndoableEntry audience="intake" changes={changes} fields={[]} press="Approve the change" says="The profile is published in ten seconds." done="It is published."
            send={(_, { headers, keepalive }) => intake.POST("/api/intake/v1/communities/{community_id}/profile/approve", { params: { path }, headers, keepalive })} />
        )}
      </section>
      <section aria-labelledby="membership">
        <h2 id="membership">Membership</h2>
        <Standing found={found} isLinked={false} />
        {found.waivers.map((each) => <p key={each.why}>{each.why}</p>)}
        <details>
          <summary>Record a payment</summary>
          <UndoableEntry audience="intake" changes={changes} press="Record it" says="Recorded in ten seconds." done="It is recorded." fields={[{ name: "paid_through", label: "Dues are paid through", kind: "day", isNeeded: true, begins: found.membership.paid_through ?? "" }]}
            send={({ paid_through = "" }, { headers, keepalive }) => intake.POST("/api/intake/v1/communities/{community_id}/standing", { params: { path }, headers, keepalive, body: { paid_through, is_member: true } })} />
        </details>
      </section>
      <section aria-labelledby="people">
        <h2 id="people">Who acts for it</h2>
        <People found={found} />
        <details open={!found.people.length}>
          <summary>Name an administrator</summary>
          <Entry changes={changes} press="Name them" done="They are asked by mail, and accept by signing in." fields={[{ name: "name", label: "Name", isNeeded: true }, { name: "email", label: "E-mail address", kind: "email", isNeeded: true }]}
            send={({ name = "", email = "" }, { headers }) => intake.POST("/api/intake/v1/communities/{community_id}/administrator/offer", { params: { path }, headers, body: { name, email, office: "", language: "" } })} />
        </details>
      </section>
    </>
  );
}

function Profiles({ now, proposed }: { now: Profile; proposed: Profile | null }) {
  const rows = [["What it looks for", "seeks"], ["Themes", "themes"], ["Industries", "industries"], ["Universities", "universities"], ["Languages", "languages"]] as const;
  const shown = (profile: Profile, name: (typeof rows)[number][1]) => [profile[name] ?? []].flat().join(", ") || "not told";
  return (
    <div className="scrolls" role="region" aria-label="Profile" tabIndex={0}>
      <table>
        <thead><tr><th scope="col">What</th><th scope="col">As published</th>{proposed && <th scope="col">As the member would have it</th>}</tr></thead>
        <tbody>
          {rows.map(([label, name]) => (
            <tr key={name}><th scope="row">{label}</th><td>{shown(now, name)}</td>{proposed && <td>{shown(now, name) === shown(proposed, name) ? <span className="muted">the same</span> : <strong>{shown(proposed, name)}</strong>}</td>}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
