// Which step of the form is shown stands in the address, so that Back leads to the step before.
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((each) => each());
addEventListener("popstate", tell);

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const now = () => new URLSearchParams(location.search).get("step");

export function useStep(): [string | null, (step: string | null) => void] {
  const step = useSyncExternalStore(listen, now);
  const go = useCallback((next: string | null) => {
    const address = new URL(location.href);
    if (next) address.searchParams.set("step", next);
    else address.searchParams.delete("step");
    history.pushState(null, "", address);
    scrollTo(0, 0);
    tell();
  }, []);
  return [step, go];
}
