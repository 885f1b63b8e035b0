// What somebody has entered so far, kept on this device until it is sent; and what is not right with it.
import type { components } from "../api/intake";
import type { Key } from "../words";

export type Place = components["schemas"]["Place"];
export type Theme = components["schemas"]["Theme"];
type Profile = components["schemas"]["PublicProfile"];
type Opened = components["schemas"]["OpenedForm"];

export interface Offer {
  seeks: string;
  themes: readonly Theme[];
  /** One on each line. */
  industries: string;
  universities: string;
  languages: readonly string[];
}

export interface Draft extends Offer {
  place: Place | null;
  name: string;
  email: string;
  office: string;
  language: string;
  /** The secret of the form as it was saved before. */
  saved: string;
  isMailed: boolean;
}

export const STEPS = ["city", "seeks", "together", "offers", "you", "review"] as const;
export type Step = (typeof STEPS)[number];
export type Field = Exclude<keyof Draft, "saved" | "isMailed">;
export type Problems = Partial<Record<Field, Key>>;

export const FIELDS: Record<Step, readonly Field[]> = {
  city: ["place"],
  seeks: ["seeks"],
  together: ["themes"],
  offers: ["industries", "universities", "languages"],
  you: ["name", "email", "office", "language"],
  review: [],
};
export const EMPTY: Draft = {
  place: null, seeks: "", themes: [], industries: "", universities: "", languages: [],
  name: "", email: "", office: "", language: "", saved: "", isMailed: false,
};
export const MOST_SOUGHT = 1000;
export const MOST_NAMED = 20;
export const MOST_OF_A_NAME = 120;

const linesOf = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const isTooMuch = (text: string) =>
  linesOf(text).length > MOST_NAMED || linesOf(text).some((line) => line.length > MOST_OF_A_NAME);

export function problemsOfOffer(offer: Offer): Problems {
  return {
    ...(offer.seeks.length > MOST_SOUGHT && { seeks: "list.wrong.seeks" }),
    ...(isTooMuch(offer.industries) && { industries: "list.wrong.lines" }),
    ...(isTooMuch(offer.universities) && { universities: "list.wrong.lines" }),
  };
}

export function problemsOf(draft: Draft): Problems {
  return {
    ...(!draft.place && { place: "list.wrong.place" }),
    ...problemsOfOffer(draft),
    ...(!draft.name.trim() && { name: "list.wrong.name" }),
    ...(!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(draft.email.trim()) && { email: "list.wrong.email" }),
  };
}

export function problemsOfStep(draft: Draft, step: Step): Problems {
  const found = problemsOf(draft);
  if (step === "review") return found;
  return Object.fromEntries(Object.entries(found).filter(([field]) => FIELDS[step].includes(field as Field)));
}

export const stepOf = (field: Field): Step => STEPS.find((step) => FIELDS[step].includes(field)) ?? "review";

export function profileOf(offer: Offer): Profile {
  return {
    seeks: offer.seeks.trim(), themes: [...offer.themes], languages: [...offer.languages],
    industries: linesOf(offer.industries), universities: linesOf(offer.universities),
  };
}

export function offerOf(profile: Profile): Offer {
  return {
    seeks: profile.seeks ?? "", themes: profile.themes ?? [], languages: profile.languages ?? [],
    industries: (profile.industries ?? []).join("\n"), universities: (profile.universities ?? []).join("\n"),
  };
}

/** As the service takes it, whole or half filled in. */
export function fieldsOf(draft: Draft) {
  return {
    contact_name: draft.name.trim(), contact_email: draft.email.trim(), contact_office: draft.office.trim(),
    contact_language: draft.language, profile: profileOf(draft), saved: draft.saved, website: "",
  };
}

export function draftOf(form: Opened, saved: string): Draft {
  return {
    ...EMPTY, ...offerOf(form.profile ?? {}), place: form.place ?? null, saved,
    name: form.contact_name ?? "", email: form.contact_email ?? "", office: form.contact_office ?? "",
    language: form.contact_language ?? "",
  };
}

/** The service's names of the fields -> ours. */
export const OF_THE_SERVICE: Record<string, Field> = {
  geoname_id: "place", contact_name: "name", contact_email: "email", contact_office: "office", contact_language: "language",
  seeks: "seeks", themes: "themes", industries: "industries", universities: "universities", languages: "languages",
};

const KEPT = "list-your-city";

export function recalled(): Draft | null {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept ? { ...EMPTY, ...(JSON.parse(kept) as Partial<Draft>) } : null;
  } catch {
    return null;
  }
}

/** Whether it is kept: some browsers keep nothing. */
export function keep(draft: Draft): boolean {
  try {
    localStorage.setItem(KEPT, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function forget(): void {
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // Then nothing was kept.
  }
}
