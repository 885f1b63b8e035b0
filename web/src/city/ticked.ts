// Which cities are ticked stands in the address: a reload, a link and Back keep them.
import { useState } from "react";

export function tickedIn(search: string): number[] {
  const told = new URLSearchParams(search).getAll("c").map(Number).filter((id) => Number.isInteger(id) && id > 0);
  return [...new Set(told)];
}

export function withTicked(path: string, ids: readonly number[]): string {
  return ids.length === 0 ? path : `${path}?${ids.map((id) => `c=${id}`).join("&")}`;
}

export function useTicked(): [number[], (id: number, isTicked: boolean) => void] {
  const [ids, setIds] = useState(() => tickedIn(location.search));
  const tick = (id: number, isTicked: boolean) => {
    const next = isTicked ? [...ids, id] : ids.filter((each) => each !== id);
    history.replaceState(null, "", withTicked(location.pathname, next));
    setIds(next);
  };
  return [ids, tick];
}
