// The cities that are worked on: where each stands, and whose turn it is.
import type { UseQueryResult } from "@tanstack/react-query";
import { Trouble } from "../shell/Trouble";
import { capital, country, day, HOLDERS, STANDS, STEPS } from "./names";
import { Waits } from "./own";
import type { Chosen, PairItem } from "./questions";

export function Pairs({ chosen }: { chosen: UseQueryResult<Chosen | null> }) {
  if (chosen.isError) return <Trouble problem={chosen.error} retry={() => void chosen.refetch()} />;
  if (chosen.isPending) return <Waits lines={2} />;
  const pairs = chosen.data?.pairs ?? [];
  if (pairs.length === 0) return null;
  const open = pairs.filter((pair) => pair.state !== "failed").sort((one, other) => STANDS[other.state].rank - STANDS[one.state].rank);
  const failed = pairs.filter((pair) => pair.state === "failed");
  return (
    <section id="cities">
      <h2>Your cities</h2>
      <ul className="pairs">{open.map((pair) => <Line key={pair.pair_id} pair={pair} />)}</ul>
      {failed.length > 0 && (
        <details>
          <summary>{failed.length === 1 ? "One city that will not be the partner" : `${failed.length} cities that will not be the partner`}</summary>
          <ul className="pairs">{failed.map((pair) => <Line key={pair.pair_id} pair={pair} />)}</ul>
        </details>
      )}
    </section>
  );
}

function Line({ pair }: { pair: PairItem }) {
  return (
    <li>
      <h3><a href={`/city/cities/${pair.pair_id}`}>{pair.city}, {country(pair.country)}</a></h3>
      <p>
        {capital(STANDS[pair.state].told)}.
        {pair.step !== "none" && pair.due_on && <> Next: {STEPS[pair.step]} ({HOLDERS[pair.holder]}, by {day(pair.due_on)}).</>}
      </p>
    </li>
  );
}
