// Who answers our letters, and how evenly proposals spread over cities.
import type { components as Outreach } from "../../api/outreach";
import type { components as Matching } from "../../api/matching";
import { useWords } from "../../words";
import { capital, inWords } from "../words";
import { Report } from "./Report";

type Rate = Outreach["schemas"]["ReplyRate"];
const FEWEST = 5;

interface Sum {
  name: string;
  written: number;
  asked: number;
  answered: number;
  cameBack: number;
}

function summed(rates: readonly Rate[], nameOf: (rate: Rate) => string): Sum[] {
  const sums = new Map<string, Sum>();
  for (const rate of rates) {
    const name = nameOf(rate);
    const sum = sums.get(name) ?? { name, written: 0, asked: 0, answered: 0, cameBack: 0 };
    sums.set(name, {
      name, written: sum.written + rate.written, asked: sum.asked + rate.asked, answered: sum.answered + rate.answered, cameBack: sum.cameBack + rate.came_back,
    });
  }
  return [...sums.values()].sort((one, other) => other.written - one.written || one.name.localeCompare(other.name));
}

/** Small numbers stay numbers: no rate is made of them. */
const percent = ({ asked, answered }: Sum) => (asked < FEWEST ? null : Math.round((100 * answered) / asked));

export function Replies({ found, on }: { found: readonly Rate[]; on: string }) {
  const { country } = useWords();
  return (
    <>
      <Rates name="Replies by channel" file="replies-by-channel" first="Channel" on={on} sums={summed(found, ({ channel }) => capital(inWords(channel)))} />
      <Rates name="Replies by country" file="replies-by-country" first="Country" on={on} sums={summed(found, (rate) => country(rate.country))} />
    </>
  );
}

function Rates({ name, file, first, on, sums }: { name: string; file: string; first: string; on: string; sums: readonly Sum[] }) {
  return (
    <Report
      name={name} file={file} on={on} empty="No letter was written yet."
      says={`A thread counts once it was answered, or was silent for 28 days after it had reached somebody. With fewer than ${FEWEST} that count, no rate is told.`}
      headings={[first, "Written", "Counted", "Answered", "Answered, %", "Reached nobody"]}
      rows={sums.map((sum) => [sum.name, sum.written, sum.asked, sum.answered, percent(sum), sum.cameBack])}
      shown={(r, c) => (c === 4 && percent(sums[r]!) === null ? <span className="muted">too few to tell</span> : undefined)}
      bars={sums.filter((sum) => percent(sum) !== null).map((sum) => ({ name: sum.name, value: percent(sum) ?? 0, says: `${percent(sum)} % of ${sum.asked}` }))}
    />
  );
}

export function Exposure({ found, on }: { found: Matching["schemas"]["Exposure"]; on: string }) {
  const { day, country, number } = useWords();
  return (
    <Report
      name="Cities that are proposed most" file="exposure" on={on} empty="Nothing was proposed in this time."
      says={<>{found.sentence} Since {day(found.since)}: {number(found.proposals)} proposals of {number(found.cities)} cities.</>}
      headings={["City", "Country", "Times proposed", "Open searches"]}
      rows={found.most_shown.map((city) => [city.place.name, country(city.place.country), city.times, city.open_cases])}
      bars={found.most_shown.slice(0, 10).map((city) => ({ name: city.place.name, value: city.times, says: `${city.times} times` }))}
    />
  );
}
