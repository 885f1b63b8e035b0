// Whose world is looked at: the open searches, each a link.
import type { UseQueryResult } from "@tanstack/react-query";
import { Trouble } from "../../shell/Trouble";
import { useWords } from "../../words";
import type { CaseRow } from "./questions";

export function Searches({ searches }: { searches: UseQueryResult<CaseRow[]> }) {
  const { day } = useWords();
  if (searches.isError) return <Trouble problem={searches.error} retry={() => void searches.refetch()} />;
  if (searches.isPending) return <p role="status">The searches are being fetched.</p>;
  if (searches.data.length === 0)
    return <p>No search is open. A search begins when a member says Yes; until then the map shows all places.</p>;
  return (
    <>
      <h2>Choose a search to rank the world for</h2>
      <ul className="plainly">
        {searches.data.map((each) => (
          <li key={each.case_id}>
            <a href={`/staff/world?case=${each.case_id}`}>{each.place.name}, {each.place.admin1}</a>{" "}
            <span className="muted">searches since {day(each.requested_at)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
