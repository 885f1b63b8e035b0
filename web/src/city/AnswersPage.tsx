// The optional questions: where, what, which size; and whether the public map may show that one seeks.
import { useState, type FormEvent } from "react";
import { intake } from "../api/client";
import { fieldProblem, Refusal, useCommand } from "../shell/commands";
import { AdministratorOnly, Frame, NoSearch } from "./Frame";
import { CONTINENTS, country, languageName, listed, nameOf, number, THEMES, words } from "./names";
import { OWN, useOwn, type Search } from "./own";
import { Picked } from "./Picked";
import { Ticks } from "./Ticks";
import { COUNTRY_CODES, LANGUAGE_CODES } from "./codes";

const TITLE = "Your wishes";
type Answers = Required<Search["answers"]>;
type Wishes = Answers["preferences"];

export function AnswersPage() {
  const { search, isAdministrator } = useOwn();
  if (!search) return <NoSearch title={TITLE} />;
  return (
    <Frame title={TITLE} current="Wishes">
      {isAdministrator
        ? <><p>Every question is optional. The fewer wishes you have, the more cities we can find; the more you tell us, the better they suit you. You can change the answers at any time.</p><Form search={search} /></>
        : <><Read search={search} /><AdministratorOnly what="The administrator answers these questions." /></>}
    </Frame>
  );
}

function Form({ search }: { search: Search }) {
  const [wishes, setWishes] = useState<Wishes>(search.answers.preferences!);
  const [isShown, setShown] = useState(search.answers.is_shown_publicly ?? false);
  const save = useCommand(
    (body: { preferences: Wishes; is_shown_publicly: boolean }, sending) =>
      intake.POST("/api/intake/v1/cases/{case_id}/answers", { ...sending, params: { path: { case_id: search.case_id } }, body }),
    { changes: [OWN] },
  );
  const set = (part: Partial<Wishes>) => {
    save.forget();
    setWishes({ ...wishes, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.run({ preferences: wishes, is_shown_publicly: isShown });
  };
  return (
    <form onSubmit={submit}>
      <Refusal problem={save.problem} idOf={(field) => IDS[field.replace("preferences.", "")]} />
      <Ticks legend="What you would like to do together" options={THEMES.map((each) => [each, words(each)])} chosen={wishes.themes} change={(themes) => set({ themes })} />
      <p>
        <label htmlFor="priority">The one project that matters most</label>
        <select id="priority" value={wishes.priority_project ?? ""} onChange={(event) => set({ priority_project: THEMES.find((each) => each === event.target.value) ?? null })}>
          <option value="">None</option>
          {THEMES.map((each) => <option key={each} value={each}>{words(each)}</option>)}
        </select>
      </p>
      <Ticks legend="Parts of the world" options={Object.entries(CONTINENTS) as [keyof typeof CONTINENTS, string][]} chosen={wishes.continents} change={(continents) => set({ continents })} />
      <Picked id="countries" label="Countries" codes={COUNTRY_CODES} nameOf={country} chosen={wishes.countries} change={(countries) => set({ countries })} wrong={fieldProblem(save.problem, "preferences.countries")} />
      <Picked id="languages" label="Languages that are spoken there" codes={LANGUAGE_CODES} nameOf={languageName} chosen={wishes.languages} change={(languages) => set({ languages })} />
      <fieldset>
        <legend>How many people live there</legend>
        <div className="row">
          {([["population_min", "At least"], ["population_max", "At most"]] as const).map(([name, label]) => (
            <p key={name}>
              <label htmlFor={name}>{label}</label>
              <input id={name} type="number" inputMode="numeric" min={0} max={100_000_000} value={wishes[name] ?? ""} onChange={(event) => set({ [name]: event.target.value === "" ? null : Number(event.target.value) })} />
            </p>
          ))}
        </div>
      </fieldset>
      <p className="tick">
        <input id="shown" type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        <label htmlFor="shown">Show on the public map that we seek a partner</label>
      </p>
      <Named search={search} />
      <p className="row">
        <button type="submit" disabled={save.isRunning}>Save</button>
        <span role="status" className="told">{save.isDone ? "Saved. Our staff see it at once." : ""}</span>
      </p>
    </form>
  );
}

const IDS: Partial<Record<string, string>> = { countries: "countries", languages: "languages", population_min: "population_min", population_max: "population_max" };

/** Cities that the member has in mind, which are worked on without a choice of three to five. */
function Named({ search }: { search: Search }) {
  const named = search.answers.named_cities ?? [];
  return (
    <p>
      <strong>Cities that you have in mind: </strong>
      {named.length > 0 ? `${listed(named.map(nameOf))}. ` : "none. "}
      If you know a city abroad that you would like to work with, <a href="/city/conversation">tell our staff</a>: it can be worked on at once.
    </p>
  );
}

function Read({ search }: { search: Search }) {
  const { preferences, is_shown_publicly } = search.answers;
  const { themes = [], continents = [], countries = [], languages = [], population_min, population_max } = preferences ?? {};
  const rows = [
    ["Together", listed(themes.map(words))],
    ["Parts of the world", listed(continents.map((each) => CONTINENTS[each]))],
    ["Countries", listed(countries.map(country))],
    ["Languages", listed(languages.map(languageName))],
    ["People", [population_min != null ? `at least ${number(population_min)}` : "", population_max != null ? `at most ${number(population_max)}` : ""].filter(Boolean).join(", ")],
    ["On the public map", is_shown_publicly ? "shown as seeking" : "not shown"],
  ] as const;
  return <dl className="facts">{rows.map(([title, told]) => <div key={title} className="fact"><dt>{title}</dt><dd>{told || "no wish"}</dd></div>)}</dl>;
}
