// Who speaks for the city, and how somebody else comes in their place.
import { intake } from "../../api/client";
import { Refusal, useCommand } from "../../shell/commands";
import { useKept } from "../../shell/kept";
import { addressOf, type Listing } from "./asked";

const NOBODY = { name: "", email: "", office: "", language: "" };
const FIELDS = [
  ["name", "Name", "text"], ["email", "E-mail address", "email"], ["office", "Office (optional)", "text"], ["language", "Language of letters, as a code (optional)", "text"],
] as const;

export function Contacts({ listing }: { listing: Listing }) {
  const hasEnded = ["lapsed", "declined", "partnered", "withdrawn", "merged"].includes(listing.state);
  return (
    <section aria-labelledby="contacts">
      <h2 id="contacts">Who speaks for it</h2>
      {listing.contacts.length === 0 && <p className="muted">Nobody whom we may see: the address is not confirmed, or the person was forgotten.</p>}
      {listing.contacts.map((person) => (
        <p key={person.person_id} className="address">
          <strong>{person.name}</strong><br />
          {person.office && <>{person.office}<br /></>}
          <a href={`mailto:${person.email}`}>{person.email}</a>
          {person.language && <><br /><span className="muted">reads {new Intl.DisplayNames("en", { type: "language" }).of(person.language)}</span></>}
        </p>
      ))}
      {!hasEnded && <Replace listing={listing} />}
    </section>
  );
}

function Replace({ listing }: { listing: Listing }) {
  const [who, tell] = useKept(`contact ${listing.listing_id}`, NOBODY);
  const command = useCommand<typeof NOBODY>(async ({ language, ...person }, sending) => {
    await intake.POST("/api/intake/v1/listings/{listing_id}/contact", {
      params: { path: { listing_id: listing.listing_id } }, ...sending,
      body: { ...person, language: language.trim() },
    });
    tell(null);
  }, { then: () => location.assign(`${addressOf(listing.listing_id)}?done=contact`) });
  return (
    <details>
      <summary>Somebody else speaks for it now</summary>
      <form onSubmit={(event) => { event.preventDefault(); command.run(who); }}>
        <p className="hint">All mail goes there from now on. An address that is not confirmed yet gets a code of its own.</p>
        <Refusal problem={command.problem} idOf={(field) => `contact-${field}`} />
        {FIELDS.map(([name, label, type]) => (
          <div className="field" key={name}>
            <label htmlFor={`contact-${name}`}>{label}</label>
            <input
              id={`contact-${name}`} type={type} required={name === "name" || name === "email"} maxLength={name === "language" ? 3 : 120}
              autoComplete="off" value={who[name]} onChange={(event) => tell({ ...who, [name]: event.target.value })}
            />
          </div>
        ))}
        <button type="submit" disabled={command.isRunning}>Take this person</button>
      </form>
    </details>
  );
}
