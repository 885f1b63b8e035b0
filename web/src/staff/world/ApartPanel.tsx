// What is in no tier, and why: barred by a rule, left out by staff, or further down so that the list is not of one kind.
import { useWords } from "../../words";
import type { Ask, Asked } from "./asked";
import type { Look } from "./questions";

export function ApartPanel({ asked, ask, look }: { asked: Asked; ask: Ask; look: Look | undefined }) {
  const { day, country } = useWords();
  if (!look) return <p role="status">The world is being ranked.</p>;
  const city = (number: number, name: string) => (
    <button type="button" className="plain" aria-pressed={asked.city === number} onClick={() => ask({ city: number, panel: "city" })}>{name}</button>
  );
  const nothing = !look.blocked.length && !look.blocked_countries.length && !look.excluded.length && !look.held_back.length;
  return (
    <>
      <h2>Barred and left out</h2>
      {nothing && <p>Nothing is barred, left out or held back.</p>}
      {look.blocked_countries.length > 0 && (
        <>
          <h3>Countries of which no place can be chosen</h3>
          <ul className="reasons">{look.blocked_countries.map((each) => <li key={each.country}>{each.sentence}</li>)}</ul>
        </>
      )}
      {look.blocked.length > 0 && (
        <>
          <h3>Cities that a rule bars</h3>
          <ul className="reasons">
            {look.blocked.map((each) => (
              <li key={each.place.geoname_id}>{city(each.place.geoname_id, each.place.name)}, {each.country_name}: {each.findings.map((found) => found.sentence).join(" ")}</li>
            ))}
          </ul>
        </>
      )}
      {look.excluded.length > 0 && (
        <>
          <h3>Left out of this search by staff</h3>
          <ul className="reasons">
            {look.excluded.map((each) => (
              <li key={each.place.geoname_id}>
                {city(each.place.geoname_id, each.place.name)}, {country(each.place.country)}: {each.reason || "the reason was forgotten with who gave it"}{each.at && ` (${day(each.at)})`}
              </li>
            ))}
          </ul>
        </>
      )}
      {look.held_back.length > 0 && (
        <>
          <h3>Further down, so that the list is not of one kind</h3>
          <ul className="reasons">
            {look.held_back.map((each) => <li key={each.geoname_id}>{city(each.geoname_id, each.name)}, {country(each.country)}, {each.score.toFixed(2)}: {each.reason}</li>)}
          </ul>
        </>
      )}
    </>
  );
}
