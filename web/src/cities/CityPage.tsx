// What is known of one city, what it looks for, whom it has, and how to come together with it. Nobody's name is in it.
import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useState } from "react";
import { directory } from "../api/client";
import type { components } from "../api/directory";
import { Shell } from "../shell/Shell";
import { Trouble } from "../shell/Trouble";
import { useTitle } from "../shell/faces";
import { useWords, type Key } from "../words";
import { Facts } from "./Facts";
import { Interest, ListYours } from "./Interest";
import { Partnerships } from "./Partnerships";

export type City = components["schemas"]["CityPage"];

const CityMap = lazy(() => import("./CityMap").catch(() => ({ default: NoMap })));
const NUMBER = /(\d+)\/?$/;

export function CityPage({ told }: { told: City | undefined }) {
  const { t } = useWords();
  const number = Number(NUMBER.exec(location.pathname)?.[1]);
  const city = useQuery({
    queryKey: ["place", String(number)],
    initialData: told,
    queryFn: async ({ signal }) =>
      (await directory.GET("/api/directory/v1/places/{geoname_id}", {
        params: { path: { geoname_id: number } }, signal,
      })).data!,
  });
  if (city.data) return <Shell page="directory"><Told city={city.data} /></Shell>;
  return (
    <Shell page="directory">
      <main id="content" className="page" aria-busy={city.isPending}>
        <h1>{t("nav.directory")}</h1>
        {city.isPending ? <p role="status">{t("loading")}</p> : <Trouble problem={city.error} retry={() => void city.refetch()} />}
      </main>
    </Shell>
  );
}

function Told({ city }: { city: City }) {
  const { t, country } = useWords();
  const where = [city.state_name, country(city.country)].filter(Boolean).join(", ");
  const isListed = city.statuses.includes("listed");
  const isSeeking = city.statuses.includes("seeking");
  const says = isListed ? t("status.listed") : isSeeking ? t("status.seeking") : null;
  useTitle([`${city.name}, ${where}`, says].filter(Boolean).join(": "));
  return (
    <main id="content" className="page wide place">
      <p className="way">
        <a href="/">{t("nav.directory")}</a> <span aria-hidden="true">/</span>{" "}
        <a href={`/?country=${city.country}`}>{country(city.country)}</a>
      </p>
      <h1>{city.name}</h1>
      <p className="lead where">{where}</p>
      <p className="row">
        {says && <span className="tag seeking"><span className="sign seeking" />{says}</span>}
        {city.partnerships > 0 && <span className="tag"><span className="sign" />{t("directory.partnerships", { n: city.partnerships })}</span>}
      </p>
      {city.is_demonstration && <p className="muted">{t("place.demonstration")}</p>}
      <div className="columns">
        <div className="first">
          {city.seeks && (
            <section>
              <h2>{t("place.seeks")}</h2>
              <p className="said" dir="auto">{city.seeks}</p>
            </section>
          )}
          {isListed && city.listing_id && <Interest name={city.name} listing={city.listing_id} />}
          {!isListed && isSeeking && <ListYours name={city.name} />}
          <Facts city={city} />
          <Partnerships city={city} />
        </div>
        <div className="beside">
          <section aria-label={t("place.map", { name: city.name })}>
            <div className="small-map">
              <Suspense fallback={<p role="status">{t("map.loading")}</p>}><CityMap city={city} /></Suspense>
            </div>
          </section>
          <Near city={city} />
          <Along />
          <p><a href={`/?city=${city.geoname_id}`}>{t("place.inDirectory")}</a></p>
        </div>
      </div>
    </main>
  );
}

function Near({ city }: { city: City }) {
  const { t, country, number } = useWords();
  if (city.neighbours.length === 0) return null;
  return (
    <section>
      <h2>{t("place.near")}</h2>
      <ul className="near">
        {city.neighbours.map((each) => (
          <li key={each.address}>
            <a href={each.address}>{each.name}</a>{" "}
            <span className="muted">
              {[each.state_name ?? country(each.country), t("place.km", { n: number(each.km) }), ...new Set(each.statuses.map((status) => t(`status.short.${status}` as Key)))].join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The map's program did not come; the page is whole without it. */
function NoMap() {
  const { t } = useWords();
  return <p role="status">{t("map.failed")}</p>;
}

/** The page to take along or to hand on. */
function Along() {
  const { t } = useWords();
  const [said, say] = useState("");
  const copy = () => navigator.clipboard.writeText(location.origin + location.pathname).then(() => say(t("directory.copied")));
  return (
    <p className="row along">
      <button type="button" className="plain" onClick={() => void copy()}>{t("directory.copy")}</button>
      <button type="button" className="plain" onClick={() => print()}>{t("directory.print")}</button>
      <span role="status">{said}</span>
    </p>
  );
}
