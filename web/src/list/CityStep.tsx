// The first step: the place, looked up by how its name begins, in any script.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { directory, publicIntake } from "../api/client";
import { Trouble } from "../shell/Trouble";
import { useWords } from "../words";
import { allCountries } from "./codes";
import type { Place } from "./draft";
import { Labelled, type Wrong } from "./Fields";

const MOST = 12;
const PAUSE = 250; // milliseconds after the last key

interface Props {
  place: Place | null;
  choose: (place: Place) => void;
  wrong: readonly Wrong[];
}

export function CityStep({ place, choose, wrong }: Props) {
  const words = useWords();
  const { t, country: countryName, language } = words;
  const [text, setText] = useState("");
  const [country, setCountry] = useState("");
  const countries = useMemo(() => allCountries(language, countryName), [language, countryName]);
  return (
    <>
      <Labelled field="place" label={t("list.city.name")} hint={t("list.city.hint")} wrong={wrong}>
        {(marks) => <input {...marks} type="search" autoComplete="off" maxLength={100} value={text} onChange={(event) => setText(event.target.value)} />}
      </Labelled>
      <div className="field">
        <label htmlFor="country">{t("list.city.country")}</label>
        <select id="country" value={country} onChange={(event) => setCountry(event.target.value)}>
          <option value="">{t("list.city.anyCountry")}</option>
          {countries.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
        </select>
      </div>
      <Found text={text} country={country} place={place} choose={choose} />
      {place && <AlreadyListed place={place} />}
    </>
  );
}

function Found({ text, country, place, choose }: Omit<Props, "wrong"> & { text: string; country: string }) {
  const { t } = useWords();
  const sought = usePaused(text.trim());
  // One sign is a name in Japan, but not in letters.
  const isEnough = sought.length > 1 || /[^\u0000-\u024f]/.test(sought);
  const answer = useQuery({
    queryKey: ["places", sought, country],
    enabled: isEnough,
    queryFn: async ({ signal }) =>
      (await publicIntake.GET("/api/intake/v1/listings/places", { params: { query: { q: sought, ...(country && { country }) } }, signal })).data!,
  });
  const places = isEnough ? answer.data : place ? [place] : [];
  const said =
    !isEnough ? "" : answer.isPending ? t("list.city.looking")
    : places?.length === 0 ? t("list.city.none") : t("list.city.found", { n: places?.length ?? 0 });
  return (
    <div aria-busy={isEnough && answer.isPending}>
      {isEnough && answer.isError ? <Trouble problem={answer.error} retry={() => void answer.refetch()} /> : <p role="status" className="muted">{said}</p>}
      {places && places.length > 0 && <Choices places={places} place={place} choose={choose} />}
      {places?.length === MOST && <p className="hint">{t("list.city.more")}</p>}
    </div>
  );
}

function Choices({ places, place, choose }: { places: readonly Place[]; place: Place | null; choose: (place: Place) => void }) {
  const { t } = useWords();
  return (
    <fieldset className="places">
      <legend>{t("list.city.which")}</legend>
      {places.map((each) => {
        const isDouble = places.some((other) => other !== each && other.name === each.name && other.country === each.country);
        return (
          <p className="tick" key={each.geoname_id}>
            <input type="radio" name="place" id={`place-${each.geoname_id}`} checked={place?.geoname_id === each.geoname_id} onChange={() => choose(each)} />
            <label htmlFor={`place-${each.geoname_id}`}><PlaceName place={each} isExact={isDouble} /></label>
          </p>
        );
      })}
    </fieldset>
  );
}

/** With where it lies on earth, where another one of the same country has the same name. */
export function PlaceName({ place, isExact = false }: { place: Place; isExact?: boolean }) {
  const { t, country } = useWords();
  return (
    <>
      <bdi><strong>{place.name}</strong></bdi>, {country(place.country)}{" "}
      <span className="muted">
        {place.population > 0 && t("directory.population", { n: place.population })}
        {isExact && <> <bdi dir="ltr">{place.latitude.toFixed(2)}, {place.longitude.toFixed(2)}</bdi></>}
      </span>
    </>
  );
}

/** Anybody can see on the map that it is; nothing more is told of it here. */
function AlreadyListed({ place }: { place: Place }) {
  const { t } = useWords();
  const answer = useQuery({
    queryKey: ["listed", place.geoname_id],
    queryFn: async ({ signal }) => {
      const query = { country: [place.country], status: ["listed" as const], q: place.name.slice(0, 80), limit: 500 };
      const found = (await directory.GET("/api/directory/v1/listings", { params: { query }, signal })).data!;
      return found.items.some((each) => each.geoname_id === place.geoname_id);
    },
  });
  if (!answer.data) return null;
  return (
    <div className="box next" role="status">
      <h2>{t("list.claim.title", { place: place.name })}</h2>
      <p>{t("list.claim.how")}</p>
      <p><a href="/list-your-city/status">{t("list.claim.mine")}</a></p>
    </div>
  );
}

function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

