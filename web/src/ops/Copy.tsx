import { useState } from "react";
import { copy } from "./telling";

/** Copies a text, and says whether it could. */
export function Copy({ text, children }: { text: string; children: string }) {
  const [said, setSaid] = useState("");
  return (
    <>
      <button type="button" className="second" onClick={() => void copy(text).then((done) => setSaid(done ? "Copied." : "This browser does not let a page copy."))}>
        {children}
      </button>
      <span role="status" className="small">{said}</span>
    </>
  );
}
