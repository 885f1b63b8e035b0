// The events of the page: those of the past, a page at a time, and what comes, shown at once or kept while one reads.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { cases } from "../../api/client";
import { listenTogether } from "./together";
import { keyOf, meets, type EventView, type Filters } from "./wanted";

export const MOST_SHOWN = 500;
const BUNDLE = 200; // milliseconds in which what comes is drawn once

export type Line = "starting" | "live" | "lost";

interface Heard {
  /** What came since the page was opened, the newest first. */
  shown: readonly EventView[];
  waiting: readonly EventView[];
  /** Also those that are no longer kept, as there are too many. */
  waitingCount: number;
  isPaused: boolean;
  line: Line;
  beatAt: number;
}

type Change =
  | { is: "heard"; events: readonly EventView[] }
  | { is: "beat" } | { is: "lost" } | { is: "pause" } | { is: "go on" } | { is: "anew" };

const NOTHING: Heard = { shown: [], waiting: [], waitingCount: 0, isPaused: false, line: "starting", beatAt: 0 };

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
      return { ...heard, shown: [], waiting: [], waitingCount: 0 };
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
  const now = useRef({ filters, coming: [] as EventView[], known: new Set<string>() });
  const begun = useMemo(() => Promise.withResolvers<string>(), []);

  useEffect(() => {
    now.current.filters = JSON.parse(asked) as Filters;
    now.current.coming = [];
    tell({ is: "anew" });
  }, [asked]);

  const first = past.data?.pages[0];
  useEffect(() => {
    if (!first) return;
    first.items.forEach((event) => now.current.known.add(keyOf(event)));
    begun.resolve(first.seen);
  }, [first, begun]);

  useEffect(() => {
    const { current } = now;
    const end = new AbortController();
    const draw = setInterval(() => {
      if (current.coming.length) tell({ is: "heard", events: current.coming.splice(0).reverse() });
    }, BUNDLE);
    listenTogether(begun.promise, {
      hear: (event) => {
        if (current.known.has(keyOf(event)) || !meets(event, current.filters)) return;
        current.known.add(keyOf(event));
        current.coming.push(event);
      },
      beat: () => tell({ is: "beat" }),
      lost: () => tell({ is: "lost" }),
    }, end.signal);
    return () => {
      end.abort();
      clearInterval(draw);
    };
  }, [begun]);

  const older = past.data?.pages.flatMap((page) => page.items) ?? [];
  const pause = useCallback(() => tell({ is: "pause" }), []);
  const goOn = useCallback(() => tell({ is: "go on" }), []);
  return { past, heard, events: together(heard.shown, older), pause, goOn };
}
