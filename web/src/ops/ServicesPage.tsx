// How each service is, part by part, and the read models of the directory, which can be built anew.
import { useTitle } from "../shell/faces";
import { Trouble } from "../shell/Trouble";
import { healthOf, OpsFrame } from "./OpsFrame";
import { Rebuild } from "./Rebuild";
import { NAMES, SERVICES, useStatuses, type ServiceName, type Status } from "./services";
import { counted } from "./telling";

export default function ServicesPage() {
  useTitle("Services");
  const statuses = useStatuses();
  return (
    <OpsFrame current="Services">
      <h1>Services</h1>
      <p className="lead">Each of them is asked every five seconds.</p>
      {SERVICES.map((name) => {
        const { data, error, refetch, isPending } = statuses[name];
        return (
          <section key={name} id={name} className="box service" aria-busy={isPending}>
            <h2>{NAMES[name]}{data && !error ? `: ${healthOf(data).word}` : error ? ": does not answer" : ""}</h2>
            {isPending && <p role="status">One moment: it is asked.</p>}
            {error && <Trouble problem={error} retry={() => void refetch()} />}
            {data && !error && <StatusTold name={name} status={data} />}
            {name === "directory" && <Rebuild />}
          </section>
        );
      })}
    </OpsFrame>
  );
}

function StatusTold({ name, status }: { name: ServiceName; status: Status }) {
  return (
    <>
      {status.troubles.length > 0 && <ul className="troubles">{status.troubles.map((trouble) => <li key={trouble}>{trouble}</li>)}</ul>}
      {name !== "directory" && (
        <p>
          Recorded up to {status.store_head.toLocaleString("en")}, published up to {status.stream_head.toLocaleString("en")}
          {status.lag ? `: ${counted(status.lag, "place")} to go.` : ": nothing waits."}{" "}
          <LettersTold letters={status.letters} />
        </p>
      )}
      <div className="scrolls" role="region" tabIndex={0} aria-label={`What ${NAMES[name]} follows`}>
        <table>
          <thead>
            <tr><th scope="col">Follows</th><th scope="col" className="number">Position</th><th scope="col" className="number">Behind</th><th scope="col" className="number">Parked</th><th scope="col">This instance</th></tr>
          </thead>
          <tbody>
            {status.subscriptions.map((each) => (
              <tr key={each.source}>
                <th scope="row"><a href={`/ops?source=${each.source}`}>{NAMES[each.source as ServiceName]}</a></th>
                <td className="number">{each.position.toLocaleString("en")}</td>
                <td className="number">{each.lag.toLocaleString("en")}</td>
                <td className="number">{each.parked ? <a href={`/ops/parked#${name}`}>{each.parked.toLocaleString("en")}</a> : 0}</td>
                <td>{each.is_active ? "follows" : "stands by"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function LettersTold({ letters }: { letters: Status["letters"] }) {
  const open = (["due", "sending", "unknown", "refused"] as const).filter((state) => letters[state]);
  if (!open.length) return <>No letter waits.</>;
  return (
    <>
      Letters: {open.map((state, n) => (
        <span key={state}>{n > 0 && ", "}<a href={`/ops/letters?state=${state}`}>{letters[state]} {state}</a></span>
      ))}.
    </>
  );
}
