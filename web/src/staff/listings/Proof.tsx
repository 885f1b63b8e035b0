// What shows that city and person are real: done and lacking, each with who recorded it, and the forms to record it.
import { useRef, useState } from "react";
import { download, intake } from "../../api/client";
import type { components } from "../../api/intake";
import { Refusal, useCommand } from "../../shell/commands";
import { useKept } from "../../shell/kept";
import { useWords } from "../../words";
import { addressOf, BEFORE, type Listing } from "./asked";

type Step = components["schemas"]["ProofStep"];
type Kind = Exclude<components["schemas"]["Proof"], "known_before">;
const KINDS: Record<Kind, string> = {
  call_back: "The city's office was called back",
  official_domain: "The address is on an official domain",
  authority_letter: "A letter of authority was read",
  letter_waived: "No letter is needed",
};
const isKind = (text: string): text is Kind => Object.hasOwn(KINDS, text);
const NOTES: Record<Kind, string> = {
  call_back: "Anything else (optional)",
  official_domain: "How you know that the domain is official",
  authority_letter: "Where the letter is kept, if it is not on file here (optional)",
  letter_waived: "Why the city is listed without a letter",
};

export function Proof({ listing }: { listing: Listing }) {
  const isOpen = BEFORE.includes(listing.state) || listing.state === "declined";
  return (
    <section aria-labelledby="proof">
      <h2 id="proof">Proof</h2>
      <p>{listing.missing_proofs.length === 0 ? "Nothing is missing." : `Missing: ${listing.missing_proofs.join(" and ")}.`}</p>
      <ul className="steps">
        {listing.proof_steps.filter(({ step, is_done }) => is_done || !["known_before", "letter_waived"].includes(step))
          .map((step) => <StepLine key={step.step} step={step} listing={listing} mayRetract={isOpen} />)}
      </ul>
      <Letters listing={listing} mayUpload={isOpen} />
      {isOpen && <Record listing={listing} />}
    </section>
  );
}

function StepLine({ step, listing, mayRetract }: { step: Step; listing: Listing; mayRetract: boolean }) {
  const { day } = useWords();
  const kind = step.step;
  const retract = useCommand<Kind>((proof, sending) =>
    intake.POST("/api/intake/v1/listings/{listing_id}/proofs/retract", { params: { path: { listing_id: listing.listing_id } }, ...sending, body: { kind: proof } }),
  { changes: [["listings"]] });
  const told = step.told;
  return (
    <li>
      <p className={step.is_done ? "done" : "lacking"}>{step.words} <span className="muted">{step.is_done ? "Yes." : "Not yet."}</span></p>
      {step.recorded_at && <p className="small muted">Recorded on {day(step.recorded_at)}.</p>}
      {told && [told.spoke_with && `Spoke with ${told.spoke_with}.`, told.called_on && `Called on ${day(told.called_on)}.`, told.number_source && `Number from: ${told.number_source}.`, told.note]
        .filter(Boolean).map((line) => <p key={`${line}`} className="small said">{line}</p>)}
      {step.is_done && mayRetract && isKind(kind) && (
        <button type="button" className="plain" disabled={retract.isRunning} onClick={() => retract.run(kind)}>Take it back<span className="hidden">: {step.words}</span></button>
      )}
      <Refusal problem={retract.problem} />
    </li>
  );
}

