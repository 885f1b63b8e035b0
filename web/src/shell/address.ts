// What stands behind the question mark of the address: where a page keeps its filters, so that Back, reload and a
// copied link all show the same.
import { useCallback, useMemo, useSyncExternalStore } from "react";

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

/** What a page keeps there, read and written by its own two functions; `isStep`: whether Back leads to what was before. */
export function useAddress<Asked>(
  read: (search: string) => Asked, write: (asked: Asked) => string,
): [Asked, (asked: Asked, isStep?: boolean) => void] {
  const [search, go] = useSearch();
  const asked = useMemo(() => read(search), [read, search]);
  const ask = useCallback((next: Asked, isStep?: boolean) => go(write(next), isStep), [go, write]);
  return [asked, ask];
}
