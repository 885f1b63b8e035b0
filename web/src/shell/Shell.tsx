// What every page has around it: a way past the head, the pages, the language, and where the facts are from.
import type { ReactNode } from "react";
import { signOut, type Person } from "../api/session";
import { LANGUAGES, isLanguage, rememberLanguage, useWords } from "../words";

export type Page = "directory" | "how" | "list" | "city" | "staff" | "ops";
const PUBLIC: readonly Page[] = ["directory", "how", "list"];
const ADDRESSES: Record<Page, string> = {
  directory: "/", how: "/how-it-works", list: "/list-your-city", city: "/city", staff: "/staff", ops: "/ops",
};
const OWN: Partial<Record<string, readonly Page[]>> = {
  administrator: ["city"], committee_member: ["city"], staff: ["staff"], operator: ["ops"],
};

interface Props {
  page?: Page | undefined;
  person?: Person | undefined;
  children: ReactNode;
}

export function Shell({ page, person, children }: Props) {
  const { t } = useWords();
  const pages = [...(OWN[person?.role ?? ""] ?? []), ...PUBLIC];
  return (
    <>
      <a className="skip" href="#content">{t("skip")}</a>
      <header className="top">
        <a className="name" href="/">{t("name")}</a>
        <nav aria-label={t("nav.label")}>
          <ul>
            {pages.map((name) => (
              <li key={name}>
                <a href={ADDRESSES[name]} aria-current={name === page ? "page" : undefined}>{t(`nav.${name}`)}</a>
              </li>
            ))}
          </ul>
        </nav>
        {person ? <SignedInAs person={person} /> : <a className="in" href="/sign-in">{t("nav.signIn")}</a>}
        <LanguageChoice />
      </header>
      {children}
      <footer className="bottom">
        <p>{t("footer.about")}</p>
        <p>{t("footer.places")} {t("footer.demonstration")}</p>
      </footer>
    </>
  );
}

function SignedInAs({ person }: { person: Person }) {
  const { t } = useWords();
  return (
    <p className="in">
      <a href="/sign-in">{person.name}</a>
      <button type="button" className="plain" onClick={() => void signOut()}>{t("nav.signOut")}</button>
    </p>
  );
}

function LanguageChoice() {
  const { t, language, offered } = useWords();
  if (offered.length < 2) return null;
  const choose = (code: string) => {
    if (!isLanguage(code)) return;
    rememberLanguage(code);
    const address = new URL(location.href);
    address.searchParams.set("lang", code);
    location.assign(address);
  };
  return (
    <select aria-label={t("language")} value={language} onChange={(event) => choose(event.target.value)}>
      {offered.map((code) => (
        <option key={code} value={code} lang={code}>{LANGUAGES[code]}</option>
      ))}
    </select>
  );
}
