// Who is signed in, and the short tokens that the services take. The session itself is a cookie that no script reads.
import { forgetKept } from "../shell/kept";
import { asAnswer, SignedOut } from "./refusals";
import type { components } from "./intake";

export type Audience = "intake" | "matching" | "outreach" | "directory";
export type Person = components["schemas"]["PersonView"];
export type Session = components["schemas"]["SessionView"];

const EARLY = 30_000; // milliseconds before a token ends, so that none ends on its way
const LASTS = 5 * 60_000;

const tokens = new Map<Audience, { token: Promise<string>; until: number }>();

/** Null where nobody is signed in. */
export async function whoIsSignedIn(signal?: AbortSignal): Promise<Session | null> {
  const answer = await fetch("/api/intake/v1/session", { signal: signal ?? null });
  if (answer.status === 401) return null;
  await asAnswer(answer);
  return (await answer.json()) as Session;
}

/** A bearer token for one service, the same for as long as it lasts. */
export function tokenFor(audience: Audience): Promise<string> {
  const kept = tokens.get(audience);
  if (kept && kept.until > Date.now()) return kept.token;
  const token = newToken(audience);
  tokens.set(audience, { token, until: Date.now() + LASTS - EARLY });
  token.catch(() => tokens.delete(audience));
  return token;
}

/** For a token that was refused, and after the role was changed. */
export function forgetTokens(): void {
  tokens.clear();
}

async function newToken(audience: Audience): Promise<string> {
  const answer = await fetch("/api/intake/v1/session/token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ audience }),
  });
  if (answer.status === 401) throw new SignedOut();
  await asAnswer(answer);
  return ((await answer.json()) as { token: string }).token;
}

/** Takes everything that this browser was told with it: the next one to sit here starts anew. */
export async function signOut(): Promise<void> {
  await fetch("/api/intake/v1/session/end", { method: "POST" }).then(asAnswer);
  forgetTokens();
  forgetKept();
  location.assign("/");
}

/** Where to sign in so as to come back here. */
export function signInAddress(): string {
  return `/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`;
}
