// The facts that are known; what is not known is left out.
import type { ReactNode } from "react";
import { useWords, type Key } from "../words";
import type { City } from "./CityPage";

export function Facts({ city }: { city: City }) {
  const { t, language, number, day } = useWords();
  const names = new Intl.DisplayNames(language, { type: "language" });
  const together = new Intl.ListFormat(language, { type: "unit" });
  const clock = new Intl.DateTimeFormat(language, { weekday: "long", hour: "numeric", minute: "2-digit", timeZone: city.timezone });
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t("place.people"), city.population > 0 && number(city.population)],
    [t("directory.themes"), together.format(city.themes.map((theme) => t(`theme.${theme}` as Key)))],
    [t("place.industries"), together.format(city.industries)],
    [t("place.universities"), together.format(city.universities)],
    [t("place.languages"), together.format(city.languages.map((code) => names.of(code) ?? code))],
    [t("place.clock"), clock.format(new Date())],
    [t("place.listedOn"), city.listed_on && day(city.listed_on)],
    [t("directory.confirmed"), city.confirmed_on && day(city.confirmed_on)],
    [t("place.seekingSince"), city.seeking_since && day(city.seeking_since)],
  ];
  return (
    <section>
      <h2>{t("place.facts")}</h2>
      <dl className="facts">
        {facts.filter(([, fact]) => fact).map(([name, fact]) => (
          <div key={name}><dt>{name}</dt><dd>{fact}</dd></div>
        ))}
      </dl>
    </section>
  );
}
