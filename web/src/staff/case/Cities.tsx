// What research has found: the cities that were proposed to the member, and the listed ones that were looked at.
import type { components } from "../../api/matching";
import { nameOf } from "../places";
import { inWords } from "../words";

type Found = components["schemas"]["CaseView"];

export function Cities({ found }: { found: Found }) {
  return (
    <>
      {found.prospects.length === 0 ? <p>No city is proposed yet.</p> : (
        <ul className="plainly">
          {found.prospects.map((each) => (
            <li key={each.place.geoname_id}>
              <strong>{nameOf(each.place)}</strong>
              <span className="muted"> {each.is_shortlisted ? "on the shortlist" : each.is_proposed ? "proposed" : "not proposed yet"}{(each.votes_for > 0 || each.votes_against > 0) && `, ${each.votes_for} for and ${each.votes_against} against`}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="row">
        <a className="button second" href={`/staff/cases/${found.case_id}/prospects`}>Notes, reasons and the proposal</a>
        <a className="button second" href={`/staff/world?case=${found.case_id}`}>Look for more in the world</a>
      </p>
      {found.findings.length > 0 && (
        <div className="box">
          <h3>What laws and policies say</h3>
          <ul>
            {found.findings.map((each) => (
              <li key={each.place.geoname_id}><strong>{nameOf(each.place)}{each.is_blocked ? ", barred" : ""}:</strong> {each.said.map((said) => said.text).join(" ")}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

const FEW = 8;

export function Listed({ found }: { found: Found }) {
  if (!found.listed.length) return <p>No listed city was there to look at.</p>;
  const inOrder = [...found.listed].sort((one, other) => Number(other.fits) - Number(one.fits) || (other.score ?? 0) - (one.score ?? 0));
  const rest = inOrder.slice(FEW);
  return (
    <>
      <ListedCities listed={inOrder.slice(0, FEW)} />
      {rest.length > 0 && <details><summary>{rest.length} more</summary><ListedCities listed={rest} /></details>}
    </>
  );
}

function ListedCities({ listed }: { listed: Found["listed"] }) {
  return (
    <ul className="plainly">
      {listed.map((each) => (
        <li key={each.listing_id}>
          <a href={`/staff/listings/${each.listing_id}`}>{nameOf(each.place)}</a>
          <span className="muted"> {each.fits ? "fits what it hopes for" : "lies outside of its wishes"}, {inWords(each.availability)}</span>
        </li>
      ))}
    </ul>
  );
}
