// Who else is to come to a meeting; each of them gets an entry for the calendar.
import { Refused } from "../api/refusals";

export interface Guest {
  name: string;
  email: string;
  office: string;
  language: string;
  timezone: string;
}

interface Props {
  guests: readonly Guest[];
  change: (guests: Guest[]) => void;
  problem: unknown;
}

export function Attendees({ guests, change, problem }: Props) {
  const set = (n: number, part: Partial<Guest>) => change(guests.map((each, m) => (m === n ? { ...each, ...part } : each)));
  return (
    <fieldset>
      <legend>Who comes beside you</legend>
      {guests.map((guest, n) => (
        <div key={n} className="guest">
          <p><label htmlFor={`name-${n}`}>Name</label><input id={`name-${n}`} type="text" maxLength={120} autoComplete="off" value={guest.name} onChange={(event) => set(n, { name: event.target.value })} /></p>
          <p><label htmlFor={`email-${n}`}>E-mail address</label><input id={`email-${n}`} type="email" autoComplete="off" value={guest.email} aria-invalid={isWrong(problem, n) ? true : undefined} onChange={(event) => set(n, { email: event.target.value })} /></p>
          <button type="button" className="plain" onClick={() => change(guests.filter((_, m) => m !== n))}>Remove {guest.name || "this person"}</button>
        </div>
      ))}
      <button type="button" className="second" onClick={() => change([...guests, { name: "", email: "", office: "", language: "", timezone: "" }])}>Add somebody</button>
    </fieldset>
  );
}

/** The first of the sent attendees is whoever sends. */
function isWrong(problem: unknown, n: number): boolean {
  return problem instanceof Refused && problem.errors.some((each) => each.field.startsWith(`attendees.${n + 1}.`));
}
