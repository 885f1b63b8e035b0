import { useTitle } from "./faces";

/** For an address of a face at which there is nothing. */
export function NoPage({ start, name }: { start: string; name: string }) {
  useTitle("Not found");
  return (
    <main id="content" className="page">
      <h1>Not found</h1>
      <p>There is nothing at this address. Check it, or begin at the start: <a href={start}>{name}</a>.</p>
    </main>
  );
}
