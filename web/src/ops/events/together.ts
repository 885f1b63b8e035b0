// One stream for all tabs of a browser: over HTTP/1.1 a browser opens six connections to an origin, and six tabs that each
// held one would leave none for anything else. The tab that has the lock listens and tells the others; once it is
// closed, the next one goes on from what it was told last.
import { listen, type Hearing } from "./live";
import type { EventView } from "./wanted";

const NAME = "events of the operators' page";

type Told = { is: "event"; event: EventView; id: string } | { is: "beat" } | { is: "lost" };

/** Begins to hear at once what other tabs tell; `from` gives the id from which this one would go on. */
export function listenTogether(from: Promise<string>, hearing: Hearing, signal: AbortSignal): void {
  const channel = new BroadcastChannel(NAME);
  signal.addEventListener("abort", () => channel.close());
  let last = "";
  const hear = (told: Told) => {
    if (told.is === "event") {
      last = told.id;
      hearing.hear(told.event, told.id);
    } else hearing[told.is]();
  };
  const tell = (told: Told) => {
    if (signal.aborted) return;
    channel.postMessage(told);
    hear(told);
  };
  channel.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
  const lead = async () =>
    listen(last || (await from), {
      hear: (event, id) => tell({ is: "event", event, id }),
      beat: () => tell({ is: "beat" }),
      lost: () => tell({ is: "lost" }),
    }, signal);
  // Where the page is not served safely there are no locks: then each tab listens for itself.
  const leading = "locks" in navigator ? navigator.locks.request(NAME, { signal }, lead) : lead();
  leading.catch((problem: unknown) => {
    if (!signal.aborted) throw problem;
  });
}
