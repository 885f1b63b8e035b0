// What the services refuse is told in English; the refusals that a city can meet here are told in the reader's language.
import { Refused } from "../api/refusals";
import { useWords, type Key, type Words } from "../words";
import { FIELDS, OF_THE_SERVICE, STEPS, type Problems } from "./draft";
import type { Wrong } from "./Fields";

const KNOWN = [
  "sent-too-soon", "form-used", "work-not-done", "not-our-form", "too-many-from-here", "too-many-from-there", "too-many-codes",
  "wrong-code", "code-too-old", "nothing-saved", "nothing-written", "not-in-this-state", "too-many-letters", "empty-file",
  "file-too-large", "kind-not-taken",
] as const;
const isKnown = (rule: string): rule is (typeof KNOWN)[number] => KNOWN.some((each) => each === rule);

export function useTold(): (problem: unknown) => unknown {
  const { t, language } = useWords();
  return (problem) => {
    if (!(problem instanceof Refused) || language === "en") return problem;
    const rule = problem.type.replace("/problems/", "");
    if (!isKnown(rule)) return problem;
    return new Refused(problem.status, problem.type, t(`refusal.${rule}`), t(`refusal.${rule}.next`), problem.errors);
  };
}

/** In the order of the steps. */
export function wrongOf(problems: Problems, { t }: Words): Wrong[] {
  return STEPS.flatMap((step) => FIELDS[step]).flatMap((field) => {
    const key = problems[field];
    return key ? [{ field, words: t(key, { n: field === "seeks" ? 1000 : 20 }) }] : [];
  });
}

const SAID: Partial<Record<string, Key>> = {
  geoname_id: "list.wrong.place", contact_name: "list.wrong.name", contact_email: "list.wrong.email",
  seeks: "list.wrong.seeks", industries: "list.wrong.lines", universities: "list.wrong.lines",
};

/** What the service finds wrong with fields of ours; its own words where the reader's language has none. */
export function wrongOfService(problem: unknown, { t, language }: Words): Wrong[] {
  if (!(problem instanceof Refused)) return [];
  return problem.errors.flatMap(({ field: path, message }) => {
    const name = path.split(".").find((part) => Object.hasOwn(OF_THE_SERVICE, part));
    const field = name ? OF_THE_SERVICE[name] : undefined;
    const said = name && language !== "en" ? SAID[name] : undefined;
    return field ? [{ field, words: said ? t(said, { n: name === "seeks" ? 1000 : 20 }) : message }] : [];
  });
}
