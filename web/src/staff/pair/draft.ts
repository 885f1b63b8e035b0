// What was written and is not sent yet, on this device: closing the page or a broken connection loses none of it.
import { useState } from "react";
import type { Values } from "../Entry";

const place = (name: string) => `csc-draft ${name}`;

function kept(name: string): Values | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(place(name)) ?? "null");
    return found && typeof found === "object" ? (found as Values) : null;
  } catch {
    return null;
  }
}

export function useDraft(name: string, begin: () => Values): [Values, (values: Values) => void, () => void] {
  const [values, setValues] = useState<Values>(() => ({ ...begin(), ...kept(name) }));
  const set = (next: Values) => {
    setValues(next);
    try {
      localStorage.setItem(place(name), JSON.stringify(next));
    } catch {
      // This browser keeps nothing: the page still has it.
    }
  };
  return [values, set, () => localStorage.removeItem(place(name))];
}
