// What happens, as it happens: streams beside it, each event with a sentence, and one of them in full.
import { useEffect, useState } from "react";
import { useTitle } from "../../shell/faces";
import { Trouble, useOnline } from "../../shell/Trouble";
import { OpsFrame } from "../OpsFrame";
import { counted, timeOf } from "../telling";
import { EventDetail } from "./EventDetail";
import { EventList } from "./EventList";
import { Streams } from "./Streams";
import { MOST_SHOWN, useEvents, type Line } from "./useEvents";
import { FILTER_WORDS, shortened, useWanted, type Filters } from "./wanted";

export default function EventsPage() {
  useTitle("Events");
  const [wanted, ask] = useWanted();
  const { past, heard, events, pause, goOn } = useEvents(wanted.filters);
  const filter = (filters: Filters) => ask({ ...wanted, filters });
  const narrowed = Object.keys(wanted.filters).length > 0;
  return (
    <OpsFrame current="Events">
      <h1>Events</h1>
      <div className="watch" data-chosen={wanted.event ? "" : undefined}>
        <Streams filters={wanted.filters} filter={filter} />
        <section className="happened" aria-label="What happened" aria-busy={past.isPending}>
          <div className="row control">
            {heard.isPaused
              ? <button type="button" className="primary" onClick={goOn}>Go on{heard.waitingCount ? ` (${heard.waitingCount.toLocaleString("en")} new)` : ""}</button>
              : <button type="button" onClick={pause}>Pause</button>}
            <LineTold line={heard.line} beatAt={heard.beatAt} isPaused={heard.isPaused} waiting={heard.waitingCount} />
          </div>
          <Chosen filters={wanted.filters} filter={filter} />
          {past.isError && <Trouble problem={past.error} retry={() => void past.refetch()} />}
          {past.isPending && <p role="status">One moment: the newest events are fetched.</p>}
          {past.isSuccess && events.length === 0 && (
            <div className="box">
              <p>{narrowed ? "No event meets these filters." : "Nothing has happened yet. The first event will show here by itself."}</p>
              {narrowed && !past.hasNextPage && <button type="button" onClick={() => filter({})}>Show all events</button>}
            </div>
          )}
          <EventList events={events} chosen={wanted.event} choose={(event) => ask({ ...wanted, event })} />
          {past.hasNextPage && events.length < MOST_SHOWN && (
            <button type="button" onClick={() => void past.fetchNextPage()} disabled={past.isFetchingNextPage}>
              {past.isFetchingNextPage ? "Looking further back" : "Show earlier events"}
            </button>
          )}
          {events.length >= MOST_SHOWN && <p className="muted">The newest {MOST_SHOWN} are shown. Filters bring earlier ones to light.</p>}
        </section>
        {wanted.event && (
          <EventDetail id={wanted.event} known={events} filter={(filters) => ask({ filters, event: wanted.event })} close={() => ask({ ...wanted, event: null })} />
        )}
      </div>
    </OpsFrame>
  );
}

/** Whether what happens now would show: told in words, also while it does not. */
function LineTold({ line, beatAt, isPaused, waiting }: { line: Line; beatAt: number; isPaused: boolean; waiting: number }) {
  const isOnline = useOnline();
  const upTo = beatAt ? `, showing up to ${timeOf(new Date(beatAt))}` : "";
  const word =
    !isOnline ? `You are offline${upTo}. It goes on by itself once you are connected.`
    : line === "lost" ? `Reconnecting${upTo}.`
    : isPaused ? (waiting ? `Paused. ${counted(waiting, "new event")} since.` : "Paused. Nothing new so far.")
    : line === "live" ? "Live: what happens shows here by itself."
    : "Connecting.";
  return <p role="status" className="line" data-line={isOnline ? line : "lost"}>{useSeldom(word)}</p>;
}

/** What changes often is told once a second, so that it can be read out. */
function useSeldom(word: string): string {
  const [told, tell] = useState(word);
  useEffect(() => {
    const timer = setTimeout(() => tell(word), 1000);
    return () => clearTimeout(timer);
  }, [word]);
  return told;
}

function Chosen({ filters, filter }: { filters: Filters; filter: (filters: Filters) => void }) {
  const named = (Object.keys(FILTER_WORDS) as (keyof Filters)[]).filter((name) => filters[name]);
  if (!named.length) return null;
  return (
    <ul className="chips" aria-label="Filters">
      {named.map((name) => (
        <li key={name}>
          <button type="button" className="chip" onClick={() => filter(without(filters, name))}>
            <span>{FILTER_WORDS[name]}: <span className="address" title={filters[name]}>{shortened(filters[name]!)}</span></span>
            <span className="x" aria-hidden="true">×</span><span className="hidden"> remove this filter</span>
          </button>
        </li>
      ))}
      {named.length > 1 && <li><button type="button" className="plain" onClick={() => filter({})}>Remove all filters</button></li>}
    </ul>
  );
}

function without(filters: Filters, name: keyof Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([each]) => each !== name));
}
