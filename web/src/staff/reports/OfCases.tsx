// What the directory counts of cases: how old, how long, how far, and whose dues are waived.
import type { components } from "../../api/directory";
import { useWords } from "../../words";
import { capital, inWords } from "../words";
import { Report } from "./Report";

type Reports = components["schemas"]["Reports"];

const STEPS: Record<string, string> = {
  requested: "Yes said", debriefed: "Debriefing held", proposed: "Cities proposed", chosen: "Cities chosen", contacted: "First letter",
  answered: "First answer", introduced: "Introduction held", handed_over: "Handed over", partnered: "Partnership",
};
const step = (name: string) => STEPS[name] ?? name;
const stage = (name: string) => capital(inWords(name));

export function OpenCases({ found }: { found: Reports }) {
  const { number } = useWords();
  const rows = found.open_cases;
  const all = rows.reduce((sum, row) => sum + row.cases, 0);
  const overdue = rows.reduce((sum, row) => sum + row.overdue, 0);
  return (
    <Report
      name="Open cases by stage and age" file="open-cases" on={found.on} empty="No case is open."
      says={`${number(all)} ${all === 1 ? "case is" : "cases are"} open, ${number(overdue)} of them overdue. The age counts from the day of the Yes.`}
      headings={["Stage", "Cases", "Overdue", "Under 3 months", "3 to 6 months", "6 to 12 months", "Over a year", "Median days", "Oldest, days"]}
      rows={rows.map((row) => [
        stage(row.stage), row.cases, row.overdue, row.under_3_months, row.from_3_to_6_months, row.from_6_to_12_months, row.over_a_year, row.median_days, row.oldest_days,
      ])}
      bars={rows.map((row) => ({ name: stage(row.stage), value: row.cases, says: `${number(row.cases)}, half over ${number(row.median_days)} days` }))}
    />
  );
}

export function TimeInStage({ found }: { found: Reports }) {
  const { number } = useWords();
  const rows = found.time_in_stage;
  return (
    <Report
      name="Time from step to step" file="time-in-stage" on={found.on} empty="Nothing to tell yet."
      says="Days between two steps, of the searches that took both in this order. What was written down in another order, as imports do, is left out."
      headings={["From", "To", "Searches", "Median days", "Nine of ten within, days", "Waiting now", "Waiting since, median days"]}
      rows={rows.map((row) => [step(row.begins), step(row.ends), row.cases, row.median_days, row.nine_in_ten_days, row.waiting, row.waiting_median_days])}
      bars={rows.filter((row) => row.median_days !== null).map((row) => ({
        name: `to: ${step(row.ends)}`, value: row.median_days ?? 0, says: `${number(row.median_days ?? 0)} days (${number(row.cases)})`,
      }))}
    />
  );
}

export function Conversion({ found }: { found: Reports }) {
  const { number } = useWords();
  const rows = found.conversion;
  const all = rows[0]?.cases ?? 0;
  const share = (cases: number) => (all ? Math.round((100 * cases) / all) : 0);
  return (
    <Report
      name="How far searches come" file="conversion" on={found.on} empty="No search was begun yet."
      says={`Of ${number(all)} searches, open ones and ended ones, so many came to each step. Those that go on may still get further.`}
      headings={["Step", "Searches", "Of all, %"]}
      rows={all ? rows.map((row) => [step(row.step), row.cases, share(row.cases)]) : []}
      bars={rows.map((row) => ({ name: step(row.step), value: row.cases, says: `${number(row.cases)} (${share(row.cases)} %)` }))}
    />
  );
}

export function Waivers({ found }: { found: Reports }) {
  const { day } = useWords();
  const rows = found.waivers;
  const open = rows.filter((row) => !row.ended_on).length;
  return (
    <Report
      name="Waived dues" file="waived-dues" on={found.on} empty="No dues are or were waived."
      says={`Dues are waived where a search without a sister city lasts longer than a year. ${open} ${open === 1 ? "waiver goes" : "waivers go"} on.`}
      headings={["Member", "State", "Waived since", "Until", "Days"]}
      rows={rows.map((row) => [row.name ?? "unnamed", row.admin1 ?? "", row.granted_on, row.ended_on, row.days])}
      shown={(r, c) => {
        const row = rows[r]!;
        if (c === 0) return <a href={`/staff/cases/${row.case_id}`}>{row.name ?? "unnamed"}</a>;
        if (c === 2) return day(row.granted_on);
        return c === 3 ? (row.ended_on ? day(row.ended_on) : "goes on") : undefined;
      }}
    />
  );
}
