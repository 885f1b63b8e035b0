// Where are we, whose turn is it, what comes next, and how long does it take.
import { Frame } from "./Frame";
import { nameOf, day } from "./names";
import { useOwn, type Search } from "./own";
import { Pairs } from "./Pairs";
import { Rest } from "./Rest";
import { SayYes } from "./SayYes";
import { Standing } from "./Standing";
import { Story } from "./Story";
import { Turn } from "./Turn";
import { Way } from "./Way";
import { useChosen } from "./questions";

export function SearchPage() {
  const { community, search } = useOwn();
  return (
    <Frame title={search ? `The search of ${nameOf(community.place)}` : "Find a partner city"} current="Overview">
      <Standing />
      {search ? <Running search={search} /> : <SayYes />}
    </Frame>
  );
}

function Running({ search }: { search: Search }) {
  const chosen = useChosen(search.case_id);
  return (
    <>
      <p className="lead">{fact(search)}</p>
      <Turn search={search} advice={chosen.data?.can_do_next ?? []} />
      <Way search={search} pairs={chosen.data?.pairs ?? []} />
      <Pairs chosen={chosen} />
      <section>
        <h2>How long it takes</h2>
        <p>{search.how_long}</p>
        <p>Offices abroad often take weeks to answer. After 7, 14 and 28 days of silence our staff write again or try another way, so a quiet month is no bad sign.</p>
      </section>
      <Story caseId={search.case_id} />
      <Rest search={search} />
    </>
  );
}

function fact(search: Search): string {
  const since = `You have been searching since ${day(search.requested_on)}`;
  if (search.state === "paused") return `${since}. The search is paused${search.paused_until ? ` until ${day(search.paused_until)}` : ""}: nobody is written to, and nothing is lost.`;
  if (search.state === "scheduled" && search.debrief.when) return `${since}. The debriefing is on ${search.debrief.when}.`;
  if (search.debrief.held_on) return `${since}. The debriefing was held on ${day(search.debrief.held_on)}.`;
  return `${since}. No time is set for the debriefing yet.`;
}
