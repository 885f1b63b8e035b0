// One thing done with a listing, on a page of its own: what will happen is read before it happens.
import { useState } from "react";
import { intake } from "../../api/client";
import { Refusal, useCommand, type Sending } from "../../shell/commands";
import { useTitle } from "../../shell/faces";
import { useKept } from "../../shell/kept";
import { useWords } from "../../words";
import { addressOf, type Listing, type Profile } from "./asked";
import { DEEDS, type Deed as Name } from "./deeds";
import { isEmpty, SideBySide, Texts } from "./Texts";
import { asForm, entered, ProfileFields, type Entered } from "./ProfileFields";

interface Props {
  deed: Name;
  listing: Listing;
}

const WHAT_HAPPENS: Record<Name, string> = {
  list: "Everybody can read these texts on the map from now on, and the city is told by mail. It stays there for 180 days, then the city confirms again.",
  ask: "The question goes to the city by mail. It has 30 days to answer; meanwhile it is the city's turn.",
  decline: "The city gets this reason by mail, and nobody else reads it. A call back later can open the request again.",
  approve: "The texts that the city sent take the place of those on the map.",
  refuse: "What is on the map stays as it is. The city gets this reason by mail.",
  grant: "Whoever sent this request speaks for the listing that is on the map, and the one who did so before does not any more. Both are told.",
  claim: "For an answer that came another way, by telephone for instance.",
  edit: "What you write here is on the map at once.",
  reconfirm: "The city told us that it still looks for a partner. That counts for 180 days.",
  withdraw: "The city is no longer shown. It has to send the form again to come back.",
  code: "The older code no longer works. The city gets a new one by mail.",
};
const TEXTS: Partial<Record<Name, string>> = { ask: "Your question to the city", decline: "Why it is declined", refuse: "Why the change is refused" };

export function Deed({ deed, listing }: Props) {
  const { country } = useWords();
  const name = `${listing.place.name}, ${country(listing.place.country)}`;
  const heading = `${DEEDS[deed]}: ${name}`;
  useTitle(heading);
  const label = TEXTS[deed];
  return (
    <>
      <p><a href={addressOf(listing.listing_id)}>Back to {name}</a></p>
      <h1>{heading}</h1>
      <p className="lead">{WHAT_HAPPENS[deed]}</p>
      {deed === "list" || deed === "edit" ? <Texting deed={deed} listing={listing} />
      : deed === "claim" ? <Claim listing={listing} />
      : label ? <Writing deed={deed} listing={listing} label={label} />
      : <Confirming deed={deed} listing={listing} />}
    </>
  );
}

/** Sends it, and comes back to the listing, which tells what became of it. */
function useDeed<Form>(deed: Name, listing: Listing, send: (form: Form, path: Path, sending: Sending) => Promise<unknown>) {
  return useCommand<Form>((form, sending) => send(form, { params: { path: { listing_id: listing.listing_id } } }, sending), {
    then: () => location.assign(`${addressOf(listing.listing_id)}?done=${deed}`),
  });
}
interface Path {
  params: { path: { listing_id: string } };
}

function Writing({ deed, listing, label }: Props & { label: string }) {
  const [text, write] = useKept(`${deed} ${listing.listing_id}`, "");
  const command = useDeed<string>(deed, listing, async (said, path, sending) => {
    if (deed === "ask") await intake.POST("/api/intake/v1/listings/{listing_id}/ask", { ...path, ...sending, body: { question: said } });
    else if (deed === "decline") await intake.POST("/api/intake/v1/listings/{listing_id}/decline", { ...path, ...sending, body: { reason: said } });
    else await intake.POST("/api/intake/v1/listings/{listing_id}/refuse-edit", { ...path, ...sending, body: { reason: said } });
    write(null);
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); command.run(text); }}>
      <Refusal problem={command.problem} idOf={() => "text"} />
      <div className="field">
        <label htmlFor="text">{label}</label>
        <p className="hint" id="text-hint">The city reads this. Write it plainly, so that it can be translated.</p>
        <textarea id="text" rows={6} required maxLength={4000} aria-describedby="text-hint" value={text} onChange={(event) => write(event.target.value)} />
      </div>
      <Send deed={deed} listing={listing} isRunning={command.isRunning} />
    </form>
  );
}

