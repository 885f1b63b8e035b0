// One city in full: why it suits you, why you suit it, what is not known, and what laws and policies say.
import { Trouble } from "../shell/Trouble";
import { Frame, NoSearch } from "./Frame";
import { nameOf, number } from "./names";
import { useOwn, Waits, type Search } from "./own";
import { useCandidate, type Candidate } from "./questions";

const KM_PER_MILE = 1.609344;
const BACK = { at: "/city/prospects", name: "the proposed cities" };

export function WhyPage({ parts }: { parts: readonly string[] }) {
  const { search } = useOwn();
  return search ? <Why search={search} geonameId={Number(parts[0])} /> : <NoSearch title="A city" />;
}

function Why({ search, geonameId }: { search: Search; geonameId: number }) {
  const found = useCandidate(search.case_id, geonameId);
  return (
    <Frame title={found.data ? `Why ${nameOf(found.data.place)}` : "A city"} back={BACK}>
      {found.isError ? <Trouble problem={found.error} retry={() => void found.refetch()} /> : found.data ? <Told city={found.data} /> : <Waits />}
    </Frame>
  );
}

function Told({ city }: { city: Candidate }) {
  return (
    <>
      <dl className="facts">
        <dt>People</dt><dd>{number(city.place.population)}</dd>
        {city.region && <><dt>Region</dt><dd>{city.region}, {city.country_name}</dd></>}
        <dt>Distance</dt><dd>{number(Math.round(city.distance_km / KM_PER_MILE))} miles ({number(city.distance_km)} km)</dd>
      </dl>
      <Rules city={city} />
      <Reasons city={city} />
      <p className="small"><a href={`/cities/${city.place.country.toLowerCase()}/city-${city.place.geoname_id}`}>Its page in the directory</a></p>
    </>
  );
}

export function Rules({ city }: { city: Candidate }) {
  if (city.findings.length === 0) return null;
  return (
    <section>
      <h2>What laws and policies say</h2>
      <ul>
        {city.findings.map((each) => (
          <li key={each.slug}>{each.sentence} {each.link ? <a href={each.link}>{each.citation}</a> : each.citation}{each.is_example && " (an example, not legal advice)"}</li>
        ))}
      </ul>
    </section>
  );
}

/** Both sides' reasons. */
export function Reasons({ city, level = 2 }: { city: Candidate; level?: 2 | 3 }) {
  if (!city.explanation) return <p>This city is not ranked, so there are no reasons to show.</p>;
  const { suits_you, you_suit_them, not_known } = city.explanation;
  const name = city.place.name;
  return (
    <>
      <Side level={level} title={`How well ${name} suits you`} reasons={suits_you} />
      <Side level={level} title={`How well you suit ${name}`} reasons={you_suit_them} />
      <Side level={level} title="What is not known" reasons={not_known} />
    </>
  );
}

function Side({ title, reasons, level }: { title: string; reasons: NonNullable<Candidate["explanation"]>["suits_you"]; level: 2 | 3 }) {
  const Heading = level === 2 ? "h2" : "h3";
  if (reasons.length === 0) return null;
  const inOrder = [...reasons].sort((one, other) => Number(one.speaks === "against") - Number(other.speaks === "against"));
  return (
    <section>
      <Heading>{title}</Heading>
      <ul className="reasons">
        {inOrder.map((reason) => (
          <li key={reason.text}>
            {reason.speaks === "against" && <strong>Against: </strong>}{reason.text} <span className="muted small">{reason.source}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
