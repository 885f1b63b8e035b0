import { memo } from "react";
import { dayOf, grouped, inWords, momentOf, timeOf } from "../telling";
import { keyOf, type EventView } from "./wanted";

interface Props {
  events: readonly EventView[];
  chosen: string | null;
  choose: (id: string) => void;
}

/** The newest first, under the day on which they were recorded. */
export function EventList({ events, chosen, choose }: Props) {
  const days = grouped(events, (event) => dayOf(event.recorded_at));
  return days.map(([day, ofDay]) => (
    <section key={day} aria-label={day}>
      <h2 className="day">{day}</h2>
      <ol className="events">
        {ofDay.map((event) => (
          <Line key={keyOf(event)} event={event} isChosen={event.id === chosen} choose={choose} />
        ))}
      </ol>
    </section>
  ));
}

const Line = memo(function Line({ event, isChosen, choose }: { event: EventView; isChosen: boolean; choose: (id: string) => void }) {
  return (
    <li data-source={event.source} data-chosen={isChosen ? "" : undefined}>
      <time dateTime={event.recorded_at} title={momentOf(event.recorded_at)}>{timeOf(event.recorded_at)}</time>
      <div>
        <button type="button" className="plain sentence" aria-current={isChosen ? "true" : undefined} onClick={() => choose(event.id)}>{event.sentence}</button>
        <p className="muted small">{inWords(event.name)} · {event.source}:{event.position}</p>
      </div>
    </li>
  );
});
