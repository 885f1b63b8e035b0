// The texts of a city, as they are shown to the public, and as its official would have them.
import { useWords } from "../../words";
import type { Profile } from "./asked";

type Field = keyof Profile;
const FIELDS: readonly (readonly [Field, string])[] = [
  ["seeks", "What it looks for"],
  ["themes", "Themes"],
  ["industries", "Industries"],
  ["universities", "Universities and schools"],
  ["languages", "Languages"],
];

export function useSaid() {
  const { t } = useWords();
  const languages = new Intl.DisplayNames("en", { type: "language" });
  return (profile: Profile, field: Field): string => {
    switch (field) {
      case "seeks": return profile.seeks ?? "";
      case "themes": return (profile.themes ?? []).map((theme) => t(`theme.${theme}`)).join(", ");
      case "languages": return (profile.languages ?? []).map((code) => languages.of(code) ?? code).join(", ");
      default: return (profile[field] ?? []).join("\n");
    }
  };
}

/** Side by side; what differs says so in words. */
export function SideBySide({ shown, sent, shownAs, sentAs }: { shown: Profile; sent: Profile; shownAs: string; sentAs: string }) {
  const said = useSaid();
  return (
    <div className="scrolls" role="region" tabIndex={0} aria-label={`${shownAs} and ${sentAs}`}>
      <table className="beside">
        <thead>
          <tr><th scope="col">Text</th><th scope="col">{shownAs}</th><th scope="col">{sentAs}</th></tr>
        </thead>
        <tbody>
          {FIELDS.map(([field, label]) => {
            const [before, after] = [said(shown, field), said(sent, field)];
            return (
              <tr key={field}>
                <th scope="row">{label}{before !== after && <p className="small changed">changed</p>}</th>
                <td><Words text={before} /></td>
                <td><Words text={after} /></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export function Texts({ profile }: { profile: Profile }) {
  const said = useSaid();
  return (
    <dl className="facts">
      {FIELDS.map(([field, label]) => (
        <div key={field} className="fact"><dt>{label}</dt><dd><Words text={said(profile, field)} /></dd></div>
      ))}
    </dl>
  );
}

function Words({ text }: { text: string }) {
  return text ? <span className="said">{text}</span> : <span className="muted">nothing</span>;
}

export function isEmpty(profile: Profile): boolean {
  return !profile.seeks && ![profile.themes, profile.industries, profile.universities, profile.languages].some((each) => each?.length);
}
