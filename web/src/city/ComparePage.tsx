// Two to five cities side by side, with the reasons of both sides, for the committee and the council.
import { useState } from "react";
import { download } from "../api/client";
import { Trouble } from "../shell/Trouble";
import { Refusal } from "../shell/commands";
import { Frame, NoSearch } from "./Frame";
import { useOwn, Waits, type Search } from "./own";
import { useCandidate, useComparison } from "./questions";
import { tickedIn, withTicked } from "./ticked";
import { Reasons } from "./WhyPage";

const TITLE = "Side by side";

export function ComparePage() {
  const { search } = useOwn();
  return search ? <Compared search={search} ids={tickedIn(location.search)} /> : <NoSearch title={TITLE} />;
}

function Compared({ search, ids }: { search: Search; ids: number[] }) {
  const found = useComparison(search.case_id, ids);
  return (
    <Frame title={TITLE} wide back={{ at: withTicked("/city/prospects", ids), name: "the proposed cities" }}>
      {found.isError ? <Trouble problem={found.error} retry={() => void found.refetch()} />
      : !found.data ? <Waits lines={8} />
      : <>
          <Table told={found.data} />
          <Brief search={search} ids={ids} />
          <h2>The reasons of both sides</h2>
          <div className="sides">{found.data.cities.map((city) => <City key={city.geoname_id} search={search} id={city.geoname_id} name={city.name} />)}</div>
        </>}
    </Frame>
  );
}

function Table({ told }: { told: NonNullable<ReturnType<typeof useComparison>["data"]> }) {
  return (
    <div className="scrolls" role="region" tabIndex={0} aria-label="The cities side by side">
      <table className="compared">
        <thead>
          <tr><td />{told.cities.map((city) => <th key={city.geoname_id} scope="col"><a href={`/city/prospects/${city.geoname_id}`}>{city.name}</a></th>)}</tr>
        </thead>
        <tbody>
          {told.rows.map((row) => (
            <tr key={row.title}>
              <th scope="row">{row.title}</th>
              {row.cells.map((cell, n) => (
                <td key={told.cities[n]!.geoname_id} className={cell.is_known ? undefined : "muted"}>
                  {cell.text}
                  <span className="muted source">{cell.source}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function City({ search, id, name }: { search: Search; id: number; name: string }) {
  const found = useCandidate(search.case_id, id);
  return (
    <section className="box" aria-label={name}>
      <h3>{name}</h3>
      {found.isError ? <Trouble problem={found.error} retry={() => void found.refetch()} /> : found.data ? <Reasons city={found.data} level={3} /> : <Waits />}
    </section>
  );
}

/** The same as one file for the council. */
export function Brief({ search, ids }: { search: Search; ids: readonly number[] }) {
  const [problem, setProblem] = useState<unknown>(null);
  const [isRunning, setRunning] = useState(false);
  const fetchIt = async () => {
    setRunning(true);
    setProblem(null);
    try {
      const query = ids.map((id) => `geoname_ids=${id}`).join("&");
      await download("matching", `/api/matching/v1/cases/${search.case_id}/brief?${query}`, "council-brief.pdf");
    } catch (why) {
      setProblem(why);
    }
    setRunning(false);
  };
  return (
    <>
      <Refusal problem={problem} />
      <p><button type="button" className="second" disabled={isRunning} onClick={() => void fetchIt()}>{isRunning ? "Being made" : "The same for your council (PDF)"}</button></p>
    </>
  );
}