function Letters({ listing, mayUpload }: { listing: Listing; mayUpload: boolean }) {
  const { day, number } = useWords();
  const file = useRef<HTMLInputElement>(null);
  const [problem, tell] = useState<unknown>(null);
  const path = `/api/intake/v1/listings/${listing.listing_id}/letters`;
  const send = useCommand<string>((_, sending) => {
    const form = new FormData();
    const chosen = file.current?.files?.[0];
    if (chosen) form.append("file", chosen);
    return intake.POST("/api/intake/v1/listings/{listing_id}/letters", {
      params: { path: { listing_id: listing.listing_id } }, ...sending, body: {}, bodySerializer: () => form,
    });
  }, { then: () => location.assign(`${addressOf(listing.listing_id)}?done=letter`) });
  return (
    <>
      <h3>Letters of authority</h3>
      {listing.letters.length === 0 && <p className="muted">None is on file.</p>}
      <Refusal problem={problem} />
      <ul>
        {listing.letters.map((letter) => (
          <li key={letter.upload_id}>
            <button type="button" className="plain" onClick={() => void download("intake", `${path}/${letter.upload_id}`, `letter-${letter.upload_id}.${letter.kind}`).then(() => tell(null), tell)}>
              {letter.name ?? "Letter"}
            </button>{" "}
            <span className="small muted">{letter.kind.toUpperCase()}, {number(Math.ceil(letter.bytes / 1000))} kB, {day(letter.uploaded_at)}, from {letter.is_from_staff ? "staff" : "the city"}</span>
          </li>
        ))}
      </ul>
      {mayUpload && (
        <details>
          <summary>Upload a letter that came another way</summary>
          <form onSubmit={(event) => { event.preventDefault(); send.run(file.current?.files?.[0]?.name ?? ""); }}>
            <Refusal problem={send.problem} idOf={() => "letter"} />
            <div className="field">
              <label htmlFor="letter">Letter</label>
              <p className="hint">PDF, PNG, JPEG or DOCX, 5 MB at most.</p>
              <input ref={file} id="letter" type="file" required accept=".pdf,.png,.jpg,.jpeg,.docx" />
            </div>
            <button type="submit" disabled={send.isRunning}>Upload</button>
          </form>
        </details>
      )}
    </>
  );
}

function Record({ listing }: { listing: Listing }) {
  const [form, fill] = useKept(`proof ${listing.listing_id}`, { kind: "call_back" as Kind, spoke_with: "", called_on: "", number_source: "", note: "" });
  const record = useCommand<typeof form>(async ({ kind, spoke_with, called_on, number_source, note }, sending) => {
    const isCall = kind === "call_back";
    const call = isCall ? { spoke_with, number_source, ...(called_on && { called_on }) } : { spoke_with: "", number_source: "" };
    await intake.POST("/api/intake/v1/listings/{listing_id}/proofs", { params: { path: { listing_id: listing.listing_id } }, ...sending, body: { kind, note, ...call } });
    fill(null);
  }, { then: () => location.assign(`${addressOf(listing.listing_id)}?done=proof`) });
  const input = (name: "spoke_with" | "number_source" | "called_on", label: string, type = "text") => (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input id={name} type={type} maxLength={200} value={form[name]} onChange={(event) => fill({ ...form, [name]: event.target.value })} />
    </div>
  );
  return (
    <details>
      <summary>Record a proof</summary>
      <form onSubmit={(event) => { event.preventDefault(); record.run(form); }}>
        <Refusal problem={record.problem} idOf={(field) => field} />
        <fieldset>
          <legend>What was proved?</legend>
          {Object.entries(KINDS).map(([kind, words]) => (
            <p className="tick" key={kind}>
              <input type="radio" id={`kind-${kind}`} name="kind" checked={form.kind === kind} onChange={() => fill({ ...form, kind: kind as Kind })} />
              <label htmlFor={`kind-${kind}`}>{words}</label>
            </p>
          ))}
        </fieldset>
        {form.kind === "call_back" && (
          <>
            {input("spoke_with", "Whom you spoke with")}
            {input("number_source", "Where the number is from")}
            {input("called_on", "When (optional; today if left out)", "date")}
          </>
        )}
        <div className="field">
          <label htmlFor="note">{NOTES[form.kind]}</label>
          <textarea id="note" rows={3} maxLength={4000} value={form.note} onChange={(event) => fill({ ...form, note: event.target.value })} />
        </div>
        <button type="submit" disabled={record.isRunning}>Record it</button>
      </form>
    </details>
  );
}
