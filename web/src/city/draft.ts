// What was typed and not sent is still there after a reload, in this tab alone.
import { useEffect, useState } from "react";

export function useDraft(name: string): [string, (text: string) => void, () => void] {
  const key = `draft ${name}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? "");
  useEffect(() => {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  }, [key, text]);
  return [text, setText, () => setText("")];
}
