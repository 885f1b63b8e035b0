// The list: each tier the best first, complete without the map.
import { LIMITS, compareToo, type Ask, type Asked } from "./asked";
import type { Candidate, Look } from "./questions";
import { exposure, facts, misses, number, score } from "./telling";
import { isCandidate, type City, type Prospect, type Tier } from "./tiers";

interface Props {
  tiers: readonly Tier[];
  look: Look;
  asked: Asked;
  ask: Ask;
  select: (city: number) => void;
  isOld: boolean;
}

export function Found({ tiers, look, asked, ask, select, isOld }: Props) {
  const more = LIMITS.find((limit) => limit > asked.limit);
  const others = tiers.find(({ name }) => name === "The world")?.cities.length ?? 0;
  return (
    <>
      <p className="hidden" role="status">{isOld ? "The list is being ranked anew." : `${tiers.reduce((sum, tier) => sum + tier.cities.length, 0)} cities in the list`}</p>
      {look.about_you.map((each) => <p key={each.slug} className="problem">{each.sentence}</p>)}
      {tiers.map((tier) => (
        <section key={tier.name} aria-label={tier.name}>
          <h2>{tier.name}</h2>
          {tier.why && <p className="muted small">{tier.why}</p>}
          <ol className="cities">
            {tier.cities.map((city) => <Row key={city.place.geoname_id} {...{ city, asked, ask, select }} />)}
          </ol>
        </section>
      ))}
      {look.not_ranked && <p>{look.not_ranked}</p>}
      {tiers.length === 0 && !look.not_ranked && <p>No city in the list meets all of this. Ask for less above; the map shows what there is.</p>}
      {look.held_back_because && <p className="muted">{look.held_back_because}</p>}
      {more && others >= asked.limit && !asked.isListed && (
        <p><button type="button" onClick={() => ask({ limit: more })}>Show {more} of each tier</button></p>
      )}
    </>
  );
}

function Row({ city, asked, ask, select }: { city: City; asked: Asked; ask: Ask; select: (city: number) => void }) {
  const number = city.place.geoname_id;
  const isSelected = asked.city === number;
  const isCompared = asked.compared.includes(number);
  return (
    <li className={isSelected ? "selected" : undefined}>
      <h3>
        <button type="button" className="plain" aria-pressed={isSelected} onClick={() => select(number)}>{city.place.name}</button>
      </h3>
      {isCandidate(city) ? <CandidateFacts city={city} /> : <ProspectFacts city={city} />}
      <p className="row">
        <button type="button" className="chip" aria-pressed={isCompared} onClick={() => ask(compareToo(asked, number))}>
          Compare<span className="hidden"> {city.place.name}</span>
        </button>
        {asked.compared.length > 1 && isCompared && (
          <button type="button" className="plain small" onClick={() => ask({ panel: "compare" })}>{asked.compared.length} side by side</button>
        )}
      </p>
    </li>
  );
}

function CandidateFacts({ city }: { city: Candidate }) {
  const best = city.explanation?.suits_you.find((each) => each.speaks === "for");
  const warnings = city.findings.filter((each) => each.effect !== "prefer");
  return (
    <>
      <p>{facts(city)}</p>
      <p>
        <strong>{score(city.score)}</strong>
        {city.position !== null && `, place ${number(city.position)} in the world`}
        {city.listing_id && <> · <span className="tag seeking"><span className="sign seeking" />seeking</span></>}
        {city.availability === "in_conversation" && " · talking with another member"}
      </p>
      {best && <p>{best.text}</p>}
      {misses(city) && <p>{misses(city)}</p>}
      {exposure(city) && <p>{exposure(city)}</p>}
      {warnings.map((each) => <p key={each.slug}><strong>{each.effect === "block" ? "Barred" : "Mind"}:</strong> {each.sentence}</p>)}
    </>
  );
}

function ProspectFacts({ city }: { city: Prospect }) {
  const said = city.is_shortlisted ? "On the shortlist" : city.is_proposed ? "Proposed to the member" : "Not proposed yet";
  const votes = city.votes_for + city.votes_against > 0 && `${city.votes_for} for, ${city.votes_against} against`;
  return (
    <>
      <p>{[`${number(city.place.population)} people`, said, votes].filter(Boolean).join(" · ")}</p>
      {city.why && <p>{city.why}</p>}
    </>
  );
}
