// One event in full: what it says, what led to it and what it led to, and its data as programs read it.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { cases } from "../../api/client";
import { Trouble } from "../../shell/Trouble";
import { Copy } from "../Copy";
import { inWords, momentOf } from "../telling";
import type { EventView, Filters } from "./wanted";

interface Props {
  id: string;
  known: readonly EventView[];
  filter: (filters: Filters) => void;
  close: () => void;
}

export function EventDetail({ id, known, filter, close }: Props) {
  const here = known.find((event) => event.id === id);
  const asked = useQuery({
    queryKey: ["ops", "event", id],
    queryFn: async ({ signal }) =>
      (await cases.GET("/api/directory/v1/operations/events", { params: { query: { chain: id, limit: 500 } }, signal })).data!.items.find((event) => event.id === id) ?? null,
    enabled: !here,
  });
  const event = here ?? asked.data;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus();
  }, [event?.id]);
  return (
    <aside className="detail" aria-label="The chosen event" onKeyDown={(pressed) => pressed.key === "Escape" && close()}>
      <div className="row between">
        <h2 tabIndex={-1} ref={head}>{event ? inWords(event.name) : "One event"}</h2>
        <button type="button" onClick={close}>Close</button>
      </div>
      {event ? <Facts event={event} filter={filter} />
      : asked.isError ? <Trouble problem={asked.error} retry={() => void asked.refetch()} />
      : asked.isPending ? <p role="status">One moment: the event is looked for.</p>
      : <p>There is no event <span className="address">{id}</span> among those that could be looked through.</p>}
    </aside>
  );
}

function Facts({ event, filter }: { event: EventView; filter: (filters: Filters) => void }) {
  const json = JSON.stringify(event.data, null, 2);
  return (
    <>
      <p>{event.sentence}</p>
      <dl className="facts">
        <dt>Recorded</dt><dd>{momentOf(event.recorded_at)}</dd>
        <dt>Place</dt><dd>{event.source}:{event.position}</dd>
        <dt>Type</dt><dd className="address">{event.type}</dd>
        <dt>Event</dt><dd className="address">{event.id}</dd>
        <dt>Caused by</dt><dd className="address">{causeOf(event)}</dd>
      </dl>
      <ul className="ways">
        {event.case_id && <Way to={() => filter({ about: event.case_id! })}>All events of this case</Way>}
        {event.aggregate_id !== event.case_id && <Way to={() => filter({ about: event.aggregate_id })}>All events about the same thing</Way>}
        <Way to={() => filter({ correlation: event.correlation })}>All that the same request led to</Way>
        {isEvent(event.causation) && <Way to={() => filter({ chain: event.causation })}>The event that caused it</Way>}
        <Way to={() => filter({ chain: event.id })}>What it caused itself</Way>
        <Way to={() => filter({ type: event.name })}>All events of this type</Way>
      </ul>
      <h3>Data</h3>
      <pre tabIndex={0} role="region" aria-label="Data as JSON">{json}</pre>
      <div className="row">
        <Copy text={JSON.stringify(event, null, 2)}>Copy as JSON</Copy>
        <Copy text={`${location.origin}/ops?event=${encodeURIComponent(event.id)}`}>Copy link</Copy>
      </div>
    </>
  );
}

function Way({ to, children }: { to: () => void; children: string }) {
  return <li><button type="button" className="plain" onClick={to}>{children}</button></li>;
}

function isEvent(causation: string): boolean {
  return /^(intake|matching|outreach):/.test(causation);
}

function causeOf(event: EventView): string {
  if (!event.causation) return "a request of somebody";
  if (event.causation.startsWith("deadline:")) return `a day that came: ${event.causation.slice("deadline:".length).replaceAll("_", " ")}`;
  return event.causation;
}
