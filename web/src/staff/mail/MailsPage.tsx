// Mail that nobody could place by itself, of both services, the oldest first.
import { Answered } from "../../shell/Answered";
import { useTitle } from "../../shell/faces";
import { asked, Choices, MoreLink } from "../Choices";
import { StaffNav } from "../StaffNav";
import { moment } from "../words";
import { KINDS, useMails, type Inbound, type Service } from "./asked";

export default function MailsPage() {
  const isAll = asked("show") === "all";
  const about: Service = asked("about") === "cases" ? "intake" : "outreach";
  const heading = isAll ? "All mail that came in" : "Mail that waits for us";
  useTitle(heading);
  return (
    <main id="content" className="page wide">
      <StaffNav current="Mail" />
      <h1>{heading}</h1>
      <p>What a mail is about is known by its address. What is not, waits here until we say what it is about, or set it aside.</p>
      <Choices label="Show" name="show" choices={[["waiting", "Waits for us"], ["all", "All"]]} />
      <Choices label="About" name="about" choices={[["letters", "Letters to cities abroad"], ["cases", "Cases and listings"]]} />
      <List service={about} waiting={!isAll} />
    </main>
  );
}

function List({ service, waiting }: { service: Service; waiting: boolean }) {
  const mails = useMails(service, waiting, asked("cursor"));
  return (
    <Answered question={mails}>
      {({ items, next_cursor }) => items.length === 0 ? (
        <p role="status">{waiting ? "No mail waits." : "No mail came in yet."} <a href="/staff">Back to your work</a></p>
      ) : (
        <>
          <p role="status">{items.length} on this page, the oldest first.</p>
          <div className="scrolls" role="region" tabIndex={0} aria-label="Mail">
            <table>
              <thead><tr><th scope="col">Subject</th><th scope="col">From</th><th scope="col">Came</th><th scope="col">What it seems to be</th><th scope="col">Why it waits</th></tr></thead>
              <tbody>{items.map((mail) => <Line key={mail.inbound_id} mail={mail} service={service} />)}</tbody>
            </table>
          </div>
          <MoreLink cursor={next_cursor} what="mail" />
        </>
      )}
    </Answered>
  );
}

function Line({ mail, service }: { mail: Inbound; service: Service }) {
  return (
    <tr>
      <th scope="row"><a href={`/staff/mail/${service}/${mail.inbound_id}`}>{mail.subject || "Without a subject"}</a></th>
      <td><span className="address">{mail.sender_name || mail.sender || "not known"}</span></td>
      <td>{moment(mail.received_at)}</td>
      <td>{KINDS[mail.kind]}</td>
      <td>{mail.why_waiting || (mail.waits ? "It is not known what it is about." : <span className="muted">it does not</span>)}</td>
    </tr>
  );
}
