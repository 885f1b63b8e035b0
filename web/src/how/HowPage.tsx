// The programme explained, and its frequent questions. The text is a file of HTML for each language (./text); the build
// puts the English one into the page too, for browsers without scripts, and fails where a language lacks a part.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Shell } from "../shell/Shell";
import { Trouble } from "../shell/Trouble";
import { useTitle } from "../shell/faces";
import { useWords, type Language } from "../words";

const TEXTS: Record<Language, () => Promise<{ default: string }>> = {
  en: () => import("./text/en.html?raw"),
  fr: () => import("./text/fr.html?raw"),
  es: () => import("./text/es.html?raw"),
  ar: () => import("./text/ar.html?raw"),
  ja: () => import("./text/ja.html?raw"),
};

export function HowPage() {
  const { t, language } = useWords();
  useTitle(t("nav.how"));
  const text = useQuery({ queryKey: ["how", language], queryFn: async () => (await TEXTS[language]()).default });
  useEffect(() => {
    // The browser looked for the part that the address names before the text was there.
    if (text.data) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [text.data]);
  return (
    <Shell page="how">
      {text.data ?
        // Nothing but our own file: no word in it comes from anybody else.
        <main id="content" className="page how" dangerouslySetInnerHTML={{ __html: here(text.data) }} />
      : <main id="content" className="page how">
          <h1>{t("nav.how")}</h1>
          {/* Some browsers remember that a part of the program failed to load, until the page is loaded anew. */}
          {text.isError ? <Trouble problem={text.error} retry={() => location.reload()} /> : <p role="status" aria-busy>{t("loading")}</p>}
        </main>}
    </Shell>
  );
}

/** The line to copy names the site that one reads it on. */
function here(text: string): string {
  return text.replaceAll("https://this-site", location.origin);
}
