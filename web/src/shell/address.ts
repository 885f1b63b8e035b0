// What stands behind the question mark of the address: where a page keeps its filters, so that Back, reload and a
// copied link all show the same.
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((each) => each());
addEventListener("popstate", tell);

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The search of the address, and a way to another address of this page. Typing replaces the entry of the history. */
export function useSearch(): [string, (address: string, isStep?: boolean) => void] {
  const search = useSyncExternalStore(listen, () => location.search);
  const go = useCallback((address: string, isStep = true) => {
    if (address === `${location.pathname}${location.search}`) return;
    history[isStep ? "pushState" : "replaceState"](null, "", address);
    tell();
  }, []);
  return [search, go];
}
