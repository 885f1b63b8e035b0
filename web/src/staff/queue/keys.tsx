// The queue by keyboard alone: j and k go from line to line, Enter opens one, / leads to the search, ? tells this.
import { useEffect, useRef } from "react";

const LINE = "[data-line]";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]") && !target.matches("[type=checkbox]");
}

function move(by: 1 | -1): void {
  const lines = [...document.querySelectorAll<HTMLElement>(LINE)];
  const row = document.activeElement?.closest("li");
  const here = lines.findIndex((line) => line === document.activeElement || (row && row.contains(line)));
  const next = here < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.min(Math.max(here + by, 0), lines.length - 1);
  lines[next]?.focus();
}

export function useKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const box = document.querySelector<HTMLDialogElement>("#keys");
      if (isTyping(event.target)) {
        if (event.key === "Escape") (event.target as HTMLElement).blur();
        return;
      }
      if (box?.open) return;
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "/") document.querySelector<HTMLElement>("#find")?.focus();
      else if (event.key === "?") box?.showModal();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

const KEYS = [
  ["j", "the next line"], ["k", "the line before"], ["Enter", "opens the line"], ["/", "to the search"], ["?", "these keys"],
  ["Escape", "out of the search, and closes this"],
] as const;

export function Help() {
  const box = useRef<HTMLDialogElement>(null);
  return (
    <>
      <p className="keys-hint"><button type="button" className="plain" onClick={() => box.current?.showModal()}>Keys for this page</button></p>
      <dialog id="keys" ref={box} aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl className="facts">
          {KEYS.map(([key, does]) => (
            <div key={key}><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div>
          ))}
        </dl>
        <form method="dialog"><button className="second">Close</button></form>
      </dialog>
    </>
  );
}
