// What to do where dues have lapsed, and that nothing is lost meanwhile.
import { day } from "./names";
import { useOwn } from "./own";

export function Standing() {
  const { community, search } = useOwn();
  if (community.standing === "waived") return <Waived />;
  if (!community.standing_needs) return null;
  return (
    <section className="trouble">
      <h2>{community.standing === "lapsed" ? "Your dues have lapsed" : "Your community is not a member"}</h2>
      <p>{community.standing_needs}</p>
      {search && (
        <p>
          Everything in your search is kept, and you can read all of it. Until the dues are recorded no new city is written to and none can be chosen;
          answers that come in are kept for you.
        </p>
      )}
    </section>
  );
}

function Waived() {
  const { waivers } = useOwn().community;
  const last = waivers.at(-1);
  return <p className="box">Your dues are waived{last ? ` since ${day(last.waiver.granted_on)}. ${last.why}` : "."}</p>;
}
