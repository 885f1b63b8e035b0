// The candidate explorer: one search's whole world as a list and a map in step, and what one can do about a city.
import { Suspense, lazy, useMemo, useState } from "react";
import { useTitle } from "../../shell/faces";
import { Trouble } from "../../shell/Trouble";
import { useWords } from "../../words";
import { StaffNav } from "../StaffNav";
import { Asking } from "./Asking";
import { tilesAddress, useAsked, type Ask } from "./asked";
import { Found } from "./Found";
import { Legend } from "./Legend";
import { Panels } from "./Panels";
import { useCase, useCity, useLook, useSearches, useWorld } from "./questions";
import { Searches } from "./Searches";
import { cityOf, tiersOf } from "./tiers";
import "./world.css";

type View = "list" | "map" | "full";
const VIEWS = [["list", "List"], ["map", "Map"], ["full", "In full"]] as const;
const WorldMap = lazy(() => import("./WorldMap"));

export default function WorldPage() {
  const { t } = useWords();
  const [asked, ask] = useAsked();
  const [view, setView] = useState<View>("list");
  const searches = useSearches();
  const [world, look, known] = [useWorld(asked), useLook(asked), useCase(asked.search)];
  const city = useCity(asked.search, asked.city);
  const home = known.data?.place.name;
  const title = home ? `Candidates for ${home}` : "The world";
  useTitle(title);
  const tiers = useMemo(() => tiersOf(look.data, known.data, asked), [look.data, known.data, asked]);
  const listed = useMemo(() => tiers.flatMap((tier) => tier.cities.map(cityOf)), [tiers]);
  const selected = city.data?.place ?? listed.find((each) => each.geoname_id === asked.city) ?? null;
  // On a phone one of the three is in sight; whoever chooses something is led to it.
  const askInFull: Ask = (change) => {
    ask(change);
    if (change.panel) setView("full");
  };
  const select = (number: number) => askInFull({ city: number, panel: "city" });
  const problem = known.error ?? look.error;
  const retry = () => {
    for (const each of [known, look]) if (each.isError) void each.refetch();
  };
  return (
    <main id="content" className="world" data-view={view}>
      <div className="find">
        <StaffNav current="World" />
        <h1>{title}</h1>
        <Asking {...{ asked, ask, searches, world }} />
        <div className="views" role="group" aria-label="What is shown">
          {VIEWS.map(([each, name]) => (
            <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>{name}</button>
          ))}
        </div>
        <section className="results" aria-label="Cities" aria-busy={asked.search !== "" && look.isPending}>
          {!asked.search ? <Searches searches={searches} />
          : problem ? <Trouble problem={problem} retry={retry} />
          : look.isPending || known.isPending ? <p role="status">The world is being ranked.</p>
          : <Found {...{ tiers, asked, select }} ask={askInFull} look={look.data!} isOld={look.isPlaceholderData} />}
        </section>
      </div>
      <div className="beside">
        <section className="pane" aria-label="Map of the world">
          <Suspense fallback={<p className="said">{t("map.loading")}</p>}>
            <WorldMap tiles={tilesAddress(asked)} stamp={world.dataUpdatedAt && known.dataUpdatedAt} {...{ listed, selected, select }} />
          </Suspense>
        </section>
        <Legend bands={world.data?.bands ?? []} />
        {asked.search && <Panels {...{ asked, city }} ask={askInFull} look={look.data} known={known.data} />}
      </div>
    </main>
  );
}
