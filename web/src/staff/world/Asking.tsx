// Which search, and what narrows its world. Each is in the address.
import type { UseQueryResult } from "@tanstack/react-query";
import type { components } from "../../api/matching";
import { FLOORS, LEASTS, type Ask, type Asked } from "./asked";
import type { CaseRow } from "./questions";
import { number } from "./telling";

type WorldView = components["schemas"]["WorldView"];

interface Props {
  asked: Asked;
  ask: Ask;
  searches: UseQueryResult<CaseRow[]>;
  world: UseQueryResult<WorldView>;
}

export function Asking({ asked, ask, searches, world }: Props) {
  const countries = world.data?.countries ?? [];
  const chosen = asked.country && !countries.some(({ country }) => country === asked.country);
  return (
    <form className="asked" onSubmit={(event) => event.preventDefault()}>
      <div className="field">
        <label htmlFor="search">Search of</label>
        <select id="search" value={asked.search} onChange={(event) => ask({ search: event.target.value, city: null, compared: [], panel: null })}>
          <option value="">No search: all places</option>
          {asked.search && !searches.data?.some((each) => each.case_id === asked.search) && <option value={asked.search}>This search</option>}
          {searches.data?.map((each) => <option key={each.case_id} value={each.case_id}>{each.place.name}, {each.place.admin1}</option>)}
        </select>
      </div>
      <div className="where">
        <div className="field">
          <label htmlFor="country">Country</label>
          <select id="country" value={asked.country} onChange={(event) => ask({ country: event.target.value })}>
            <option value="">All</option>
            {chosen && <option value={asked.country}>{asked.country}</option>}
            {countries.map(({ country, name, places }) => <option key={country} value={country}>{name} ({number(places)})</option>)}
          </select>
        </div>
        <div className="field">
          <label htmlFor="floor">People, at least</label>
          <select id="floor" value={asked.floor} onChange={(event) => ask({ floor: Number(event.target.value) })}>
            {FLOORS.map((floor) => <option key={floor} value={floor}>{number(floor)}</option>)}
          </select>
        </div>
        {asked.search && (
          <div className="field">
            <label htmlFor="least">Score, at least</label>
            <select id="least" value={asked.least} onChange={(event) => ask({ least: Number(event.target.value) })}>
              {LEASTS.map((least) => <option key={least} value={least}>{least ? least.toFixed(1) : "Any"}</option>)}
            </select>
          </div>
        )}
        <p className="tick">
          <input id="listed" type="checkbox" checked={asked.isListed} onChange={(event) => ask({ isListed: event.target.checked })} />
          <label htmlFor="listed">Listed cities only</label>
        </p>
        {asked.search && (
          <p className="tick">
            <input id="spread" type="checkbox" checked={asked.isSpread} onChange={(event) => ask({ isSpread: event.target.checked })} />
            <label htmlFor="spread">Spread the list over countries</label>
          </p>
        )}
      </div>
      <p className="counted" role="status">{world.data ? counted(world.data) : "Counting the world's places."}</p>
    </form>
  );
}

function counted({ places, listed, barred }: WorldView): string {
  if (places === 0) return "No place meets all of this. Ask for fewer people, a lower score or another country.";
  const parts = [listed && `${number(listed)} listed`, barred && `${number(barred)} barred or left out`].filter(Boolean);
  return `${number(places)} ${places === 1 ? "place" : "places"} on the map${parts.length ? `, ${parts.join(", ")}` : ""}`;
}
