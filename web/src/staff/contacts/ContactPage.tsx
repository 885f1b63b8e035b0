// One contact: what is on record, whether it answers, and how it is seen to be right, corrected or added.
import { useQuery } from "@tanstack/react-query";
import { outreach } from "../../api/client";
import type { components } from "../../api/outreach";
import { Answered } from "../../shell/Answered";
import { Refusal, useCommand } from "../../shell/commands";
import { useTitle } from "../../shell/faces";
import { asked } from "../Choices";
import { whole } from "../reads";
import { StaffNav } from "../StaffNav";
import { capital, country, day, inWords } from "../words";
import { ContactForm, EMPTY, enteredOf } from "./ContactForm";

type Record = components["schemas"]["ContactRecord"];

export default function ContactPage({ parts: [id = "new"] }: { parts: readonly string[] }) {
  return (
    <main id="content" className="page wide">
      <StaffNav current="Contacts" />
      <p><a href="/staff/contacts">All contacts</a></p>
      {id === "new" ? <New /> : <One contactId={id} />}
    </main>
  );
}

function New() {
  useTitle("Add a contact");
  return (
    <>
      <h1>Add a contact</h1>
      <p className="lead">The same contact again brings its row up to date.</p>
      <ContactForm name="new" entered={EMPTY} says="Add this contact" />
    </>
  );
}

function One({ contactId }: { contactId: string }) {
  const contact = useQuery({
    queryKey: ["contact", contactId],
    queryFn: ({ signal }) => whole(outreach.GET("/api/outreach/v1/contacts/{contact_id}", { params: { path: { contact_id: contactId } }, signal })),
  });
  useTitle(contact.data?.name ?? "A contact");
  return (
    <>
      <h1>{contact.data ? contact.data.name || "A contact without a name" : "A contact"}</h1>
      {asked("done") && <p role="status" className="told">It is on record.</p>}
      <Answered question={contact}>
        {(found) => (
          <>
            <Verify contact={found} />
            <div className="two">
              <section aria-labelledby="correct">
                <h2 id="correct">Correct it</h2>
                <p>The contact as it is now. From then on no file changes it.</p>
                <ContactForm name={contactId} entered={enteredOf(found)} says="Keep this" contactId={contactId} />
              </section>
              <section aria-labelledby="facts"><h2 id="facts">On record</h2><Facts contact={found} /></section>
            </div>
          </>
        )}
      </Answered>
    </>
  );
}

function Verify({ contact }: { contact: Record }) {
  const verify = useCommand<string>((contact_id, sending) =>
    outreach.POST("/api/outreach/v1/contacts/{contact_id}/verify", { params: { path: { contact_id } }, ...sending, body: {} }),
  { changes: [["contact", contact.contact_id], ["contacts"]] });
  return (
    <section className="box next" aria-labelledby="verify">
      <h2 id="verify">{contact.needs_verification ? "Look at it again" : "Seen to be right"}</h2>
      <p role="status">{contact.last_verified ? `Somebody last saw that it is right on ${day(contact.last_verified)}.` : "Nobody has seen yet that it is right."}</p>
      <Refusal problem={verify.problem} />
      <button type="button" className={contact.needs_verification ? "primary" : "second"} disabled={verify.isRunning} onClick={() => verify.run(contact.contact_id)}>It is right as it stands today</button>
    </section>
  );
}

function Facts({ contact }: { contact: Record }) {
  const unknown = <span className="muted">not known</span>;
  return (
    <dl className="facts">
      <dt>Kind</dt><dd>{capital(inWords(contact.channel))}{contact.is_person && ", a person"}</dd>
      <dt>Reaches</dt><dd>{country(contact.country)}</dd>
      <dt>Sits in</dt><dd>{[contact.city, contact.seat_country && country(contact.seat_country)].filter(Boolean).join(", ") || unknown}</dd>
      <dt>States it covers</dt><dd>{contact.districts.join(", ") || unknown}</dd>
      <dt>Does it answer?</dt><dd>{contact.learned.sentence}</dd>
      <dt>All of its kind there</dt><dd>{contact.learned_of_channel.sentence}</dd>
      <dt>From</dt><dd>{[contact.source, contact.licence].filter(Boolean).join(", ") || unknown}</dd>
      {contact.corrected_on && <><dt>Corrected by us</dt><dd>{day(contact.corrected_on)}</dd></>}
    </dl>
  );
}
