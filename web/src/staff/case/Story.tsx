// One story of everything: what the services noted, what was written and answered, what was logged; the newest first.
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import type { components as Directory } from "../../api/directory";
import { useSearch } from "../../shell/address";
import { pairQuestion, useStaff } from "../reads";
import { moment, day } from "../words";
import type { Case } from "./CasePage";
import { chapter, chapters, storyOf, type Chapter } from "./story";

const AT_ONCE = 40;

export function Story({ told, casebook }: { told: Case; casebook: Directory["schemas"]["Case"] }) {
  const [search, go] = useSearch();
  const [most, setMost] = useState(AT_ONCE);
  const pairs = useQueries({ queries: casebook.pairs.map(({ pair_id }) => pairQuestion(pair_id)) });
  const names = new Map(useStaff().data?.map((person) => [person.person_id, person.name]));
  const wanted = (new URLSearchParams(search).get("story") ?? "") as Chapter | "";
  const entries = chapter(storyOf(told, casebook, pairs.flatMap(({ data }) => data ?? []), names), wanted);
  const missing = pairs.filter((pair) => pair.isError).length;
  return (
    <>
      <div className="chips" role="group" aria-label="What to show">
        {chapters.map(([each, name]) => (
          <button key={each} type="button" className="chip" aria-pressed={each === wanted} onClick={() => go(each ? `${location.pathname}?story=${each}` : location.pathname)}>{name}</button>
        ))}
      </div>
      {missing > 0 && <p className="problem" role="alert">Letters of {missing} {missing === 1 ? "city" : "cities"} could not be read. <button type="button" onClick={() => pairs.forEach((pair) => void pair.refetch())}>Try again</button></p>}
      {entries.length === 0 && <p>Nothing of this kind happened yet.</p>}
      <ol className="story">
        {entries.slice(0, most).map((entry) => (
          <li key={entry.key}>
            <p className="small muted">{entry.at.length > 10 ? moment(entry.at) : day(entry.at)}</p>
            <p>{entry.sentence}</p>
            {entry.words && <p className="said">{entry.words}</p>}
          </li>
        ))}
      </ol>
      {entries.length > most && <button type="button" className="second" onClick={() => setMost(most + AT_ONCE)}>Show {Math.min(AT_ONCE, entries.length - most)} older</button>}
    </>
  );
}
