// What waits for staff: filtered to the reader's own work, grouped by how much it presses.
import { useMemo } from "react";
import { useSearch } from "../../shell/address";
import { useTitle } from "../../shell/faces";
import { Trouble } from "../../shell/Trouble";
import { useCaseLines, useStaff, useWork } from "../reads";
import { StaffNav } from "../StaffNav";
import { Filters } from "./Filters";
import { Help, useKeys } from "./keys";
import { Lines } from "./Lines";
import { addressOf, headingOf, shown, wantedOf, type Wanted } from "./work";
import "./queue.css";

export default function QueuePage() {
  const [search, go] = useSearch();
  const wanted = useMemo(() => wantedOf(search), [search]);
  const ask = (next: Wanted, isStep = true) => go(addressOf(next), isStep);
  const work = useWork();
  const people = useStaff().data ?? [];
  const known = useCaseLines().data;
  const heading = headingOf(wanted, (id) => people.find((person) => person.person_id === id)?.name ?? "a colleague");
  const lines = useMemo(() => shown(work.data?.lines ?? [], wanted), [work.data, wanted]);
  useTitle(heading);
  useKeys();
  return (
    <main id="content" className="page wide queue" aria-busy={work.isPending}>
      <StaffNav current="Your work" />
      <h1>{heading}</h1>
      <Filters wanted={wanted} ask={ask} people={people} />
      {work.isPending ? <Loading />
      : work.isError ? <Trouble problem={work.error} retry={() => void work.refetch()} />
      : (
        <>
          <Missing silent={work.data.not_answering} leftOut={work.data.left_out} retry={() => void work.refetch()} />
          <Lines lines={lines} today={work.data.day} wanted={wanted} ask={ask} people={people} known={known} />
        </>
      )}
      <Help />
    </main>
  );
}

function Loading() {
  return (
    <div role="status" className="loading">
      <span className="hidden">Looking for what waits.</span>
      {[1, 2, 3, 4, 5].map((each) => <p key={each} className="skeleton" aria-hidden="true">.</p>)}
    </div>
  );
}

function Missing({ silent, leftOut, retry }: { silent: readonly string[]; leftOut: number; retry: () => void }) {
  if (!silent.length && !leftOut) return null;
  return (
    <div className="trouble" role="alert">
      {silent.length > 0 && <p>We could not ask {silent.join(" and ")}: what is due there is not in this list.</p>}
      {leftOut > 0 && <p>{leftOut} lines that are due later did not fit. They come up as the ones before them are done.</p>}
      {silent.length > 0 && <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}
