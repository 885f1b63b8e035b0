// One city in full: why it suits and why not, what each factor says, what rules say, and what staff can do about it.
import type { components } from "../../api/matching";
import { compareToo, type Ask, type Asked } from "./asked";
import { CityActions } from "./CityActions";
import type { Candidate, Look } from "./questions";
import { FACTORS, exposure, facts, misses, number, score } from "./telling";
import type { Case } from "./tiers";

interface Props {
  city: Candidate;
  asked: Asked;
  ask: Ask;
  known: Case | undefined;
  look: Look | undefined;
}

export function CityPanel({ city, asked, ask, known, look }: Props) {
  const home = known?.place.name ?? "the member";
  const name = city.place.name;
  const isCompared = asked.compared.includes(city.place.geoname_id);
  return (
    <>
      <h2>{name}</h2>
      <p>{facts(city)}</p>
      <dl className="facts">
        <dt>Score</dt>
        <dd><strong>{score(city.score)}</strong>{city.position !== null && `, place ${number(city.position)} in the world`}</dd>
        {city.you !== null && <><dt>It suits {home}</dt><dd>{score(city.you)}</dd></>}
        {city.them !== null && <><dt>{home} suits it</dt><dd>{score(city.them)}</dd></>}
        {city.listing_id && <><dt>Listing</dt><dd><span className="tag seeking"><span className="sign seeking" />seeking</span>{city.availability === "in_conversation" && ", talking with another member"}</dd></>}
      </dl>
      {misses(city) && <p>{misses(city)}</p>}
      {exposure(city) && <p>{exposure(city)}</p>}
      <Gates findings={city.findings} />
      <CityActions {...{ city, known, look }} search={asked.search} />
      <p className="row">
        <button type="button" className="chip" aria-pressed={isCompared} onClick={() => ask(compareToo(asked, city.place.geoname_id))}>Compare</button>
        {asked.compared.length > 1 && <button type="button" className="plain" onClick={() => ask({ panel: "compare" })}>{asked.compared.length} side by side</button>}
      </p>
      {city.explanation && (
        <>
          <Reasons title={`Why ${name} suits ${home}, and why not`} reasons={city.explanation.suits_you} />
          <Reasons title={`Why ${home} suits ${name}, and why not`} reasons={city.explanation.you_suit_them} />
          <Reasons title="What is not known" reasons={city.explanation.not_known} />
        </>
      )}
      {city.measures.length > 0 && <Measures city={city} home={home} />}
    </>
  );
}

/** What laws and policies say; they are no part of the score. */
function Gates({ findings }: { findings: Candidate["findings"] }) {
  if (findings.length === 0) return null;
  return (
    <>
      <h3>What rules say</h3>
      <ul className="reasons">
        {findings.map((each) => (
          <li key={each.slug}>
            <strong>{each.effect === "block" ? "Barred" : each.effect === "warn" ? "Mind" : "Good to know"}:</strong> {each.sentence}{" "}
            {each.citation && <span className="muted">{each.link ? <a href={each.link}>{each.citation}</a> : each.citation}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

const SPEAKS = { for: "For", against: "Against", neutral: "" } as const;

function Reasons({ title, reasons }: { title: string; reasons: readonly components["schemas"]["Reason"][] }) {
  if (reasons.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="reasons">
        {reasons.map((each) => (
          <li key={each.factor + each.text}>
            {SPEAKS[each.speaks] && <strong>{SPEAKS[each.speaks]}: </strong>}{each.text} <span className="muted small">{each.source}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Measures({ city, home }: { city: Candidate; home: string }) {
  const of = (factor: string, side: "you" | "them") => city.measures.find((each) => each.factor === factor && each.side === side);
  const factors = [...new Set(city.measures.map((each) => each.factor))];
  return (
    <>
      <h3>What the score is made of</h3>
      <div className="scrolls" role="region" tabIndex={0} aria-label="Factors of the score">
        <table>
          <thead>
            <tr><th scope="col">Factor</th><th scope="col" className="number">Weight</th><th scope="col">For {home}</th><th scope="col">For {city.place.name}</th></tr>
          </thead>
          <tbody>
            {factors.map((factor) => (
              <tr key={factor}>
                <th scope="row">{FACTORS[factor]}</th>
                <td className="number">{of(factor, "you")?.weight ?? of(factor, "them")?.weight}</td>
                <td><Measure value={of(factor, "you")?.value} /></td>
                <td><Measure value={of(factor, "them")?.value} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Measure({ value }: { value: number | null | undefined }) {
  if (value === undefined) return <span className="muted">no such side</span>;
  if (value === null) return <span className="muted">not known or not asked</span>;
  return <><span className="bar" aria-hidden="true"><span style={{ inlineSize: `${Math.round(value * 100)}%` }} /></span>{value.toFixed(2)}</>;
}
