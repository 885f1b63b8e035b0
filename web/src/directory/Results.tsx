// The list: complete without the map, told how long it is, and taken along as a table, a map's data or on paper.
import { useEffect, useRef, useState } from "react";
import { useWords, type Key } from "../words";
import type { City } from "./cities";
import { toQuery, type Wanted } from "./wanted";

const AT_ONCE = 50;
const FILES = "/api/directory/v1/listings";

export function Tally({ n, wanted }: { n: number; wanted: Wanted }) {
  const { t } = useWords();
  const [said, say] = useState("");
  const query = toQuery(wanted);
  const copy = () => navigator.clipboard.writeText(location.href).then(() => say(t("directory.copied")));
  return (
    <div className="tally">
      <p role="status">{t("directory.found", { n })}</p>
      <div className="row" role="group" aria-label={t("directory.download")}>
        <a href={`${FILES}.csv${query && `?${query}`}`} download>{t("directory.csv")}</a>
        <a href={`${FILES}.geojson${query && `?${query}`}`} download>{t("directory.geojson")}</a>
        <button type="button" className="plain" onClick={() => print()}>{t("directory.print")}</button>
        <button type="button" className="plain" onClick={() => void copy()}>{t("directory.copy")}</button>
        <span className="hidden" role="status">{said}</span>
      </div>
    </div>
  );
}

export function Results({ cities, selected, select }: {
  cities: readonly City[]; selected: string | null; select: (id: string) => void;
}) {
  const { t } = useWords();
  const [shown, setShown] = useState(AT_ONCE);
  useEffect(() => setShown(AT_ONCE), [cities]);
  const place = cities.findIndex((city) => city.id === selected);
  const until = Math.max(shown, place + 1);
  return (
    <>
      <ol className="cities">
        {cities.slice(0, until).map((city) => (
          <Row key={city.id} city={city} isSelected={city.id === selected} select={select} />
        ))}
      </ol>
      {until < cities.length && (
        <p className="more">
          <button type="button" onClick={() => setShown(until + AT_ONCE)}>
            {t("directory.more", { n: Math.min(AT_ONCE, cities.length - until) })}
          </button>
        </p>
      )}
    </>
  );
}

function Row({ city, isSelected, select }: { city: City; isSelected: boolean; select: (id: string) => void }) {
  const { t, country, day, language } = useWords();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected]);
  const people = new Intl.NumberFormat(language, { notation: "compact" }).format(city.population);
  const facts = [
    city.stateName && `${city.stateName}, ${country(city.country)}`,
    !city.stateName && country(city.country),
    city.population > 0 && t("directory.population", { n: people }),
    ...city.themes.map((theme) => t(`theme.${theme}` as Key).toLocaleLowerCase(language)),
  ];
  return (
    <li ref={row} className={isSelected ? "selected" : undefined}>
      <div className="named">
        <h2><a href={city.address}>{city.name}</a></h2>
        <button type="button" className="plain small" aria-pressed={isSelected} onClick={() => select(city.id)}>
          {t("directory.show")}<span className="hidden">: {city.name}</span>
        </button>
      </div>
      <p>{facts.filter(Boolean).join(" · ")}</p>
      <p className="row">
        {city.isSeeking && <span className="tag seeking"><span className="sign seeking" />{t(city.statuses.includes("listed") ? "status.listed" : "status.seeking")}</span>}
        {city.partnerships > 0 && <span className="tag"><span className="sign" />{t("directory.partnerships", { n: city.partnerships })}</span>}
        <span>{[city.confirmedOn && t("directory.confirmedOn", { day: day(city.confirmedOn) }), city.isDemonstration && t("directory.demonstration")].filter(Boolean).join(" · ")}</span>
      </p>
    </li>
  );
}
