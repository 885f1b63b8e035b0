// Events as they come. A browser's own EventSource sends no token, so the stream is read here: it goes on by itself from
// the last id, when the service ends it before the token does, when the connection breaks, and when nothing is heard.
import { forgetTokens, tokenFor } from "../../api/session";
import { asAnswer, SignedOut } from "../../api/refusals";
import type { EventView } from "./wanted";

const SILENT = 40_000; // milliseconds; the service says something every fifteen seconds
const LATE = 2_000; // a page that is not heard by then says so
const LONGEST_WAIT = 15_000;

export interface Hearing {
  /** An event, in order, and the id to go on from. */
  hear(event: EventView, id: string): void;
  /** The service was heard just now. */
  beat(): void;
  /** The connection broke, and is tried again. */
  lost(): void;
}

interface Said {
  id: string;
  event: string;
  data: string;
}

/** Listens until the signal; `last` is the id to go on from. */
export async function listen(last: string, hearing: Hearing, signal: AbortSignal): Promise<void> {
  let wait = 500;
  while (!signal.aborted) {
    try {
      for await (const said of stream(last, signal, hearing)) {
        wait = 500;
        last = said.id || last;
        if (said.event === "event") hearing.hear(JSON.parse(said.data) as EventView, last);
      }
    } catch (problem) {
      if (signal.aborted) return;
      hearing.lost();
      if (problem instanceof SignedOut) return;
      await pause(wait, signal);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }
}

async function* stream(last: string, signal: AbortSignal, { beat, lost }: Hearing): AsyncGenerator<Said> {
  const silence = new AbortController();
  let watch = setTimeout(() => silence.abort(), SILENT);
  const late = setTimeout(lost, LATE);
  try {
    const answer = await open(last, AbortSignal.any([signal, silence.signal]));
    clearTimeout(late);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const parts = new Parts();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(() => silence.abort(), SILENT);
      beat();
      yield* parts.add(value);
    }
  } finally {
    clearTimeout(watch);
    clearTimeout(late);
    silence.abort();
  }
}

async function open(last: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch("/api/directory/v1/operations/events/live", {
    headers: { Authorization: `Bearer ${await tokenFor("directory")}`, Accept: "text/event-stream", "Last-Event-ID": last },
    signal,
  });
  if (answer.status === 401) forgetTokens();
  await asAnswer(answer);
  return answer;
}

/** Takes a stream of server-sent events apart, however it is cut. */
class Parts {
  private rest = "";

  *add(text: string): Generator<Said> {
    this.rest += text;
    const blocks = this.rest.split("\n\n");
    this.rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const said: Said = { id: "", event: "message", data: "" };
      for (const line of block.split("\n")) {
        const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
        if (name === "data") said.data += value;
        else if (name === "id" || name === "event") said[name] = value!;
      }
      if (said.data) yield said;
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    addEventListener("online", go);
    signal.addEventListener("abort", go);
  });
}
