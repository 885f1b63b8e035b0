// The events of the page: those of the past, a page at a time, and what comes, shown at once or kept while one reads.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef } from "react";
import { cases } from "../../api/client";
import { listen } from "./live";
import type { EventView, Filters } from "./wanted";

export const MOST_SHOWN = 500;
const BUNDLE = 200; // milliseconds in which what comes is drawn once

export type Line = "starting" | "live" | "lost";

interface Heard {
  /** What came since the page was opened, the newest first. */
  shown: readonly EventView[];
  waiting: readonly EventView[];
  /** Also those that are waiting no more in memory. */
  waitingCount: number;
  isPaused: boolean;
  line: Line;
  beatAt: number;
}

type Change =
  | { is: "heard"; events: readonly EventView[] }
  | { is: "beat" } | { is: "lost" } | { is: "pause" } | { is: "go on" } | { is: "anew" };

const NOTHING: Heard = { shown: [], waiting: [], waitingCount: 0, isPaused: false, line: "starting", beatAt: 0 };

const keyOf = (event: EventView) => `${event.id}@${event.recorded_at}`;

/** The newest first, each once, as many as a page can hold. */
function together(newer: readonly EventView[], older: readonly EventView[]): EventView[] {
  const seen = new Set<string>();
  return [...newer, ...older]
    .filter((event) => !seen.has(keyOf(event)) && seen.add(keyOf(event)))
    .slice(0, MOST_SHOWN);
}

function change(heard: Heard, what: Change): Heard {
  switch (what.is) {
    case "heard":
      return heard.isPaused
        ? { ...heard, waiting: together(what.events, heard.waiting), waitingCount: heard.waitingCount + what.events.length }
        : { ...heard, shown: together(what.events, heard.shown) };
    case "beat":
      return { ...heard, line: "live", beatAt: Date.now() };
    case "lost":
      return { ...heard, line: "lost" };
    case "pause":
      return { ...heard, isPaused: true };
    case "go on":
      return { ...heard, isPaused: false, shown: together(heard.waiting, heard.shown), waiting: [], waitingCount: 0 };
    case "anew":
      return { ...NOTHING, isPaused: heard.isPaused };
  }
}

export function useEvents(filters: Filters) {
  const asked = JSON.stringify(filters);
  const past = useInfiniteQuery({
    queryKey: ["ops", "events", asked],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) =>
      (await cases.GET("/api/directory/v1/operations/events", { params: { query: { ...filters, cursor: pageParam } }, signal })).data!,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: Infinity,
    gcTime: 0,
  });
  const [heard, tell] = useReducer(change, NOTHING);
  const seen = past.data?.pages[0]?.seen;
  const bundle = useRef<EventView[]>([]);

  useEffect(() => {
    if (seen === undefined) return;
    const end = new AbortController();
    const draw = setInterval(() => {
      if (bundle.current.length) tell({ is: "heard", events: bundle.current.splice(0).reverse() });
    }, BUNDLE);
    tell({ is: "anew" });
    void listen(JSON.parse(asked) as Filters, seen, {
      hear: (event) => bundle.current.push(event),
      beat: () => tell({ is: "beat" }),
      lost: () => tell({ is: "lost" }),
    }, end.signal);
    return () => {
      end.abort();
      clearInterval(draw);
      bundle.current = [];
    };
  }, [asked, seen]);

  const older = past.data?.pages.flatMap((page) => page.items) ?? [];
  const pause = useCallback(() => tell({ is: "pause" }), []);
  const goOn = useCallback(() => tell({ is: "go on" }), []);
  return { past, heard, events: together(heard.shown, older), pause, goOn };
}
