// One report: a sentence, a plot, the table with the same numbers, and the table as a file.
import { useId, type ReactNode } from "react";
import { useWords } from "../../words";
import { asCsv, save, type Cell } from "./csv";

export interface Bar {
  name: string;
  value: number;
  says: string;
}

interface Props {
  name: string;
  /** Of the file. */
  file: string;
  on: string;
  says: ReactNode;
  headings: readonly string[];
  /** What each row shows in the table, where it is more than the cell itself; the cells go to the file. */
  shown?: ((row: number, column: number) => ReactNode | undefined) | undefined;
  rows: readonly (readonly Cell[])[];
  bars?: readonly Bar[];
  empty: string;
}

export function Report({ name, file, on, says, headings, shown, rows, bars = [], empty }: Props) {
  const id = useId();
  const { number } = useWords();
  return (
    <section aria-labelledby={id} className="report">
      <h2 id={id}>{name}</h2>
      <p>{says}</p>
      {rows.length === 0 ? <p className="muted">{empty}</p> : (
        <>
          <Bars bars={bars} />
          <div className="scrolls" role="region" tabIndex={0} aria-label={`${name}: table`}>
            <table>
              <thead>
                <tr>{headings.map((heading, n) => <th scope="col" key={heading} className={isNumber(rows, n) ? "number" : undefined}>{heading}</th>)}</tr>
              </thead>
              <tbody>
                {rows.map((row, r) => (
                  <tr key={r}>
                    {row.map((value, c) => {
                      const content = shown?.(r, c) ?? (value === null ? <span className="muted">not known</span> : typeof value === "number" ? number(value) : value);
                      return c === 0 ? <th scope="row" key={c}>{content}</th> : <td key={c} className={isNumber(rows, c) ? "number" : undefined}>{content}</td>;
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p><button type="button" className="second" onClick={() => save(`${file}-${on}.csv`, asCsv(headings, rows))}>Download as CSV<span className="hidden">: {name}</span></button></p>
        </>
      )}
    </section>
  );
}

function isNumber(rows: Props["rows"], column: number): boolean {
  return rows.some((row) => typeof row[column] === "number");
}

/** The table beneath says the same: readers of screens need not hear it twice. */
function Bars({ bars }: { bars: readonly Bar[] }) {
  const most = Math.max(...bars.map(({ value }) => value), 1);
  if (bars.length === 0) return null;
  return (
    <div className="bars" aria-hidden="true">
      {bars.map(({ name, value, says }) => (
        <div key={name} className="bar">
          <span>{name}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none"><rect width={(100 * value) / most} height="10" /></svg>
          <span className="muted">{says}</span>
        </div>
      ))}
    </div>
  );
}
