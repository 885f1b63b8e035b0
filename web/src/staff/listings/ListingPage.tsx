import "./listings.css";
import { Answered } from "../../shell/Answered";
import { useTitle } from "../../shell/faces";
import { useWords } from "../../words";
import { asked } from "../Choices";
import { StaffNav } from "../StaffNav";
import { addressOf, STATES, useListing, type Listing } from "./asked";
import { Contacts } from "./Contacts";
import { DEEDS, deedsFor, isDeed } from "./deeds";
import { Deed } from "./Deed";
import { By, saidOfClaim } from "./ListingsPage";
import { Proof } from "./Proof";
import { isEmpty, SideBySide, Texts } from "./Texts";

const DONE: Record<string, string> = {
  list: "It is on the map now.", ask: "The question is on its way to the city.", decline: "The request is declined; the city gets the reason by mail.",
  approve: "The change is on the map now.", refuse: "The change is refused; the city gets the reason by mail.",
  grant: "The listing is handed over: whoever sent this request speaks for it now.", edit: "The texts are changed.",
  claim: "What its official says is noted.", reconfirm: "Confirmed: it stays on the map for 180 days from today.", withdraw: "The listing is withdrawn.",
  code: "Another code is on its way.", proof: "The proof is on record.", contact: "Somebody else speaks for the city now.", letter: "The letter is on file.",
};

export default function ListingPage({ parts: [listingId = ""] }: { parts: readonly string[] }) {
  const listing = useListing(listingId);
  const deed = asked("do");
  return (
    <main id="content" className="page wide">
      <StaffNav current="Listings" />
      {!listing.data && <NotYet />}
      <Answered question={listing}>
        {(found) => (isDeed(deed) && deedsFor(found).includes(deed) ? <Deed deed={deed} listing={found} /> : <Whole listing={found} />)}
      </Answered>
    </main>
  );
}

function NotYet() {
  useTitle("A listing");
  return <h1>A listing</h1>;
}

function Whole({ listing }: { listing: Listing }) {
  const { country, number } = useWords();
  const { place } = listing;
  const done = asked("done");
  useTitle(`${place.name}: listing`);
  return (
    <>
      <p><a href="/staff/listings">Listings that wait for us</a></p>
      <h1>{place.name}, {country(place.country)}</h1>
      {done && DONE[done] && <p role="status" className="told">{DONE[done]}</p>}
      <NextStep listing={listing} />
      <div className="two">
        <div>
          <section aria-labelledby="texts">
            <h2 id="texts">{listing.draft && !isEmpty(listing.profile) ? "The texts, as shown and as sent" : "The texts"}</h2>
            <SaidTexts listing={listing} />
          </section>
          <Proof listing={listing} />
          <Remarks listing={listing} />
        </div>
        <div>
          <section aria-labelledby="facts">
            <h2 id="facts">Facts</h2>
            <Facts listing={listing} people={number(place.population)} />
          </section>
          <Contacts listing={listing} />
        </div>
      </div>
    </>
  );
}

function NextStep({ listing }: { listing: Listing }) {
  const deeds = deedsFor(listing);
  const lacks = listing.state === "verified" && listing.missing_proofs.length > 0;
  return (
    <section className="box next" aria-labelledby="next">
      <h2 id="next">What to do next</h2>
      <p>{whatWaits(listing)} <By dueOn={listing.due_on} isOverdue={listing.is_overdue} /></p>
      {listing.claims && (
        <p>{saidOfClaim(listing.is_colleague)} <a href={addressOf(listing.claims)}>See that listing</a></p>
      )}
      {deeds.length > 0 && (
        <ul className="deeds">
          {lacks && <li><a className="button primary" href="#proof">See what is missing</a></li>}
          {deeds.map((deed, n) => (
            <li key={deed}><a className={n === 0 && !lacks ? "button primary" : "button second"} href={`${addressOf(listing.listing_id)}?do=${deed}`}>{DEEDS[deed]}</a></li>
          ))}
        </ul>
      )}
    </section>
  );
}

function whatWaits(listing: Listing): string {
  const isChange = listing.draft !== null && listing.confirmed_on !== null;
  if (isChange) return "Our turn: read the change, and approve or refuse it, by";
  switch (listing.state) {
    case "submitted": return "The city's turn: confirm its address with the code that we mailed, by";
    case "verified": return listing.missing_proofs.length > 0 ? `Our turn: ${listing.missing_proofs.join(" and ")} is missing. Prove it, ask the city, or decline, by` : "Our turn: read the texts and list the city, ask, or decline, by";
    case "more_information_asked": return "The city's turn: answer our question, by";
    case "listed": return "Nobody's turn: the city looks for a partner. It is to confirm that it still looks by";
    case "in_conversation": return "The conversation goes on in the member's case:";
    case "expired": return "The city's turn: it is no longer shown until it confirms that it still looks:";
    default: return `Nothing waits: ${STATES[listing.state]}:`;
  }
}

function SaidTexts({ listing }: { listing: Listing }) {
  if (!listing.draft) return <Texts profile={listing.profile} />;
  if (isEmpty(listing.profile)) return <Texts profile={listing.draft} />;
  return <SideBySide shown={listing.profile} sent={listing.draft} shownAs="What the map shows" sentAs="What the city sent" />;
}

function Facts({ listing, people }: { listing: Listing; people: string }) {
  const { day, country } = useWords();
  const { place } = listing;
  return (
    <dl className="facts">
      <dt>Where it stands</dt><dd>{STATES[listing.state]}</dd>
      <dt>Place</dt><dd>{place.name}, {country(place.country)}</dd>
      <dt>People</dt><dd>{place.population ? people : <span className="muted">not known</span>}</dd>
      <dt>Sent</dt><dd>{day(listing.submitted_on)}</dd>
      <dt>Last confirmed</dt><dd>{listing.confirmed_on ? day(listing.confirmed_on) : <span className="muted">not yet</span>}</dd>
      {listing.expires_on && <><dt>Shown until</dt><dd>{day(listing.expires_on)}</dd></>}
      <dt>In GeoNames</dt><dd>{place.geoname_id}</dd>
      {listing.is_demonstration && <><dt>Kind</dt><dd>invented for the demonstration</dd></>}
    </dl>
  );
}

const REMARKS: Record<string, string> = {
  question: "We asked", answer: "The city answered", decline_reason: "Declined, because", edit_reason: "A change was refused, because",
};

function Remarks({ listing }: { listing: Listing }) {
  const { day } = useWords();
  return (
    <section aria-labelledby="remarks">
      <h2 id="remarks">Between the city and us</h2>
      {listing.remarks.length === 0 && <p className="muted">Nothing was written yet. What is written here is never public.</p>}
      {listing.remarks.map((remark) => (
        <div key={remark.written_at} className="remark">
          <p className="small muted">{REMARKS[remark.kind] ?? remark.kind.replaceAll("_", " ")}, {day(remark.written_at)}</p>
          <p className="said">{remark.text}</p>
        </div>
      ))}
    </section>
  );
}
