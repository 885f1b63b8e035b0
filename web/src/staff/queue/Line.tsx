// One line of the queue: what it is about, what is to be done, by whom and when, and what was last noted.
import type { CaseLine } from "../reads";
import { capital, day, inWords, span } from "../words";
import { pageOf, type Line as Told } from "./work";

interface Props {
  line: Told;
  today: string;
  known: CaseLine | undefined;
  isChosen: boolean;
  isOwnerTold: boolean;
  choose: (isChosen: boolean) => void;
}

/** What came in has no day by which it is promised, but one since which it waits. */
const CAME_IN: readonly Told["kind"][] = ["message", "profile", "listing", "mail"];

export function Line({ line, today, known, isChosen, isOwnerTold, choose }: Props) {
  const id = `line-${line.kind}-${line.id}`;
  return (
    <li className={line.is_overdue ? "line overdue" : "line"}>
      {line.case_id ? (
        <input
          type="checkbox" id={id} checked={isChosen} onChange={({ target }) => choose(target.checked)}
          aria-label={`Choose ${line.about}: ${line.what}`}
        />
      ) : <span />}
      <div className="about">
        <a href={pageOf(line)} data-line="">{line.about}</a>
        <p className="what">{capital(line.what)}</p>
        {known && <p className="muted small">{heard(known, today)}</p>}
      </div>
      <div className="when">
        <p>{when(line, today)}</p>
        {(isOwnerTold || line.holder !== "staff") && (
          <p className="muted small">
            {line.holder !== "staff" && `Waits for ${inWords(line.holder)}. `}
            {isOwnerTold && (line.owner_name ? `${line.owner_name} has it.` : "Nobody has it.")}
          </p>
        )}
      </div>
    </li>
  );
}

function when(line: Told, today: string) {
  const since = line.is_overdue ? ` (${span(line.due_on, today)})` : "";
  if (CAME_IN.includes(line.kind)) return line.is_overdue ? <>Waits since {day(line.due_on)}{since}</> : <>New today</>;
  if (line.is_overdue) return <><strong>Overdue</strong> since {day(line.due_on)}{since}</>;
  return line.due_on === today ? <>Today</> : <>By {day(line.due_on)}</>;
}

function heard(known: CaseLine, today: string): string {
  const last = known.last_at ? ` Last noted ${silence(known.last_at, today)}: ${known.last_sentence}` : "";
  const dues = known.standing && known.standing !== "good" ? `, ${inWords(known.standing)}` : "";
  return `${capital(inWords(known.stage))}${dues}.${last}`;
}

function silence(at: string, today: string): string {
  return at.slice(0, 10) >= today ? "today" : `${span(at, today)} ago`;
}
