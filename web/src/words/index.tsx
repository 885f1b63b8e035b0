// The words of every page, one catalogue for each language; English is the one that the others are measured against.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import en from "./en.json";

export const LANGUAGES = { en: "English", fr: "Français", es: "Español", ar: "العربية", ja: "日本語" } as const;
export type Language = keyof typeof LANGUAGES;
export const LANGUAGE_CODES = Object.keys(LANGUAGES) as Language[];

type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
type Shape<T> = { [Key in keyof T]: T[Key] extends string ? string : Plural };
export type Catalogue = Shape<typeof en>;
export type Key = keyof typeof en;
type Facts = Record<string, string | number>;

// A catalogue without one of the keys is no Catalogue, and the build fails.
const others: Record<Exclude<Language, "en">, () => Promise<{ default: Catalogue }>> = {
  fr: () => import("./fr.json"),
  es: () => import("./es.json"),
  ar: () => import("./ar.json"),
  ja: () => import("./ja.json"),
};

export interface Words {
  language: Language;
  /** The languages of this page. */
  offered: readonly Language[];
  /** The words of a key; `{name}` is replaced by the fact of that name, and `{n}` chooses the plural form. */
  t(key: Key, facts?: Facts): string;
  country(code: string): string;
  number(value: number): string;
  day(iso: string): string;
}

const Context = createContext<Words>(wordsOf("en", en, ["en"]));

export function useWords(): Words {
  return useContext(Context);
}

export function isLanguage(code: string | null | undefined): code is Language {
  return code != null && Object.hasOwn(LANGUAGES, code);
}

/** `?lang=`, else what was chosen here before, else what the browser prefers, else English. */
export function chosenLanguage(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (isLanguage(asked)) return asked;
  const kept = recall("language");
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage) ?? "en";
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem("language", language);
  } catch {
    // Where nothing may be kept, the address tells the language.
  }
}

function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Shows nothing until the words are there: a page that changes its language while one reads is worse than a moment. */
export function Speaks({ languages, children }: { languages: readonly Language[]; children: ReactNode }) {
  const language = useMemo(() => {
    const chosen = chosenLanguage();
    return languages.includes(chosen) ? chosen : "en";
  }, [languages]);
  const [words, setWords] = useState<Words | null>(language === "en" ? wordsOf("en", en, languages) : null);
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
    if (language !== "en")
      void others[language]().then(
        (catalogue) => setWords(wordsOf(language, catalogue.default, languages)),
        () => setWords(wordsOf("en", en, languages)),
      );
  }, [language, languages]);
  return words && <Context value={words}>{children}</Context>;
}

export function wordsOf(language: Language, catalogue: Catalogue, offered: readonly Language[]): Words {
  const plural = new Intl.PluralRules(language);
  const names = new Intl.DisplayNames(language, { type: "region" });
  const numbers = new Intl.NumberFormat(language);
  const days = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  const said = (value: string | number) => (typeof value === "number" ? numbers.format(value) : value);
  return {
    language,
    offered,
    t(key, facts = {}) {
      const entry: string | Plural = catalogue[key];
      const text =
        typeof entry === "string" ? entry : (entry[plural.select(Number(facts["n"]))] ?? entry.other);
      return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
        Object.hasOwn(facts, name) ? said(facts[name]!) : whole,
      );
    },
    country: (code) => names.of(code) ?? code,
    number: (value) => numbers.format(value),
    day: (iso) => days.format(new Date(iso)),
  };
}
