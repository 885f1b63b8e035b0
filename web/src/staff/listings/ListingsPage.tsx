import "./listings.css";
import { Answered } from "../../shell/Answered";
import { useTitle } from "../../shell/faces";
import { useWords } from "../../words";
import { asked, Choices, MoreLink } from "../Choices";
import { StaffNav } from "../StaffNav";
import { addressOf, isState, STATES, useListings, useQueue, type Item, type State, type Waiting } from "./asked";

const SHOWN = [["waiting", "Waits for us"], ["all", "All requests and listings"], ["overdue", "Overdue"]] as const;

export default function ListingsPage() {
  const shown = asked("show") ?? "waiting";
  const state = asked("state");
  const heading = shown === "waiting" ? "Listings that wait for us" : shown === "overdue" ? "Overdue listings" : "All listings";
  useTitle(heading);
  return (
    <main id="content" className="page wide">
      <StaffNav current="Listings" />
      <h1>{heading}</h1>
      <Choices label="Show" name="show" choices={SHOWN} />
      {shown === "waiting" ? <Queue /> : (
        <>
          <Choices label="Where it stands" name="state" choices={[["", "Anywhere"], ...Object.entries(STATES)]} />
          <All state={isState(state) ? state : null} isOverdue={shown === "overdue"} />
        </>
      )}
    </main>
  );
}

function Queue() {
  const queue = useQueue();
  return (
    <Answered question={queue}>
      {(lines) => lines.length === 0 ? (
        <p role="status">Nothing waits to be assessed. <a href="/staff/listings?show=all">See all listings</a></p>
      ) : (
        <>
          <p role="status">{lines.length === 1 ? "One waits" : `${lines.length} wait`}, the longest waiting first.</p>
          <div className="scrolls" role="region" tabIndex={0} aria-label="Listings that wait">
            <table>
              <thead>
                <tr><th scope="col">City</th><th scope="col">What to do</th><th scope="col">Waits since</th><th scope="col">By</th><th scope="col">Letters</th></tr>
              </thead>
              <tbody>{lines.map((line) => <Waits key={line.listing_id} line={line} />)}</tbody>
            </table>
          </div>
        </>
      )}
    </Answered>
  );
}

function Waits({ line }: { line: Waiting }) {
  const { day, country } = useWords();
  return (
    <tr>
      <th scope="row"><a href={addressOf(line.listing_id)}>{line.name}, {country(line.country)}</a></th>
      <td>
        {line.next_step}
        {line.claims && <p className="small muted">{saidOfClaim(line.is_colleague)}</p>}
      </td>
      <td>{day(line.waits_since)}</td>
      <td><By dueOn={line.due_on} isOverdue={line.is_overdue} /></td>
      <td>{line.letters === 0 ? "none" : line.letters}</td>
    </tr>
  );
}

export function saidOfClaim(isColleague: boolean | null): string {
  if (isColleague === null) return "It claims a listing that is there already. Its official has not answered yet.";
  return isColleague
    ? "It claims a listing that is there already. Its official says: a colleague."
    : "It claims a listing that is there already. Its official says: not a colleague.";
}

export function By({ dueOn, isOverdue }: { dueOn: string | null; isOverdue: boolean }) {
  const { day } = useWords();
  if (!dueOn) return <span className="muted">no date</span>;
  return isOverdue ? <strong className="overdue">overdue since {day(dueOn)}</strong> : <>{day(dueOn)}</>;
}

function All({ state, isOverdue }: { state: State | null; isOverdue: boolean }) {
  const listings = useListings(state, isOverdue, asked("cursor"));
  return (
    <Answered question={listings}>
      {({ items, next_cursor }) => items.length === 0 ? (
        <p role="status">No listing stands there. <a href="/staff/listings?show=all">Show all listings</a></p>
      ) : (
        <>
          <p role="status">{items.length} on this page, the first sent first.</p>
          <div className="scrolls" role="region" tabIndex={0} aria-label="Listings">
            <table>
              <thead>
                <tr><th scope="col">City</th><th scope="col">Where it stands</th><th scope="col">Sent</th><th scope="col">Confirmed</th><th scope="col">By</th></tr>
              </thead>
              <tbody>{items.map((item) => <Line key={item.listing_id} item={item} />)}</tbody>
            </table>
          </div>
          <MoreLink cursor={next_cursor} what="listings" />
        </>
      )}
    </Answered>
  );
}

function Line({ item }: { item: Item }) {
  const { day, country } = useWords();
  return (
    <tr>
      <th scope="row">
        <a href={addressOf(item.listing_id)}>{item.name}, {country(item.country)}</a>
        {item.is_demonstration && <p className="small muted">demonstration</p>}
      </th>
      <td>{isState(item.state) ? STATES[item.state] : item.state}</td>
      <td>{day(item.submitted_on)}</td>
      <td>{item.confirmed_on ? day(item.confirmed_on) : <span className="muted">never</span>}</td>
      <td>{item.due_on ? day(item.due_on) : <span className="muted">no date</span>}</td>
    </tr>
  );
}
