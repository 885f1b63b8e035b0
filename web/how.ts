// Puts the English text of "How it works" into its page, where a browser without scripts finds it, and holds the other
// languages against it: the same parts, links and numbers of paragraphs.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

const LANGUAGES = ["en", "fr", "es", "ar", "ja"] as const;
const text = (language: string) => readFileSync(resolve(import.meta.dirname, `src/how/text/${language}.html`), "utf8");
const elements = (language: string) => text(language).match(/<\w[^>]*>/g) ?? [];

export function howItWorks(): Plugin {
  return {
    name: "how-it-works",
    buildStart() {
      for (const language of LANGUAGES) {
        const [its, english] = [elements(language), elements("en")];
        const at = english.findIndex((element, n) => element !== its[n]);
        if (at >= 0 || its.length !== english.length)
          this.error(`How it works: ${language}.html has ${its[at] ?? "less or more"} where en.html has ${english[at] ?? "nothing"}`);
      }
    },
    transformIndexHtml: (page) => page.replace("<!-- how it works, in English -->", () => text("en")),
  };
}
