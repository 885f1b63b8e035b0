// The choice, shown once more before it is settled; whether it could be is asked first, and settles nothing.
import { useQuery } from "@tanstack/react-query";
import { matching } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { Trouble } from "../shell/Trouble";
import { AdministratorOnly, Frame, NoSearch } from "./Frame";
import { nameOf, number } from "./names";
import { OWN, useOwn, Waits, type Search } from "./own";
import { useProspects, type Prospect } from "./questions";
import { tickedIn, withTicked } from "./ticked";
import { Refused } from "../api/refusals";

const TITLE = "Your choice";

export function ReviewPage() {
  const { search, isAdministrator } = useOwn();
  const ids = tickedIn(location.search);
  if (!search) return <NoSearch title={TITLE} />;
  return (
    <Frame title={TITLE} back={{ at: withTicked("/city/prospects", ids), name: "the proposed cities" }}>
      {isAdministrator ? <Review search={search} ids={ids} /> : <AdministratorOnly what="Only the administrator chooses. Your votes and comments stand beside each city." />}
    </Frame>
  );
}

function Review({ search, ids }: { search: Search; ids: number[] }) {
  const path = { case_id: search.case_id };
  const found = useProspects(search.case_id);
  const check = useQuery({
    queryKey: [...OWN, "check", search.case_id, ids],
    queryFn: async ({ signal }) => {
      const headers = { "Idempotency-Key": crypto.randomUUID() };
      await matching.POST("/api/matching/v1/cases/{case_id}/shortlist", { headers, params: { path }, body: { geoname_ids: ids, is_only_checked: true }, signal });
      return true;
    },
  });
  const again = () => void Promise.all([check.refetch(), found.refetch()]);
  if (check.error instanceof Refused) return <No problem={check.error} ids={ids} />;
  if (check.isError || found.isError) return <Trouble problem={check.error ?? found.error} retry={again} />;
  if (!check.data || !found.data) return <Waits />;
  return <Settle search={search} cities={found.data.prospects.filter((each) => ids.includes(each.place.geoname_id))} />;
}

function No({ problem, ids }: { problem: unknown; ids: readonly number[] }) {
  return (
    <>
      <Refusal problem={problem} />
      <p><a className="button" href={withTicked("/city/prospects", ids)}>Change the choice</a></p>
    </>
  );
}

function Settle({ search, cities }: { search: Search; cities: readonly Prospect[] }) {
  const ids = cities.map((each) => each.place.geoname_id);
  const choose = useCommand(
    (geoname_ids: number[], sending) =>
      matching.POST("/api/matching/v1/cases/{case_id}/shortlist", {
        ...sending, params: { path: { case_id: search.case_id } }, body: { geoname_ids, is_only_checked: false },
      }),
    { then: () => location.assign("/city/prospects") },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        choose.run(ids);
      }}
    >
      <p className="lead">With these {cities.length} cities our staff begin:</p>
      <ul>
        {cities.map(({ place, votes_for, votes_against }) => (
          <li key={place.geoname_id}><strong>{nameOf(place)}</strong>, {number(place.population)} people; votes: {votes_for} for, {votes_against} against</li>
        ))}
      </ul>
      <p>They write to these cities at once. To choose otherwise later, our staff have to open the choice again.</p>
      <Refusal problem={choose.problem} />
      <p className="row">
        <button type="submit" disabled={choose.isRunning}>Choose these {cities.length} cities</button>
        <a className="button second" href={withTicked("/city/prospects", ids)}>Change the choice</a>
      </p>
    </form>
  );
}
