// Two to five cities side by side, with where each fact is from.
import { Trouble } from "../../shell/Trouble";
import { compareToo, MOST_COMPARED, type Ask, type Asked } from "./asked";
import { useComparison } from "./questions";

export function ComparePanel({ asked, ask }: { asked: Asked; ask: Ask }) {
  const found = useComparison(asked.search, asked.compared);
  if (asked.compared.length < 2)
    return (
      <>
        <h2>Side by side</h2>
        <p>Press “Compare” at two to {MOST_COMPARED} cities in the list. {asked.compared.length === 1 && "One is chosen already."}</p>
      </>
    );
  if (found.isError) return <Trouble problem={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <p role="status">The cities are being compared.</p>;
  const { cities, rows } = found.data;
  return (
    <>
      <h2>Side by side</h2>
      <div className="scrolls" role="region" tabIndex={0} aria-label="Cities side by side">
        <table className="compared">
          <thead>
            <tr>
              <td />
              {cities.map((city) => (
                <th scope="col" key={city.geoname_id}>
                  <button type="button" className="plain" onClick={() => ask({ city: city.geoname_id, panel: "city" })}>{city.name}</button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.title}>
                <th scope="row">{row.title}</th>
                {row.cells.map((cell, n) => (
                  <td key={cities[n]!.geoname_id}>
                    <span className={cell.is_known ? undefined : "muted"}>{cell.text}</span><br /><span className="muted small">{cell.source}</span>
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <td />
              {cities.map((city) => (
                <td key={city.geoname_id}>
                  <button type="button" className="second" onClick={() => ask(compareToo(asked, city.geoname_id))}>Take away<span className="hidden"> {city.name}</span></button>
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
    </>
  );
}
