// What can be asked for, and what was, each as a chip that one touch takes away.
import { useMemo, useState, type ReactNode } from "react";
import { useWords, type Key } from "../words";
import type { City } from "./cities";
import {
  CONFIRMED, CONTINENTS, NOTHING, STATUSES, THEMES, isNarrowed, isPlaced, toggled, type Filter, type Wanted,
} from "./wanted";

const AT_ONCE = 6;

interface Asking {
  wanted: Wanted;
  ask: (wanted: Wanted, isStep?: boolean) => void;
  cities: readonly City[];
}

export function Filters({ wanted, ask, cities }: Asking) {
  const { t } = useWords();
  return (
    <form className="asked" role="search" onSubmit={(event) => event.preventDefault()}>
      <h1>{t("directory.title")}</h1>
      <div className="field">
        <label htmlFor="text">{t("directory.search")}</label>
        <input
          id="text" type="search" autoComplete="off" maxLength={80} value={wanted.text}
          onChange={(event) => ask({ ...wanted, text: event.target.value }, false)}
        />
      </div>
      <Themes {...{ wanted, ask }} />
      <fieldset>
        <legend>{t("directory.statuses")}</legend>
        <Chips filter="statuses" values={STATUSES} words="status" {...{ wanted, ask }} />
      </fieldset>
      <Where {...{ wanted, ask, cities }} />
    </form>
  );
}

/** The first ones, those that were chosen, and at one touch all. */
function Themes({ wanted, ask }: Omit<Asking, "cities">) {
  const { t } = useWords();
  const [isWhole, showWhole] = useState(false);
  const shown = THEMES.filter((theme, n) => isWhole || n < AT_ONCE || wanted.themes.includes(theme));
  return (
    <fieldset>
      <legend>{t("directory.themes")}</legend>
      <Chips filter="themes" values={shown} words="theme" {...{ wanted, ask }}>
        {!isWhole && shown.length < THEMES.length && (
          <li><button type="button" className="plain" onClick={() => showWhole(true)}>{t("directory.moreThemes")}</button></li>
        )}
      </Chips>
    </fieldset>
  );
}

function Chips({ filter, values, words, wanted, ask, children }: {
  filter: Filter; values: readonly string[]; words: "theme" | "status"; children?: ReactNode;
} & Omit<Asking, "cities">) {
  const { t } = useWords();
  return (
    <ul className="chips">
      {values.map((value) => (
        <li key={value}>
          <button
            type="button" className="chip" aria-pressed={wanted[filter].some((each) => each === value)}
            onClick={() => ask(toggled(wanted, filter, value))}
          >
            {t(`${words}.${value}` as Key)}
          </button>
        </li>
      ))}
      {children}
    </ul>
  );
}

/** Only what there is on the map can be chosen; several countries are chosen one after the other. */
function Where({ wanted, ask, cities }: Asking) {
  const { t, country, language } = useWords();
  const { countries, states } = useMemo(() => {
    const byName = new Intl.Collator(language).compare;
    const codes = [...new Set(cities.map((city) => city.country))].filter((code) => code !== "US");
    const named = new Map(cities.filter((city) => city.state).map((city) => [city.state, city.stateName]));
    return {
      countries: codes.map((code) => [code, country(code)] as const).sort(([, a], [, b]) => byName(a, b)),
      states: [...named].sort(([, a], [, b]) => byName(a, b)),
    };
  }, [cities, country, language]);
  const continents = CONTINENTS.map((code) => [code, t(`continent.${code}`)] as const);
  const days = CONFIRMED.map((n) => [String(n), t("directory.withinDays", { n })] as const);
  const choose = (filter: Filter) => (value: string) => ask(toggled(wanted, filter, value));
  return (
    <details open={isPlaced(wanted)}>
      <summary>{t("directory.where")}</summary>
      <div className="where">
        <Choice id="continent" words="directory.continent" options={continents} chosen={wanted.continents} choose={choose("continents")} />
        <Choice id="country" words="directory.country" options={countries} chosen={wanted.countries} choose={choose("countries")} />
        <Choice id="state" words="directory.state" options={states} chosen={wanted.states} choose={choose("states")} />
        <div className="field">
          <label htmlFor="confirmed">{t("directory.confirmed")}</label>
          <select
            id="confirmed" value={wanted.confirmedWithin ?? ""}
            onChange={(event) => ask({ ...wanted, confirmedWithin: Number(event.target.value) || null })}
          >
            <option value="">{t("directory.anyTime")}</option>
            {days.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
          </select>
        </div>
      </div>
    </details>
  );
}

function Choice({ id, words, options, chosen, choose }: {
  id: string; words: Key; options: readonly (readonly [string, string])[]; chosen: readonly string[];
  choose: (value: string) => void;
}) {
  const { t } = useWords();
  return (
    <div className="field">
      <label htmlFor={id}>{t(words)}</label>
      <select id={id} value="" onChange={(event) => event.target.value && choose(event.target.value)}>
        <option value="">{t("directory.all")}</option>
        {options.filter(([value]) => !chosen.includes(value)).map(([value, name]) => (
          <option key={value} value={value}>{name}</option>
        ))}
      </select>
    </div>
  );
}

/** Each chosen filter by name, and one button that takes all of them away. */
export function Chosen({ wanted, ask, cities }: Asking) {
  const { t, country } = useWords();
  if (!isNarrowed(wanted)) return null;
  const stateName = (code: string) => cities.find((city) => city.state === code)?.stateName ?? code;
  const named: [string, () => void][] = [
    ...(wanted.text ? [[`“${wanted.text}”`, () => ask({ ...wanted, text: "" })] as [string, () => void]] : []),
    ...wanted.continents.map((code): [string, () => void] => [t(`continent.${code}` as Key), () => ask(toggled(wanted, "continents", code))]),
    ...wanted.countries.map((code): [string, () => void] => [country(code), () => ask(toggled(wanted, "countries", code))]),
    ...wanted.states.map((code): [string, () => void] => [stateName(code), () => ask(toggled(wanted, "states", code))]),
    ...wanted.themes.map((code): [string, () => void] => [t(`theme.${code}` as Key), () => ask(toggled(wanted, "themes", code))]),
    ...wanted.statuses.map((code): [string, () => void] => [t(`status.${code}` as Key), () => ask(toggled(wanted, "statuses", code))]),
    ...(wanted.confirmedWithin
      ? [[t("directory.withinDays", { n: wanted.confirmedWithin }), () => ask({ ...wanted, confirmedWithin: null })] as [string, () => void]]
      : []),
  ];
  return (
    <ul className="chips" aria-label={t("directory.chosen")}>
      {named.map(([name, remove]) => (
        <li key={name}>
          <button type="button" className="chip" aria-label={t("directory.remove", { what: name })} onClick={remove}>
            {name}<span className="x" aria-hidden="true">×</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="plain" onClick={() => ask({ ...NOTHING, city: wanted.city })}>{t("directory.clear")}</button>
      </li>
    </ul>
  );
}
