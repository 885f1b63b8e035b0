// The cities that we write to for this search, the one that presses most first.
import type { components } from "../../api/outreach";
import { country, day, inWords } from "../words";
import type { Case } from "./CasePage";

type Found = components["schemas"]["CaseView"];

export const STOPS: Record<string, string> = {
  search_ended: "the search has ended", lapsed: "the member's dues have lapsed", paused: "the search is paused",
  listing_ended: "the city's listing has ended", shortlist_reopened: "the member chooses anew", not_chosen: "the city is not on the new shortlist",
};

export function Outreach({ told, found }: { told: Case; found: Found }) {
  const pairs = [...found.pairs].sort((one, other) => Number(isEnded(one.state)) - Number(isEnded(other.state)) || (one.due_on ?? "9").localeCompare(other.due_on ?? "9"));
  return (
    <>
      {!found.may_write && found.stopped_by.length > 0 && <p className="problem">Nobody is written to: {found.stopped_by.map((stop) => STOPS[stop] ?? stop).join(", ")}.</p>}
      {pairs.length === 0 ? <p>No city is in outreach yet. It begins when the member has chosen three to five cities, or has named one.</p> : (
        <div className="scrolls" role="region" aria-label="Cities in outreach" tabIndex={0}>
          <table>
            <thead><tr><th scope="col">City</th><th scope="col">Where it stands</th><th scope="col">Next</th><th scope="col">By</th></tr></thead>
            <tbody>
              {pairs.map((pair) => (
                <tr key={pair.pair_id} className={isEnded(pair.state) ? "muted" : undefined}>
                  <th scope="row"><a href={`/staff/cases/${told.case_id}/pairs/${pair.pair_id}`}>{pair.city}, {country(pair.country)}</a><br /><span className="small muted">{inWords(pair.lane)}</span></th>
                  <td>{inWords(pair.state)}</td>
                  <td>{pair.step === "none" ? "" : <>{inWords(pair.step)} <span className="muted">({inWords(pair.holder)})</span></>}</td>
                  <td>{day(pair.due_on)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function isEnded(state: Found["pairs"][number]["state"]): boolean {
  return state === "failed";
}
