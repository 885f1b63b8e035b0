// The four services, by the types of their own OpenAPI documents: a parameter that does not exist fails the build.
import createClient, { type Middleware } from "openapi-fetch";
import type { paths as DirectoryPaths } from "./directory";
import type { paths as IntakePaths } from "./intake";
import type { paths as MatchingPaths } from "./matching";
import type { paths as OutreachPaths } from "./outreach";
import { asAnswer, Late } from "./refusals";
import { forgetTokens, tokenFor, type Audience } from "./session";

const PATIENCE = 20_000; // milliseconds

async function patiently(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE)]) });
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "TimeoutError") throw new Late();
    throw problem;
  }
}

/** As who is signed in: with a token for that service, which is asked for anew once if it is refused. */
function asSignedIn(audience: Audience) {
  const send = async (request: Request) => {
    request.headers.set("Authorization", `Bearer ${await tokenFor(audience)}`);
    return patiently(request);
  };
  return async (request: Request): Promise<Response> => {
    const again = request.clone();
    const answer = await send(request);
    if (answer.status !== 401) return answer;
    forgetTokens();
    return send(again);
  };
}

const refusals: Middleware = { onResponse: ({ response }) => asAnswer(response) };

function client<Paths extends object>(send: (request: Request) => Promise<Response>) {
  // The four may stand at other origins one day: where they are is told here alone.
  const made = createClient<Paths>({ baseUrl: "/", fetch: send });
  made.use(refusals);
  return made;
}

/** What everybody may ask. */
export const directory = client<DirectoryPaths>(patiently);
export const publicIntake = client<IntakePaths>(patiently);

/** What only who is signed in may ask. */
export const intake = client<IntakePaths>(asSignedIn("intake"));
export const matching = client<MatchingPaths>(asSignedIn("matching"));
export const outreach = client<OutreachPaths>(asSignedIn("outreach"));
export const cases = client<DirectoryPaths>(asSignedIn("directory"));

/** What is no JSON, asked for as who is signed in. */
export async function file(audience: Audience, path: string, signal?: AbortSignal): Promise<Response> {
  const answer = await asSignedIn(audience)(new Request(path, { signal: signal ?? null }));
  await asAnswer(answer);
  return answer;
}

/** Such a file, offered to the browser as a download. */
export async function download(audience: Audience, path: string, name: string): Promise<void> {
  const answer = await file(audience, path);
  const address = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
