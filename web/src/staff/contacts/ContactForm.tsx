// The whole of a contact, as it is typed.
import { outreach } from "../../api/client";
import { fieldProblem, Refusal, useCommand } from "../../shell/commands";
import { useKept } from "../../shell/kept";
import { capital, inWords } from "../words";
import { CHANNELS, type Channel, type Contact } from "./ContactsPage";

const TEXTS = [
  ["name", "Name", "text"], ["country", "Country that it reaches, as a code (JP)", "text"], ["email", "E-mail address (optional)", "email"],
  ["office", "Office (optional)", "text"], ["phone", "Telephone (optional)", "tel"], ["website", "Website (optional)", "text"],
  ["city", "City it sits in (optional)", "text"], ["seat_country", "Country it sits in, as a code (optional)", "text"],
  ["language", "Language of letters, as a code (optional)", "text"], ["districts", "U.S. states it covers, with commas between them (optional)", "text"],
] as const;
type Text = (typeof TEXTS)[number][0];
type Entered = { [Name in Text]: string } & { channel: Channel; isPerson: boolean };

export const EMPTY: Entered = {
  name: "", country: "", email: "", office: "", phone: "", website: "", city: "", seat_country: "", language: "", districts: "", channel: "foreign_embassy", isPerson: false,
};

export function enteredOf(contact: Contact): Entered {
  return {
    name: contact.name, country: contact.country, email: contact.email, office: contact.office, phone: contact.phone, website: contact.website, city: contact.city,
    seat_country: contact.seat_country, language: contact.language, districts: contact.districts.join(", "), channel: contact.channel, isPerson: contact.is_person,
  };
}

function asForm({ isPerson, districts, email, seat_country, ...texts }: Entered) {
  return {
    ...texts, is_person: isPerson, email: email.trim() || null, seat_country: seat_country.trim() || null,
    districts: districts.split(/[\s,;]+/).filter(Boolean), source: "staff",
  };
}

interface Props {
  name: string;
  entered: Entered;
  says: string;
  contactId?: string;
}

export function ContactForm({ name, entered, says, contactId }: Props) {
  const [value, change] = useKept(`contact ${name}`, entered);
  const command = useCommand<Entered, { data?: { id: string } }>(async (form, sending) => {
    const body = asForm(form);
    const answer = contactId
      ? await outreach.POST("/api/outreach/v1/contacts/{contact_id}", { params: { path: { contact_id: contactId } }, ...sending, body })
      : await outreach.POST("/api/outreach/v1/contacts", { ...sending, body });
    change(null);
    return answer;
  }, { then: ({ data }) => location.assign(`/staff/contacts/${data?.id ?? ""}?done=kept`) });
  return (
    <form onSubmit={(event) => { event.preventDefault(); command.run(value); }}>
      <Refusal problem={command.problem} idOf={(field) => `contact-${field.split(".")[0]}`} />
      <div className="field">
        <label htmlFor="contact-channel">Kind</label>
        <select id="contact-channel" value={value.channel} onChange={({ target }) => change({ ...value, channel: target.value as Channel })}>
          {CHANNELS.map((each) => <option key={each} value={each}>{capital(inWords(each))}</option>)}
        </select>
      </div>
      {TEXTS.map(([field, label, type]) => {
        const wrong = fieldProblem(command.problem, field);
        return (
          <div className="field" key={field}>
            <label htmlFor={`contact-${field}`}>{label}</label>
            {wrong && <p className="error" id={`contact-${field}-error`}>{wrong}</p>}
            <input
              id={`contact-${field}`} type={type} maxLength={200} autoComplete="off" required={field === "name" || field === "country"}
              aria-invalid={wrong ? true : undefined} aria-describedby={wrong ? `contact-${field}-error` : undefined}
              value={value[field]} onChange={({ target }) => change({ ...value, [field]: target.value })}
            />
          </div>
        );
      })}
      <p className="tick">
        <input type="checkbox" id="contact-is_person" checked={value.isPerson} onChange={({ target }) => change({ ...value, isPerson: target.checked })} />
        <label htmlFor="contact-is_person">This is a person, not an office</label>
      </p>
      <button type="submit" disabled={command.isRunning}>{says}</button>
    </form>
  );
}
