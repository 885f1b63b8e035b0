// The registry: who can be written to, for which country, and whether somebody lately saw that it is right.
import { useQuery } from "@tanstack/react-query";
import { outreach } from "../../api/client";
import type { components } from "../../api/outreach";
import { Answered } from "../../shell/Answered";
import { useTitle } from "../../shell/faces";
import { asked, Choices, MoreLink } from "../Choices";
import { whole } from "../reads";
import { StaffNav } from "../StaffNav";
import { capital, country, day, inWords } from "../words";

export type Contact = components["schemas"]["ContactView"];
export type Channel = components["schemas"]["Channel"];
export const CHANNELS: readonly Channel[] = [
  "foreign_embassy", "foreign_consulate", "us_embassy", "us_consulate", "federal_agency", "municipal_association", "twinning_organisation", "city_office", "other",
];
const isChannel = (text: string | null): text is Channel => CHANNELS.some((each) => each === text);

export default function ContactsPage() {
  const isOld = asked("show") === "old";
  const heading = isOld ? "Contacts to look at again" : "Contacts";
  useTitle(heading);
  return (
    <main id="content" className="page wide">
      <StaffNav current="Contacts" />
      <h1>{heading}</h1>
      <p>Missions, associations and persons whom we write to. <a href="/staff/contacts/new">Add a contact</a></p>
      <Choices label="Show" name="show" choices={[["all", "All"], ["old", "Not seen to be right for 12 months"]]} />
      <Choices label="Kind" name="channel" choices={[["", "Any"], ...CHANNELS.map((each) => [each, capital(inWords(each))] as const)]} />
      <ForCountry />
      <List isOld={isOld} />
    </main>
  );
}

function ForCountry() {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => name !== "country" && name !== "cursor");
  return (
    <form method="get" action="/staff/contacts" className="row" role="search" aria-label="By country">
      {kept.map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />)}
      <label htmlFor="country">Country, as a code</label>
      <input id="country" name="country" defaultValue={asked("country") ?? ""} size={4} maxLength={2} pattern="[A-Z]{2}" title="Two capital letters, JP for Japan" />
      <button type="submit">Show</button>
    </form>
  );
}

function List({ isOld }: { isOld: boolean }) {
  const [channel, reaches, cursor] = [asked("channel"), asked("country"), asked("cursor")];
  const contacts = useQuery({
    queryKey: ["contacts", isOld, channel, reaches, cursor],
    queryFn: ({ signal }) => {
      const query = { needs_verification: isOld, limit: 100, ...(isChannel(channel) && { channel }), ...(reaches && { country: reaches }), ...(cursor && { cursor }) };
      return whole(outreach.GET("/api/outreach/v1/contacts", { params: { query }, signal }));
    },
  });
  return (
    <Answered question={contacts}>
      {({ items, next_cursor }) => items.length === 0 ? (
        <p role="status">No contact is like that. <a href="/staff/contacts">Show all contacts</a></p>
      ) : (
        <>
          <p role="status">{items.length} on this page, by name.</p>
          <div className="scrolls" role="region" tabIndex={0} aria-label="Contacts">
            <table>
              <thead><tr><th scope="col">Name</th><th scope="col">Reaches</th><th scope="col">Kind</th><th scope="col">Sits in</th><th scope="col">Address</th><th scope="col">Last seen to be right</th></tr></thead>
              <tbody>{items.map((contact) => <Line key={contact.contact_id} contact={contact} />)}</tbody>
            </table>
          </div>
          <MoreLink cursor={next_cursor} what="contacts" />
        </>
      )}
    </Answered>
  );
}

function Line({ contact }: { contact: Contact }) {
  return (
    <tr>
      <th scope="row"><a href={`/staff/contacts/${contact.contact_id}`}>{contact.name || "Without a name"}</a></th>
      <td>{country(contact.country)}</td>
      <td>{capital(inWords(contact.channel))}</td>
      <td>{contact.city || <span className="muted">not known</span>}</td>
      <td>{contact.email ? <span className="address">{contact.email}</span> : <span className="muted">none</span>}</td>
      <td>{contact.last_verified ? day(contact.last_verified) : "never"}{contact.needs_verification && <p className="small overdue">look at it again</p>}</td>
    </tr>
  );
}
