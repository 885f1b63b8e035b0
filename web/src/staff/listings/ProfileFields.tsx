// The texts of a city as staff mend them, field by field as they are typed.
import { fieldProblem } from "../../shell/commands";
import { useWords } from "../../words";
import type { Profile, Theme } from "./asked";

const THEMES: readonly Theme[] = [
  "education", "trade", "culture", "youth", "climate", "health", "tourism", "sports", "technology", "governance", "agriculture", "humanitarian",
];

export interface Entered {
  seeks: string;
  themes: Theme[];
  industries: string;
  universities: string;
  languages: string;
}

export function entered(profile: Profile): Entered {
  return {
    seeks: profile.seeks ?? "",
    themes: profile.themes ?? [],
    industries: (profile.industries ?? []).join("\n"),
    universities: (profile.universities ?? []).join("\n"),
    languages: (profile.languages ?? []).join(", "),
  };
}

export function asForm({ seeks, themes, industries, universities, languages }: Entered) {
  const split = (text: string, at: RegExp) => text.split(at).map((each) => each.trim()).filter(Boolean);
  return { seeks: seeks.trim(), themes, industries: split(industries, /\n/), universities: split(universities, /\n/), languages: split(languages, /[\s,]+/) };
}

interface Props {
  value: Entered;
  change: (value: Entered) => void;
  problem: unknown;
}

export function ProfileFields({ value, change, problem }: Props) {
  const { t } = useWords();
  const toggle = (theme: Theme) =>
    change({ ...value, themes: value.themes.includes(theme) ? value.themes.filter((each) => each !== theme) : [...value.themes, theme] });
  return (
    <>
      <TextField id="seeks" label="What it looks for" rows={5} hint="1,000 letters at most." value={value} change={change} problem={problem} />
      <fieldset>
        <legend>Themes</legend>
        <div className="ticks">
          {THEMES.map((theme) => (
            <p className="tick" key={theme}>
              <input type="checkbox" id={`theme-${theme}`} checked={value.themes.includes(theme)} onChange={() => toggle(theme)} />
              <label htmlFor={`theme-${theme}`}>{t(`theme.${theme}`)}</label>
            </p>
          ))}
        </div>
      </fieldset>
      <TextField id="industries" label="Industries" rows={3} hint="One in each line." value={value} change={change} problem={problem} />
      <TextField id="universities" label="Universities and schools" rows={3} hint="One in each line." value={value} change={change} problem={problem} />
      <TextField id="languages" label="Languages" rows={1} hint="As codes, with commas between them: et, en, de." value={value} change={change} problem={problem} />
    </>
  );
}

type TextName = Exclude<keyof Entered, "themes">;

function TextField({ id, label, rows, hint, value, change, problem }: Props & { id: TextName; label: string; rows: number; hint: string }) {
  const wrong = fieldProblem(problem, `profile.${id}`);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <p className="hint" id={`${id}-hint`}>{hint}</p>
      {wrong && <p className="error" id={`${id}-error`}>{wrong}</p>}
      <textarea
        id={id} rows={rows} value={value[id]} aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? `${id}-hint ${id}-error` : `${id}-hint`}
        onChange={(event) => change({ ...value, [id]: event.target.value })}
      />
    </div>
  );
}
