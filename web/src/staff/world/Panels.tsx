// What one looks at beside the list: a city in full, cities side by side, weights, advice, and what stands apart.
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Trouble } from "../../shell/Trouble";
import { AdvicePanel } from "./AdvicePanel";
import { ApartPanel } from "./ApartPanel";
import type { Ask, Asked, Panel } from "./asked";
import { CityPanel } from "./CityPanel";
import { ComparePanel } from "./ComparePanel";
import type { Candidate, Look } from "./questions";
import type { Case } from "./tiers";
import { WeightsPanel } from "./WeightsPanel";

interface Props {
  asked: Asked;
  ask: Ask;
  city: UseQueryResult<Candidate>;
  look: Look | undefined;
  known: Case | undefined;
}

export function Panels({ asked, ask, city, look, known }: Props) {
  const shown: Panel = asked.panel ?? (asked.city ? "city" : "advice");
  const names: [Panel, string][] = [
    ...(asked.city ? [["city", city.data?.place.name ?? "City"] as [Panel, string]] : []),
    ["compare", `Side by side (${asked.compared.length})`],
    ["weights", "Weights"],
    ["advice", "Advice"],
    ["apart", "Barred and left out"],
  ];
  const box = useFocusOn(`${asked.panel} ${asked.city}`);
  return (
    <section className="panels" aria-label="In full" ref={box} tabIndex={-1}>
      <nav aria-label="What is shown in full">
        <ul>
          {names.map(([panel, name]) => (
            <li key={panel}>
              <button type="button" aria-current={panel === shown ? "true" : undefined} onClick={() => ask({ panel })}>{name}</button>
            </li>
          ))}
        </ul>
      </nav>
      {shown === "city" && <City {...{ city, asked, ask, known, look }} />}
      {shown === "compare" && <ComparePanel {...{ asked, ask }} />}
      {shown === "weights" && <WeightsPanel key={asked.search} search={asked.search} />}
      {shown === "advice" && <AdvicePanel {...{ asked, ask }} />}
      {shown === "apart" && <ApartPanel {...{ asked, ask, look }} />}
    </section>
  );
}

function City({ city, asked, ask, known, look }: Props) {
  if (!asked.city) return <p>Choose a city in the list or on the map.</p>;
  if (city.isError) return <Trouble problem={city.error} retry={() => void city.refetch()} />;
  if (city.isPending) return <p role="status">The city is being looked up.</p>;
  return <CityPanel key={asked.city} {...{ asked, ask, known, look }} city={city.data} />;
}

/** Whoever chooses something in the list or on the map is led to it; not when the page is opened. */
function useFocusOn(what: string) {
  const box = useRef<HTMLElement>(null);
  const last = useRef(what);
  useEffect(() => {
    if (last.current === what) return;
    last.current = what;
    if (box.current?.contains(document.activeElement)) return;
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "nearest" });
  }, [what]);
  return box;
}
