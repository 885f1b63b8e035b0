import type { components } from "../../api/matching";
import { BANDS } from "./colours";
import { number } from "./telling";

/** What the colours say, and which score the best ones reach. */
export function Legend({ bands }: { bands: readonly components["schemas"]["Band"][] }) {
  return (
    <ul className="legend" aria-label="What the signs mean">
      {[...bands].reverse().map(({ best, least }, n) => (
        <li key={best}><Dot colour={BANDS[4 - n]!} />best {number(best)}: {least.toFixed(2)} and more</li>
      ))}
      <li><Dot colour={BANDS[1]} />{bands.length ? "others" : "places"}</li>
      {bands.length > 0 && <li><Dot colour={BANDS[0]} />barred or left out</li>}
      {bands.length > 0 && <li><span className="sign ring" />in the list</li>}
      <li><span className="sign seeking" />seeking: a listed city</li>
    </ul>
  );
}

function Dot({ colour }: { colour: string }) {
  return <span className="sign dot" style={{ backgroundColor: colour }} />;
}
