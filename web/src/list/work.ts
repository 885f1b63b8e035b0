// The sum that a browser does before it sends the form (ALTCHA with PBKDF2), and when a form may be sent.
import { publicIntake } from "../api/client";
import type { components } from "../api/intake";

type FreshForm = components["schemas"]["FreshForm"];

interface Challenge {
  parameters: { nonce: string; salt: string; cost: number; keyLength: number; keyPrefix: string };
}
interface Paper {
  form: FreshForm;
  since: number;
  work: Promise<string>;
}
export interface Ready {
  form_token: string;
  work: string;
}

const MARGIN = 60_000; // milliseconds before a form is too old, so that none becomes so on its way

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function derived({ nonce, salt, cost, keyLength }: Challenge["parameters"], counter: number): Promise<string> {
  const start = bytesOf(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  new DataView(password.buffer).setUint32(start.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations: cost };
  return hexOf(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
}

async function solved(challenge: Challenge): Promise<string> {
  for (let counter = 0; ; counter += 1) {
    const derivedKey = await derived(challenge.parameters, counter);
    if (derivedKey.startsWith(challenge.parameters.keyPrefix))
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
  }
}

let paper: Promise<Paper> | null = null;

async function fresh(): Promise<Paper> {
  const since = Date.now();
  const form = (await publicIntake.GET("/api/intake/v1/listings/form")).data!;
  // Browsers have the means on https and on one's own machine alone; without the sum the form waits longer.
  const work = globalThis.crypto?.subtle ? solved(form.challenge as unknown as Challenge) : Promise.resolve("");
  return { form, since, work };
}

/** Asked for when the form is opened, so that the sum is done while it is filled in. */
export function takePaper(): Promise<Paper> {
  paper ??= fresh().catch((problem: unknown) => {
    paper = null;
    throw problem;
  });
  return paper;
}

export function dropPaper(): void {
  paper = null;
}

const rest = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** What goes with the form, as soon as it may be sent. */
export async function ready(): Promise<Ready> {
  let { form, since, work } = await takePaper();
  if (Date.now() - since > form.max_seconds * 1000 - MARGIN) {
    dropPaper();
    ({ form, since, work } = await takePaper());
  }
  const done = await work;
  const least = (done ? form.min_seconds : form.min_seconds_without_work) * 1000 + 100;
  await rest(Math.max(0, since + least - Date.now()));
  return { form_token: form.form_token, work: done };
}
