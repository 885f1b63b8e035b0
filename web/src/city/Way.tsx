// The steps of the programme: done, now, and to come.
import { day, STANDS } from "./names";
import type { Search } from "./own";
import type { PairItem } from "./questions";

interface Leg {
  name: string;
  isDone: boolean;
  told: string;
}

export function Way({ search, pairs }: { search: Search; pairs: readonly PairItem[] }) {
  const legs = legsOf(search, pairs);
  const last = legs.findLastIndex((leg) => leg.isDone);
  const now = legs.findIndex((leg, n) => n > last && !leg.isDone);
  return (
    <section>
      <h2>Where you are</h2>
      <ol className="way">
        {legs.map((leg, n) => {
          const state = leg.isDone ? "done" : n < last ? "passed" : n === now ? "now" : "ahead";
          return (
            <li key={leg.name} className={state} aria-current={state === "now" ? "step" : undefined}>
              <strong>{leg.name}</strong>
              <span>{SAID[state]}{leg.told && `: ${leg.told}`}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const SAID = { done: "Done", passed: "Not needed", now: "Now", ahead: "To come" } as const;

function legsOf(search: Search, pairs: readonly PairItem[]): Leg[] {
  const furthest = Math.max(-1, ...pairs.map((pair) => STANDS[pair.state].rank));
  const { held_on, starts_at } = search.debrief;
  const isProposed = search.next_step.step === "choose_shortlist";
  const isChosen = pairs.some((pair) => pair.lane === "shortlist");
  return [
    { name: "Your Yes", isDone: true, told: day(search.requested_on) },
    { name: "Debriefing", isDone: Boolean(held_on), told: held_on ? day(held_on) : starts_at ? day(starts_at) : "" },
    { name: "Cities proposed", isDone: isProposed || isChosen, told: "" },
    { name: "Your choice", isDone: isChosen, told: isProposed ? "three to five" : "" },
    { name: "Letters abroad", isDone: furthest >= 2, told: furthest === 1 ? "waiting for answers" : "" },
    { name: "Conversation", isDone: furthest >= 5, told: furthest === 4 ? "arranged" : "" },
    { name: "Your invitation", isDone: furthest >= 7, told: "" },
    { name: "Agreement signed", isDone: furthest >= 10, told: "" },
  ];
}
