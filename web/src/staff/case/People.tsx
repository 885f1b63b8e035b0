// Who acts for the member, and how its membership stands.
import type { components } from "../../api/intake";
import { capital, day, inWords } from "../words";

type Found = components["schemas"]["CommunityView"];
const ROLES: Record<string, string> = { administrator: "administrator", committee_member: "committee" };

export function Standing({ found, isLinked = true }: { found: Found; isLinked?: boolean }) {
  const { paid_through, joined_on, sister_cities_at_joining } = found.membership;
  return (
    <>
      <p>
        <strong>{capital(inWords(found.standing))}</strong>{paid_through && `, paid through ${day(paid_through)}`}.
        {joined_on && ` A member since ${day(joined_on)}.`}
        {typeof sister_cities_at_joining === "number" && ` ${sister_cities_at_joining} sister ${sister_cities_at_joining === 1 ? "city" : "cities"} then.`}
      </p>
      {isLinked && <p><a href={`/staff/communities/${found.community_id}`}>Membership and profile</a></p>}
    </>
  );
}

export function People({ found }: { found: Found }) {
  if (!found.people.length) return <p>Nobody acts for this community yet. <a href={`/staff/communities/${found.community_id}`}>Name its administrator</a>.</p>;
  return (
    <ul className="plainly">
      {found.people.map((person) => (
        <li key={person.person_id}>{person.name} <span className="muted">({ROLES[person.role] ?? person.role})</span><br /><a className="address" href={`mailto:${person.email}`}>{person.email}</a></li>
      ))}
    </ul>
  );
}
