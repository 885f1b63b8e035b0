// What somebody has typed, kept in this tab until it was sent: Back, a reload or a break in the connection loses nothing.
import { useCallback, useState } from "react";

function recall(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, text);
  } catch {
    // Where nothing may be kept, the page itself still has it.
  }
}

/** As `useState`, kept under a name; `null` forgets it and begins with `initial` again. */
export function useKept<Value>(name: string, initial: Value): [Value, (value: Value | null) => void] {
  const [value, set] = useState<Value>(() => {
    const kept = recall(name);
    return kept === null ? initial : (JSON.parse(kept) as Value);
  });
  const change = useCallback((next: Value | null) => {
    keep(name, next === null ? null : JSON.stringify(next));
    set(next ?? initial);
  }, [name]);
  return [value, change];
}

/** When somebody signs out: the next one in this browser finds none of it. */
export function forgetKept(): void {
  try {
    sessionStorage.clear();
  } catch {
    // Nothing was kept.
  }
}
