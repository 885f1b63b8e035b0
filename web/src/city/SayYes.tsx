// Before a search: what a Yes means, and the button of the administrator.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { intake } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { AdministratorOnly } from "./Frame";
import { CLOSINGS, day, NO_WISHES } from "./names";
import { OWN, useOwn } from "./own";

export function SayYes() {
  const { isAdministrator, community } = useOwn();
  return (
    <>
      <Earlier />
      <p className="lead">With your Yes our staff begin to look for a partner city abroad for your community.</p>
      <h2>What happens then</h2>
      <ol>
        <li>We write to you at once, to find a time for the debriefing: a conversation of about 45 minutes on what your community has to offer and wishes for.</li>
        <li>Our staff propose cities abroad, with reasons. You choose three to five of them.</li>
        <li>Our staff write to these cities, through embassies, consulates and associations, and arrange a conversation with those that are interested.</li>
        <li>Then you invite one, and both cities sign.</li>
      </ol>
      <p>A search takes from a few months to over a year. You can pause or withdraw at any time.</p>
      {isAdministrator ? <Yes communityId={community.community_id} cannot={Boolean(community.standing_needs)} /> : <AdministratorOnly what="Your administrator says Yes to a search on this page, and you read here how it goes on." />}
    </>
  );
}

function Yes({ communityId, cannot }: { communityId: string; cannot: boolean }) {
  const [isShown, setShown] = useState(false);
  const yes = useCommand(
    (is_shown_publicly: boolean, sending) =>
      intake.POST("/api/intake/v1/cases", { ...sending, body: { community_id: communityId, is_shown_publicly, preferences: NO_WISHES } }),
    { changes: [OWN] },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        yes.run(isShown);
      }}
    >
      <p className="tick">
        <input id="shown" type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        <label htmlFor="shown">Show on the public map that we seek a partner</label>
      </p>
      <p className="hint">You are asked about countries, languages and themes afterwards. All of these questions are optional.</p>
      <Refusal problem={yes.problem} />
      <p><button type="submit" disabled={yes.isRunning}>Yes, we seek a partner city</button></p>
      {cannot && <p className="muted small">Renew the membership first: until then this is answered with how to do so.</p>}
    </form>
  );
}

/** How the last search ended, for whoever comes again. */
function Earlier() {
  const found = useQuery({
    queryKey: [...OWN, "earlier"],
    queryFn: async ({ signal }) => (await intake.GET("/api/intake/v1/cases", { signal })).data!.items,
  });
  const last = found.data?.filter((each) => each.ended_on).sort((one, other) => other.ended_on!.localeCompare(one.ended_on!))[0];
  if (!last) return null;
  const how = last.state === "withdrawn" ? "You withdrew it" : `It ended ${CLOSINGS[last.reason as keyof typeof CLOSINGS] ?? "without a match"}`;
  return <p className="box">Your last search began on {day(last.requested_on)}. {how} on {day(last.ended_on!)}. You can begin another whenever your community is ready.</p>;
}
