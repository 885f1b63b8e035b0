// What the member said with its Yes; what it left open is told once.
import { country } from "../words";
import { nameOf } from "../places";
import type { Case } from "./CasePage";

const LANGUAGES = new Intl.DisplayNames("en", { type: "language" });
const NUMBERS = new Intl.NumberFormat("en-US");
const CONTINENTS: Record<string, string> = { AF: "Africa", AS: "Asia", EU: "Europe", NA: "North America", OC: "Oceania", SA: "South America" };

export function Wishes({ told }: { told: Case }) {
  const { preferences: wishes, named_cities, is_shown_publicly } = told.answers;
  const size = [wishes.population_min && `at least ${NUMBERS.format(wishes.population_min)}`, wishes.population_max && `at most ${NUMBERS.format(wishes.population_max)}`].filter(Boolean).join(", ");
  const facts: [string, string][] = [
    ["Named cities", named_cities.map(nameOf).join("; ")],
    ["Countries", (wishes.countries ?? []).map(country).join(", ")],
    ["Continents", (wishes.continents ?? []).map((each) => CONTINENTS[each] ?? each).join(", ")],
    ["Languages", (wishes.languages ?? []).map((each) => LANGUAGES.of(each) ?? each).join(", ")],
    ["Themes", (wishes.themes ?? []).join(", ")],
    ["First project", wishes.priority_project ?? ""],
    ["People", size],
    ["Industries", (told.profile.industries ?? []).join(", ")],
    ["Universities", (told.profile.universities ?? []).join(", ")],
    ["In its words", told.profile.seeks ?? ""],
  ];
  const known = facts.filter(([, value]) => value);
  const open = facts.filter(([, value]) => !value).map(([name]) => name.toLowerCase());
  return (
    <>
      {known.length > 0 && <dl className="facts">{known.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>}
      {open.length > 0 && <p className="muted small">Left open: {open.join(", ")}.</p>}
      <p className="small">{is_shown_publicly ? "The public map shows that it looks." : "The public map does not show that it looks."}</p>
    </>
  );
}
