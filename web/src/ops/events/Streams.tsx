// The three streams: how much is in them and comes, who follows and how far behind, and their types as filters.
import { useQuery } from "@tanstack/react-query";
import { cases } from "../../api/client";
import { Trouble } from "../../shell/Trouble";
import { NAMES, SERVICES, useStatuses, type ServiceName } from "../services";
import { counted, inWords, momentOf, timeOf } from "../telling";
import type { Filters, StreamView } from "./wanted";

interface Props {
  filters: Filters;
  filter: (filters: Filters) => void;
}

export function Streams({ filters, filter }: Props) {
  const streams = useQuery({
    queryKey: ["ops", "streams"],
    queryFn: async ({ signal }) => (await cases.GET("/api/directory/v1/operations/streams", { signal })).data!,
    refetchInterval: 5_000,
  });
  return (
    <section className="streams" aria-label="Streams" aria-busy={streams.isPending}>
      {streams.isPending && <p role="status">One moment: the streams are looked at.</p>}
      {streams.isError && !streams.data && <Trouble problem={streams.error} retry={() => void streams.refetch()} />}
      {streams.data?.map((stream) => <Stream key={stream.source} {...{ stream, filters, filter }} />)}
    </section>
  );
}

function Stream({ stream, filters, filter }: Props & { stream: StreamView }) {
  const isChosen = filters.source === stream.source;
  return (
    <div className="stream">
      <h2>{NAMES[stream.source as ServiceName]}</h2>
      <p className="small">
        {counted(stream.events, "event")}, {perMinute(stream)}
        {stream.last_at && <>; the last at <time dateTime={stream.last_at} title={momentOf(stream.last_at)}>{timeOf(stream.last_at)}</time></>}
      </p>
      <Followers source={stream.source} />
      <button type="button" className="chip" aria-pressed={isChosen} onClick={() => filter(pick(filters, "source", isChosen ? "" : stream.source))}>
        Only this stream
      </button>
      <details open={stream.types.some((each) => each.name === filters.type)}>
        <summary>{counted(stream.types.length, "type")}</summary>
        <ul className="types">
          {stream.types.map((each) => (
            <li key={each.type}>
              <button type="button" className="plain" aria-pressed={filters.type === each.name}
                onClick={() => filter(pick(filters, "type", filters.type === each.name ? "" : each.name))}>{inWords(each.name)}</button>
              <span className="muted small">{each.events.toLocaleString("en")}{each.in_last_hour > 0 && `, ${each.in_last_hour.toLocaleString("en")} in the last hour`}</span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

/** Who reads the stream, and how many of its events each has still to hear. */
function Followers({ source }: { source: string }) {
  const statuses = useStatuses();
  const own = statuses[source as ServiceName].data;
  return (
    <dl className="lags small">
      {own && <><dt>published</dt><dd data-lag={own.lag > 0 ? "" : undefined}>{own.lag ? `${counted(own.lag, "event")} to come` : "all"}</dd></>}
      {SERVICES.flatMap((name) => {
        const heard = statuses[name].data?.subscriptions.find((each) => each.source === source);
        if (!heard) return [];
        return [<dt key={`${name} `}>{NAMES[name]}</dt>, <dd key={name} data-lag={heard.lag > 0 ? "" : undefined}>{heard.lag ? `${counted(heard.lag, "event")} behind` : "up to date"}</dd>];
      })}
    </dl>
  );
}

function perMinute(stream: StreamView): string {
  const rate = stream.in_last_5_minutes / 5;
  return rate ? `${rate.toLocaleString("en", { maximumFractionDigits: 1 })} a minute` : `${stream.in_last_hour.toLocaleString("en")} in the last hour`;
}

function pick(filters: Filters, name: keyof Filters, value: string): Filters {
  const { [name]: _, ...rest } = filters;
  return value ? { ...rest, [name]: value } : rest;
}
