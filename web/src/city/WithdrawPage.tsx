// The end of a search by the member's own will: shown once more before it is done.
import { intake } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { AdministratorOnly, Frame, NoSearch } from "./Frame";
import { day, nameOf } from "./names";
import { OWN, useOwn, type Search } from "./own";

export function WithdrawPage() {
  const { search, isAdministrator } = useOwn();
  if (!search) return <NoSearch title="Withdraw the search" />;
  return (
    <Frame title="Withdraw the search" back={{ at: "/city", name: "your search" }}>
      {isAdministrator ? <Review search={search} /> : <AdministratorOnly what="Only the administrator withdraws the search." />}
    </Frame>
  );
}

function Review({ search }: { search: Search }) {
  const withdraw = useCommand(
    (_: void, sending) => intake.POST("/api/intake/v1/cases/{case_id}/withdraw", { ...sending, params: { path: { case_id: search.case_id } } }),
    { changes: [OWN], then: () => location.assign("/city") },
  );
  return (
    <>
      <p className="lead">You are about to end the search of {nameOf(search.place)}, begun on {day(search.requested_on)}.</p>
      <ul>
        <li>Nobody is written to any more, and letters that have not gone out do not go out.</li>
        <li>Meetings to come are called off, and everybody who was asked to come is told.</li>
        <li>A waiver of your dues ends with the search.</li>
        <li>What was written and found is kept. You can say Yes again at any time, to a new search.</li>
      </ul>
      <p>If you only need a rest, <a href="/city#rest">pause the search</a> instead: then everything goes on where it stood.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          withdraw.run();
        }}
      >
        <Refusal problem={withdraw.problem} />
        <p className="row">
          <button type="submit" disabled={withdraw.isRunning}>Withdraw the search</button>
          <a className="button second" href="/city">Keep searching</a>
        </p>
      </form>
    </>
  );
}
