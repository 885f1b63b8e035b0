// The cities of a country or of a U.S. state, in a frame on somebody else's page: a list and a map. Nothing is asked of
// the reader and nothing is kept; whatever is opened is opened in the whole window.
import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useMemo, useState } from "react";
import { directory } from "../api/client";
import { citiesOf, found, inOrder, type City } from "../directory/cities";
import { fromAddress, toQuery, type Wanted } from "../directory/wanted";
import { Trouble } from "../shell/Trouble";
import { useTitle } from "../shell/faces";
import { useWords } from "../words";

const MapPane = lazy(() => import("../directory/MapPane"));
const NONE: readonly City[] = [];

export function EmbedPage() {
  const words = useWords();
  const { t, country, language } = words;
  const [selected, select] = useState<string | null>(null);
  const wanted = useMemo(() => asked(location.search), []);
  const answer = useQuery({
    queryKey: ["map"],
    queryFn: async ({ signal }) => (await directory.GET("/api/directory/v1/map", { signal, credentials: "omit" })).data!,
  });
  const cities = useMemo(
    () => (answer.data ? found(inOrder(citiesOf(answer.data, words), language), wanted, new Date()) : NONE),
    [answer.data, words, language, wanted],
  );
  const of = wanted.states.map((code) => cities.find((city) => city.state === code)?.stateName ?? code);
  const place = [...of, ...wanted.countries.map(named(country))].join(", ");
  const title = place ? t("embed.title", { place }) : t("directory.title");
  useTitle(title);
  return (
    <div className="embed">
      <header className="embedded">
        <h1>{title}</h1>
        <p><a href={`/?${toQuery(wanted)}`} target="_top">{t("name")}</a></p>
      </header>
      <main id="content" className="directory">
        <section className="results" tabIndex={0} aria-label={t("directory.list")} aria-busy={answer.isPending}>
          {answer.isPending && <p role="status" className="more">{t("directory.loading")}</p>}
          {answer.isError && <Trouble problem={answer.error} retry={() => void answer.refetch()} />}
          {answer.isSuccess && <Cities {...{ cities, selected, select }} />}
        </section>
        <section className="pane" aria-label={t("directory.map")}>
          {answer.isSuccess && (
            <Suspense fallback={<p className="said">{t("map.loading")}</p>}>
              <MapPane cities={cities} selected={selected} select={select} />
            </Suspense>
          )}
        </section>
      </main>
    </div>
  );
}

/** Codes in small letters are taken too; of the filters only the place counts here. */
function asked(search: string): Wanted {
  const wanted = fromAddress(search);
  return { ...fromAddress(""), countries: wanted.countries.map((code) => code.toUpperCase()), states: wanted.states.map((code) => code.toUpperCase()) };
}

/** A code that no country has is shown as it is. */
function named(country: (code: string) => string): (code: string) => string {
  return (code) => (/^[A-Z]{2}$/.test(code) ? country(code) : code);
}

function Cities({ cities, selected, select }: { cities: readonly City[]; selected: string | null; select: (id: string) => void }) {
  const { t } = useWords();
  if (cities.length === 0) return <div className="more"><p>{t("embed.none")}</p><p><a href="/" target="_top">{t("nav.directory")}</a></p></div>;
  return (
    <>
      <p className="more" role="status">{t("directory.found", { n: cities.length })}</p>
      <ul className="cities">
        {cities.map((city) => (
          <li key={city.id} className={city.id === selected ? "selected" : undefined}>
            <h2><a href={city.address} target="_top">{city.name}</a></h2>
            <p className="row">
              {city.isSeeking && <span className="tag seeking"><span className="sign seeking" />{t("status.short.seeking")}</span>}
              {city.partnerships > 0 && <span className="tag"><span className="sign" />{t("directory.partnerships", { n: city.partnerships })}</span>}
              <button type="button" className="plain small" aria-pressed={city.id === selected} onClick={() => select(city.id)}>
                {t("directory.show")}<span className="hidden">: {city.name}</span>
              </button>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
