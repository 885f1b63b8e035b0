// What the city looks for and has to offer: steps of the form, and the page on which it is changed later.
import { Fragment, useMemo, useState } from "react";
import { THEMES } from "../directory/wanted";
import { useWords } from "../words";
import { allLanguages, languageName } from "./codes";
import { MOST_NAMED, MOST_SOUGHT, type Offer } from "./draft";
import { Labelled, Several, type Wrong } from "./Fields";

interface Props {
  offer: Offer;
  change: (offer: Partial<Offer>) => void;
  wrong: readonly Wrong[];
}

export function Seeks({ offer, change, wrong }: Props) {
  const { t } = useWords();
  return (
    <>
      <Labelled field="seeks" label={t("list.seeks.label")} hint={t("list.seeks.hint")} wrong={wrong}>
        {(marks) => <textarea {...marks} rows={8} maxLength={MOST_SOUGHT} value={offer.seeks} onChange={(event) => change({ seeks: event.target.value })} />}
      </Labelled>
      <p className="hint">{t("list.left", { n: MOST_SOUGHT - offer.seeks.length })}</p>
    </>
  );
}

export function Together({ offer, change, wrong }: Props) {
  const { t } = useWords();
  const { themes } = offer;
  return (
    <Several field="themes" label={t("list.themes.label")} hint={t("list.themes.hint")} wrong={wrong}>
      <div className="themes">
        {THEMES.map((theme) => (
          <p className="tick" key={theme}>
            <input type="checkbox" id={`theme-${theme}`} checked={themes.includes(theme)} onChange={() => change({ themes: themes.includes(theme) ? themes.filter((each) => each !== theme) : [...themes, theme] })} />
            <label htmlFor={`theme-${theme}`}>{t(`theme.${theme}`)}</label>
          </p>
        ))}
      </div>
    </Several>
  );
}

export function Offers({ offer, change, wrong }: Props) {
  const { t } = useWords();
  return (
    <>
      {(["industries", "universities"] as const).map((field) => (
        <Labelled key={field} field={field} label={t(`list.${field}.label`)} hint={t("list.lines")} wrong={wrong}>
          {(marks) => <textarea {...marks} rows={3} value={offer[field]} onChange={(event) => change({ [field]: event.target.value })} />}
        </Labelled>
      ))}
      <Languages languages={offer.languages} change={(languages) => change({ languages })} wrong={wrong} />
    </>
  );
}

function Languages({ languages, change, wrong }: { languages: readonly string[]; change: (languages: readonly string[]) => void; wrong: readonly Wrong[] }) {
  const { t, language } = useWords();
  const [said, say] = useState("");
  const all = useMemo(() => allLanguages(language), [language]);
  const nameOf = useMemo(() => languageName(language), [language]);
  const set = (next: readonly string[], what: string) => {
    change(next);
    say(what);
  };
  return (
    <>
      <Labelled field="languages" label={t("list.languages.label")} hint={t("list.languages.hint")} wrong={wrong}>
        {(marks) => (
          <select {...marks} value="" disabled={languages.length >= MOST_NAMED} onChange={(event) => set([...languages, event.target.value], t("list.languages.added", { what: nameOf(event.target.value) }))}>
            <option value="">{t("list.languages.choose")}</option>
            {all.filter(([code]) => !languages.includes(code)).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        )}
      </Labelled>
      <p role="status" className="hidden">{said}</p>
      {languages.length > 0 && (
        <ul className="chips" aria-label={t("list.languages.label")}>
          {languages.map((code) => (
            <li key={code}>
              <button type="button" className="chip" aria-label={t("directory.remove", { what: nameOf(code) })} onClick={() => set(languages.filter((each) => each !== code), t("list.languages.removed", { what: nameOf(code) }))}>
                {nameOf(code)}<span className="x" aria-hidden="true">×</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The same as text. */
export function OfferTold({ offer, of }: { offer: Offer; of?: readonly (keyof Offer)[] }) {
  const { t, language } = useWords();
  const nameOf = languageName(language);
  const told = [
    ["seeks", t("list.seeks.label"), offer.seeks],
    ["themes", t("list.themes.label"), offer.themes.map((theme) => t(`theme.${theme}`)).join(", ")],
    ["industries", t("list.industries.label"), offer.industries.replaceAll("\n", ", ")],
    ["universities", t("list.universities.label"), offer.universities.replaceAll("\n", ", ")],
    ["languages", t("list.languages.label"), offer.languages.map(nameOf).join(", ")],
  ] as const;
  return <Facts told={told.flatMap(([field, name, value]) => (!of || of.includes(field) ? [[name, value] as const] : []))} />;
}

export function Facts({ told }: { told: readonly (readonly [name: string, value: string])[] }) {
  const { t } = useWords();
  return (
    <dl className="facts">
      {told.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd className="said">{value ? <bdi>{value}</bdi> : <span className="muted">{t("list.nothing")}</span>}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
