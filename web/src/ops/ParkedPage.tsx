// Events that a service could not apply: why, what waits behind them, and how they are heard again.
import { useTitle } from "../shell/faces";
import { Trouble } from "../shell/Trouble";
import { OpsFrame } from "./OpsFrame";
import { ParkedGroup } from "./ParkedGroup";
import { NAMES, SERVICES, useParked, type Parked, type ServiceName } from "./services";
import { counted, grouped } from "./telling";

export default function ParkedPage() {
  useTitle("Parked events");
  return (
    <OpsFrame current="Parked">
      <h1>Parked events</h1>
      <p>
        What a service cannot apply is tried three times and then set aside, so that all else goes on. Later events of the same thing wait
        behind it. Once the cause is mended, they are replayed in order; a letter that went out does not go out again.
      </p>
      {SERVICES.map((name) => <OfService key={name} name={name} />)}
    </OpsFrame>
  );
}

function OfService({ name }: { name: ServiceName }) {
  const parked = useParked(name);
  const groups = grouped(parked.data ?? [], (each) => `${each.source}/${each.aggregate_id}`);
  return (
    <section id={name} aria-labelledby={`${name}-parked`} aria-busy={parked.isPending}>
      <h2 id={`${name}-parked`}>{NAMES[name]}</h2>
      {parked.isPending && <p role="status">One moment: it is asked.</p>}
      {parked.isError && <Trouble problem={parked.error} retry={() => void parked.refetch()} />}
      {parked.data?.length === 0 && <p className="muted">Nothing is parked.</p>}
      {groups.length > 0 && <p>{counted(parked.data!.length, "event")} of {counted(groups.length, "thing")}.</p>}
      {groups.map(([key, events]) => <ParkedGroup key={key} service={name} events={events as [Parked, ...Parked[]]} />)}
    </section>
  );
}
