// The public directory: search, filters, list and map of one set of cities, all of it told by the address.
import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useDeferredValue, useEffect, useMemo, useState } from "react";
import { directory } from "../api/client";
import { Shell } from "../shell/Shell";
import { Trouble } from "../shell/Trouble";
import { useWords } from "../words";
import { useWanted } from "./address";
import { citiesOf, found, inOrder, type City } from "./cities";
import { Chosen, Filters } from "./Filters";
import { Results, Tally } from "./Results";

// The list comes first and needs no map: the map's program is fetched after it.
const MapPane = lazy(() => import("./MapPane"));
const NONE: readonly City[] = [];

export function DirectoryPage() {
  const words = useWords();
  const { t, language } = words;
  const [wanted, ask] = useWanted();
  const [view, setView] = useState<"list" | "map">("list");
  const answer = useQuery({
    queryKey: ["map"],
    queryFn: async ({ signal }) => (await directory.GET("/api/directory/v1/map", { signal })).data!,
  });
  const cities = useMemo(
    () => (answer.data ? inOrder(citiesOf(answer.data, words), language) : NONE),
    [answer.data, words, language],
  );
  const deferred = useDeferredValue(wanted);
  const called = useCalled(deferred.text);
  const matching = useMemo(() => found(cities, deferred, new Date(), called), [cities, deferred, called]);
  const select = (id: string) => ask({ ...wanted, city: wanted.city === id ? null : id }, false);
  const showOnMap = (id: string) => {
    select(id);
    setView("map"); // where list and map take turns
  };
  return (
    <Shell page="directory">
      <main id="content" className="directory" data-view={view}>
        <div className="find">
          <Filters {...{ wanted, ask, cities }} />
          <div className="views" role="group" aria-label={t("directory.view")}>
            {(["list", "map"] as const).map((each) => (
              <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>{t(`directory.${each}`)}</button>
            ))}
          </div>
          <section className="results" aria-busy={answer.isPending} aria-label={t("directory.list")}>
            {answer.isError && <Trouble problem={answer.error} retry={() => void answer.refetch()} />}
            {answer.isPending && <Waiting />}
            {answer.isSuccess && (
              <>
                <Tally n={matching.length} wanted={wanted} />
                <div className="chosen"><Chosen {...{ wanted, ask, cities }} /></div>
                {matching.length === 0 && <Nothing isEmpty={cities.length === 0} />}
                <Results cities={matching} selected={wanted.city} select={showOnMap} />
              </>
            )}
          </section>
        </div>
        <section className="pane" aria-label={t("directory.map")}>
          {answer.isSuccess && (
            <Suspense fallback={<p className="said">{t("map.loading")}</p>}>
              <MapPane cities={matching} selected={wanted.city} select={select} />
            </Suspense>
          )}
        </section>
      </main>
    </Shell>
  );
}

/** Cities with such a name in any script, which the page itself does not know: they join a moment later. */
function useCalled(text: string): ReadonlySet<string> | undefined {
  const asked = useSettled(text.trim(), 200);
  const answer = useQuery({
    queryKey: ["called", asked],
    enabled: asked !== "",
    staleTime: Infinity,
    queryFn: async ({ signal }) => (await directory.GET("/api/directory/v1/map/found", { params: { query: { q: asked } }, signal })).data!,
  });
  return useMemo(
    () => (asked === text.trim() && answer.data ? new Set(answer.data.geoname_ids.map(String)) : undefined),
    [answer.data, asked, text],
  );
}

/** The value once it has stood still for so many milliseconds. */
function useSettled<Value>(value: Value, milliseconds: number): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

function Nothing({ isEmpty }: { isEmpty: boolean }) {
  const { t } = useWords();
  return (
    <div className="more">
      <p>{isEmpty ? t("directory.empty") : t("directory.none")}</p>
      {!isEmpty && <p className="muted">{t("directory.noneHint")}</p>}
    </div>
  );
}

/** As high as what will stand there, so that nothing jumps. */
function Waiting() {
  const { t } = useWords();
  return (
    <>
      <p className="hidden" role="status">{t("directory.loading")}</p>
      <ol className="cities" aria-hidden="true">
        {Array.from({ length: 8 }, (_, n) => (
          <li key={n}><h2 className="skeleton">.</h2><p className="skeleton">.</p><p className="skeleton">.</p></li>
        ))}
      </ol>
    </>
  );
}
