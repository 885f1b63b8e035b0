// The cities that are proposed: why, what the committee thinks of each, and the choice of three to five.
import { Trouble } from "../shell/Trouble";
import { Frame, NoSearch } from "./Frame";
import { useOwn, Waits, type Search } from "./own";
import { ProspectCard } from "./ProspectCard";
import { ListedCities } from "./ListedCities";
import { useProspects, type Prospects } from "./questions";
import { useTicked, withTicked } from "./ticked";

const TITLE = "Cities proposed to you";
const [FEWEST, MOST] = [3, 5];

export function ProspectsPage() {
  const { search } = useOwn();
  return search ? <Proposed search={search} /> : <NoSearch title={TITLE} />;
}

function Proposed({ search }: { search: Search }) {
  const found = useProspects(search.case_id);
  return (
    <Frame title={TITLE} current="Cities">
      {found.isError ? <Trouble problem={found.error} retry={() => void found.refetch()} />
      : found.isPending ? <Waits />
      : <Choice search={search} told={found.data} />}
    </Frame>
  );
}

function Choice({ search, told }: { search: Search; told: Prospects | null }) {
  const { isAdministrator } = useOwn();
  const [ticked, tick] = useTicked();
  const proposed = told?.prospects.filter((each) => each.is_proposed) ?? [];
  if (!told || proposed.length === 0) return <None search={search} told={told} />;
  const canChoose = isAdministrator && told.can_do.includes("select_shortlist");
  const isSettled = told.state === "shortlisted";
  const chosen = isSettled ? proposed.filter((each) => each.is_shortlisted) : proposed;
  const others = isSettled ? proposed.filter((each) => !each.is_shortlisted) : [];
  const card = (each: (typeof proposed)[number]) => (
    <ProspectCard
      key={each.place.geoname_id} caseId={search.case_id} prospect={each} canVote={told.can_do.includes("vote")} canChoose={canChoose}
      isSettled={isSettled} isTicked={ticked.includes(each.place.geoname_id)} tick={(is) => tick(each.place.geoname_id, is)}
    />
  );
  return (
    <>
      <Told told={told} canChoose={canChoose} />
      <ul className="cards">{chosen.map(card)}</ul>
      {others.length > 0 && (
        <details>
          <summary>Proposed too, and not chosen ({others.length})</summary>
          <ul className="cards">{others.map(card)}</ul>
        </details>
      )}
      <Bar ticked={ticked.filter((id) => proposed.some((each) => each.place.geoname_id === id))} canChoose={canChoose} />
      <ListedCities told={told} />
    </>
  );
}

function None({ search, told }: { search: Search; told: Prospects | null }) {
  const isEarly = search.debrief.held_on === null;
  return (
    <>
      <p>{isEarly ? "Our staff propose cities after the debriefing." : "Our staff are looking for cities. They write to you when they propose some."}</p>
      <p>{isEarly ? <a className="button" href="/city/debrief">Find a time for the debriefing</a> : <a className="button" href="/city/answers">Tell us more about your wishes</a>}</p>
      {told && <ListedCities told={told} />}
    </>
  );
}

/** What can be done with the choice as it stands. */
function Told({ told, canChoose }: { told: Prospects; canChoose: boolean }) {
  const { isAdministrator } = useOwn();
  if (canChoose) return <p>Tick two to five cities to see them side by side, and three to five to choose them. Nothing is settled before you have looked at your choice once more.</p>;
  if (told.state === "shortlisted")
    return (
      <p role="status">
        <strong>Chosen. Our staff write to these cities now</strong>, through embassies, consulates and associations or to the cities themselves. How it goes on stands
        on <a href="/city">the page of your search</a>. To choose otherwise, <a href="/city/conversation">write to our staff</a>: they can open the choice again.
      </p>
    );
  if (told.state === "paused") return <p>The search is paused; nothing is chosen until it goes on. <a href="/city#rest">Resume it</a></p>;
  if (told.state === "exhausted") return <p>Nothing more can be tried with these cities. <a href="/city/conversation">Talk with our staff</a> about how to go on, or <a href="/city/answers">widen your wishes</a>.</p>;
  if (isAdministrator) return <p>There is nothing to choose at the moment: fewer than three of these cities can be chosen. Our staff see that it is their turn; <a href="/city/conversation">ask them</a> if you wish.</p>;
  return <p>Say what you think of each city: your administrator sees the votes and comments, and chooses three to five.</p>;
}

/** Stays in sight while one reads; says what is missing. */
function Bar({ ticked, canChoose }: { ticked: readonly number[]; canChoose: boolean }) {
  const [canCompare, canReview] = [ticked.length >= 2 && ticked.length <= MOST, ticked.length >= FEWEST && ticked.length <= MOST];
  return (
    <section className={ticked.length > 0 ? "bar kept" : "bar"} aria-label="What is ticked">
      <p role="status">{ticked.length === 0 ? "No city is ticked." : ticked.length === 1 ? "One city is ticked." : `${ticked.length} cities are ticked.`}{ticked.length > MOST && ` ${MOST} is the most.`}</p>
      <p className="row">
        {canCompare && <a className="button" href={withTicked("/city/prospects/compare", ticked)}>See them side by side</a>}
        {canChoose && canReview && <a className="button primary" href={withTicked("/city/prospects/review", ticked)}>Look at your choice</a>}
      </p>
    </section>
  );
}
