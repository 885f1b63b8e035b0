// Cities abroad that asked for a U.S. partner themselves: the first that our staff look at.
import { useState } from "react";
import { matching } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { nameOf, number } from "./names";
import { OWN, useOwn } from "./own";
import type { Prospects } from "./questions";

const AT_ONCE = 5;

type Listed = Prospects["listed"][number];

export function ListedCities({ told }: { told: Prospects }) {
  const [count, setCount] = useState(AT_ONCE);
  const open = told.listed.filter((each) => each.is_on_map && each.fits && each.availability !== "partnered");
  const shown = open.sort((one, other) => (other.score ?? 0) - (one.score ?? 0)).slice(0, count);
  const canAsk = useOwn().isAdministrator && told.can_do.includes("express_interest");
  if (shown.length === 0) return null;
  return (
    <section>
      <h2>Cities that look for a U.S. partner</h2>
      <p>These asked to be found, and lie where you look. If you are interested in one, our staff contact it for you and guide both of you.</p>
      <ul className="cards">{shown.map((each) => <City key={each.listing_id} city={each} told={told} canAsk={canAsk} />)}</ul>
      {count < open.length && <p><button type="button" className="second" onClick={() => setCount(count + 10)}>Show more of {open.length}</button></p>}
    </section>
  );
}

function City({ city, told, canAsk }: { city: Listed; told: Prospects; canAsk: boolean }) {
  const isTaken = told.pairs.some((pair) => pair.place.geoname_id === city.place.geoname_id);
  const ask = useCommand(
    (listing_id: string, sending) => matching.POST("/api/matching/v1/interests", { ...sending, body: { listing_id } }),
    { changes: [OWN] },
  );
  return (
    <li className="box">
      <h3><a href={`/city/prospects/${city.place.geoname_id}`}>{nameOf(city.place)}</a></h3>
      <p className="muted small">{number(city.place.population)} people.{city.availability === "in_conversation" && " In conversation with another U.S. city."}</p>
      {city.profile.seeks && <p>{city.profile.seeks}</p>}
      {city.why && <p>{city.why}</p>}
      <Refusal problem={ask.problem} />
      {isTaken || ask.isDone ? <p className="told" role="status">It is among your cities; our staff contact it.</p>
      : canAsk && <p><button type="button" className="second" disabled={ask.isRunning} onClick={() => ask.run(city.listing_id)}>We are interested in {city.place.name}</button></p>}
    </li>
  );
}
