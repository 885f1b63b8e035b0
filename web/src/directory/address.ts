// The reader's wishes in the address: Back takes the last filter away, a copied link shows the same.
import { useCallback, useSyncExternalStore } from "react";
import { fromAddress, toAddress, type Wanted } from "./wanted";

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((each) => each());
addEventListener("popstate", tell);

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let last = { search: "", wanted: fromAddress("") };
function now(): Wanted {
  if (last.search !== location.search) last = { search: location.search, wanted: fromAddress(location.search) };
  return last.wanted;
}

/** Typing and looking around replace the entry of the history; a filter makes a new one. */
export function useWanted(): [Wanted, (wanted: Wanted, isStep?: boolean) => void] {
  const wanted = useSyncExternalStore(listen, now);
  const ask = useCallback((next: Wanted, isStep = true) => {
    const address = `${location.pathname}${toAddress(next, location.search)}`;
    if (address === `${location.pathname}${location.search}`) return;
    history[isStep ? "pushState" : "replaceState"](null, "", address);
    tell();
  }, []);
  return [wanted, ask];
}
