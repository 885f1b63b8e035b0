// How the pages of staff call things: plain words for what the services name by codes, and days written out.

const NAMES: Record<string, string> = {
  // Channels.
  foreign_embassy: "their embassy here", foreign_consulate: "their consulate here", us_embassy: "U.S. embassy there",
  us_consulate: "U.S. consulate there", federal_agency: "federal agency", municipal_association: "association of municipalities",
  twinning_organisation: "twinning organisation", city_office: "the city's own office", other: "another way",
  // Who has something to do.
  member: "the member", staff: "us", foreign_city: "the city abroad", channel: "whom we wrote to", nobody: "nobody",
  // Standing.
  good: "in good standing", waived: "in good standing, dues waived", lapsed: "dues have lapsed", not_a_member: "not a member",
  // A search.
  invited: "asked for a debrief", debrief_invited: "asked for a debrief", scheduled: "debrief has a date",
  debrief_scheduled: "debrief has a date", debriefed: "debriefed", researching: "researching", proposed: "cities are proposed",
  shortlisted: "shortlist is chosen", reopened: "choosing anew", exhausted: "no city is left to propose", outreach: "we write to cities",
  paused: "paused", withdrawn: "withdrawn", closed: "closed", requested: "said Yes", introduction_arranged: "introduction has a date",
  introduced: "introduced", handed_over: "handed over to the member", invitation: "invited", letter_of_intent: "letter of intent",
  council_resolution: "council resolution", partnered: "partnership formed", given_up: "given up",
  // A pair.
  open: "nobody was written to yet", contacted: "written to", replied: "answered", interested: "interested",
  arranged: "introduction has a date", intent: "letter of intent", resolution: "council resolution", failed: "given up",
  // Why something ended.
  no_match: "no match was found", no_answer: "the member did not answer", duplicate: "this search stands twice",
  declined: "the city declined", silent: "the city never answered", already_partnered: "the city has another partner",
  not_a_match: "they do not match", barred_by_law: "barred by law", member_withdrew: "the member withdrew",
  listing_ended: "the listing ended", search_ended: "the search ended",
  // How a pair came to be.
  shortlist: "from the shortlist", named: "named by the member", interest: "interest in a listing",
};

/** A code in words; one that has none is read as it is written. */
export function inWords(code: string | null | undefined): string {
  return code ? (NAMES[code] ?? code.replaceAll("_", " ")) : "";
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const DAY = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit" });
const COUNTRIES = new Intl.DisplayNames("en", { type: "region" });

/** "March 3, 2027", of a day or of a moment's day here. */
export function day(told: string | null | undefined): string {
  if (!told) return "";
  return told.length > 10 ? DAY.format(new Date(`${localDay(new Date(told))}T00:00:00Z`)) : DAY.format(new Date(`${told}T00:00:00Z`));
}

export function moment(told: string): string {
  return MOMENT.format(new Date(told));
}

/** "2027-03-03": a day as the services write it, by the clock here. */
export function localDay(moment: Date): string {
  return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map((part) => `${part}`.padStart(2, "0")).join("-");
}

export function country(code: string | null | undefined): string {
  try {
    return code ? (COUNTRIES.of(code) ?? code) : "";
  } catch {
    return code ?? "";
  }
}

/** "12 days", "5 months", "3 years": how long it is from one day to another. */
export function span(from: string, to: string): string {
  const days = Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
  const [much, unit] = days < 60 ? [days, "day"] : days < 700 ? [Math.round(days / 30.4), "month"] : [Math.round(days / 365.25), "year"];
  return `${much} ${unit}${much === 1 ? "" : "s"}`;
}
