// Where to begin in a boundless search, what to loosen in a narrow one, where many look, and who was proposed often.
import { Trouble } from "../../shell/Trouble";
import { useWords } from "../../words";
import type { Ask, Asked } from "./asked";
import { useAdvice, useExposure } from "./questions";
import { number } from "./telling";

export function AdvicePanel({ asked, ask }: { asked: Asked; ask: Ask }) {
  const advice = useAdvice(asked.search);
  if (advice.isError) return <Trouble problem={advice.error} retry={() => void advice.refetch()} />;
  if (advice.isPending) return <p role="status">Advice is being made.</p>;
  const { barred, narrow, widen, saturation } = advice.data;
  return (
    <>
      <h2>Advice</h2>
      {barred && <p className="problem">{barred}</p>}
      {!narrow && !widen && <p>The wishes leave enough to choose from: begin with the list.</p>}
      {narrow && (
        <>
          <p>{narrow.sentence}</p>
          <ul className="reasons">
            {narrow.starts.map((start) => (
              <li key={start.country}>
                <button type="button" className="plain" onClick={() => ask({ country: start.country })}>{start.name}</button>{start.region && `, ${start.region}`}: {start.why.join(" ")}
              </li>
            ))}
          </ul>
        </>
      )}
      {widen && (
        <>
          <p>{widen.sentence}</p>
          <ul className="reasons">
            {widen.wishes.map((each) => <li key={each.wish}>{each.sentence}</li>)}
            {widen.neighbours.map((each) => (
              <li key={each.country}><button type="button" className="plain" onClick={() => ask({ country: each.country })}>{each.name}</button>: {each.sentence}</li>
            ))}
            {widen.larger && <li>{widen.larger.sentence}</li>}
          </ul>
        </>
      )}
      {saturation.length > 0 && (
        <>
          <h3>Where others look</h3>
          <ul className="reasons">{saturation.map((each) => <li key={each.country}>{each.sentence}</li>)}</ul>
        </>
      )}
      <Exposure ask={ask} />
    </>
  );
}

function Exposure({ ask }: { ask: Ask }) {
  const { day } = useWords();
  const exposure = useExposure();
  if (exposure.isError) return <Trouble problem={exposure.error} retry={() => void exposure.refetch()} />;
  if (exposure.isPending) return null;
  const { sentence, since, most_shown } = exposure.data;
  return (
    <>
      <h3>Who was proposed, since {day(since)}</h3>
      <p>{sentence}</p>
      {most_shown.length > 0 && (
        <div className="scrolls" role="region" tabIndex={0} aria-label="Cities proposed most">
          <table>
            <thead><tr><th scope="col">City</th><th scope="col" className="number">Searches</th><th scope="col" className="number">Open now</th></tr></thead>
            <tbody>
              {most_shown.map((each) => (
                <tr key={each.place.geoname_id}>
                  <th scope="row"><button type="button" className="plain" onClick={() => ask({ city: each.place.geoname_id, panel: "city" })}>{each.place.name}</button></th>
                  <td className="number">{number(each.times)}</td>
                  <td className="number">{number(each.open_cases)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
