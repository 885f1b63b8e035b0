// The direct conversation with the city abroad: its time on both clocks, or times to take one of.
import { outreach } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { Trouble } from "../shell/Trouble";
import { Actions } from "./Actions";
import { OWN, useOwn } from "./own";
import { useIntroduction, type Pair } from "./questions";
import { Slots } from "./Slots";

export function Introduction({ pair }: { pair: Pair }) {
  const { isAdministrator } = useOwn();
  const found = useIntroduction(pair.pair_id);
  const take = useCommand(
    (starts_at: string, sending) =>
      outreach.POST("/api/outreach/v1/pairs/{pair_id}/introduction/slots/pick", { ...sending, params: { path: { pair_id: pair.pair_id } }, body: { starts_at } }),
    { changes: [OWN] },
  );
  if (found.isError) return <Trouble problem={found.error} retry={() => void found.refetch()} />;
  const told = found.data;
  const isHeld = Boolean(pair.days.introduced);
  if (!told || (!told.starts_at && told.proposed.length === 0 && !isHeld)) return null;
  return (
    <>
      <section>
        <h2>The conversation with {pair.foreign_place.name}</h2>
        {told.when && <p>{isHeld ? "It took place: " : "It is set for "}<strong>{told.when}</strong>.</p>}
        {told.about.agenda && <p className="said">{told.about.agenda}</p>}
        {told.about.place && <p>{told.about.place}</p>}
        {told.about.link && !isHeld && <p><a href={told.about.link}>Join the call</a></p>}
        {!isHeld && isAdministrator && <Slots title={told.starts_at ? "Other times that are proposed" : "Take one of these times"} slots={told.proposed} take={take} />}
        <Refusal problem={take.problem} />
        {told.minutes && <><h3>What was said</h3><p className="said">{told.minutes}</p></>}
      </section>
      <Actions actions={told.actions} of={{ pair_id: pair.pair_id }} />
    </>
  );
}