function Confirming({ deed, listing }: Props) {
  const command = useDeed<void>(deed, listing, async (_, path, sending) => {
    const how = { ...path, ...sending };
    if (deed === "approve") await intake.POST("/api/intake/v1/listings/{listing_id}/approve", how);
    else if (deed === "grant") await intake.POST("/api/intake/v1/listings/{listing_id}/claim/grant", how);
    else if (deed === "reconfirm") await intake.POST("/api/intake/v1/listings/{listing_id}/reconfirm", how);
    else if (deed === "withdraw") await intake.POST("/api/intake/v1/listings/{listing_id}/withdraw", how);
    else await intake.POST("/api/intake/v1/listings/{listing_id}/code", how);
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); command.run(); }}>
      <Refusal problem={command.problem} />
      {deed === "approve" && listing.draft && (
        <SideBySide shown={listing.profile} sent={listing.draft} shownAs="On the map today" sentAs="On the map after it" />
      )}
      <Send deed={deed} listing={listing} isRunning={command.isRunning} />
    </form>
  );
}

function Texting({ deed, listing }: Props) {
  const sent: Profile = listing.draft ?? listing.profile;
  const [mended, mend] = useKept<Entered | null>(`${deed} ${listing.listing_id}`, null);
  const isMending = deed === "edit" || mended !== null;
  const command = useDeed<Entered | null>(deed, listing, async (texts, path, sending) => {
    if (deed === "edit") await intake.POST("/api/intake/v1/listings/{listing_id}/edit", { ...path, ...sending, body: { profile: asForm(texts ?? entered(sent)) } });
    else await intake.POST("/api/intake/v1/listings/{listing_id}/list", { ...path, ...sending, body: texts ? { profile: asForm(texts) } : {} });
    mend(null);
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); command.run(mended); }}>
      <Refusal problem={command.problem} idOf={(field) => field.split(".").at(-1)} />
      {isMending ? <ProfileFields value={mended ?? entered(sent)} change={mend} problem={command.problem} /> : (
        <div className="box">
          {isEmpty(sent) ? <p>The city sent no texts.</p> : <Texts profile={sent} />}
          <button type="button" className="second" onClick={() => mend(entered(sent))}>Mend the texts first</button>
        </div>
      )}
      <Send deed={deed} listing={listing} isRunning={command.isRunning} />
    </form>
  );
}

function Claim({ listing }: { listing: Listing }) {
  const [answer, say] = useState<boolean | null>(null);
  const listed = listing.claims ?? listing.listing_id;
  const command = useCommand<boolean>((isColleague, sending) =>
    intake.POST("/api/intake/v1/listings/{listing_id}/claim/answer", { params: { path: { listing_id: listed } }, ...sending, body: { is_colleague: isColleague } }),
  { then: () => location.assign(`${addressOf(listing.listing_id)}?done=claim`) });
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (answer !== null) command.run(answer); }}>
      <Refusal problem={command.problem} />
      <fieldset>
        <legend>Does the official of the listing know who sent this request?</legend>
        <p className="tick"><input type="radio" id="yes" name="answer" required onChange={() => say(true)} /><label htmlFor="yes">Yes, a colleague</label></p>
        <p className="tick"><input type="radio" id="no" name="answer" required onChange={() => say(false)} /><label htmlFor="no">No</label></p>
      </fieldset>
      <Send deed="claim" listing={listing} isRunning={command.isRunning} />
    </form>
  );
}

function Send({ deed, listing, isRunning }: Props & { isRunning: boolean }) {
  return (
    <p className="row">
      <button type="submit" disabled={isRunning}>{isRunning ? "One moment" : DEEDS[deed]}</button>
      <a className="button second" href={addressOf(listing.listing_id)}>Not now</a>
    </p>
  );
}
