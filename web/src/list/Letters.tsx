// What shows that the city and its official are real, and the upload of a letter of authority.
import { useState, type FormEvent } from "react";
import { intake } from "../api/client";
import { Refusal } from "../shell/commands";
import { useWords } from "../words";
import { Done, useChange, type Standing } from "./Mine";
import { useTold } from "./refusals";

const STEPS = [
  "gazetteer", "only_record", "address", "official_domain", "call_back", "authority_letter", "letter_waived", "known_before",
] as const;
type ProofStep = (typeof STEPS)[number];
const isStep = (step: string): step is ProofStep => STEPS.some((each) => each === step);

export function Proof({ standing: { proof, still_needed, takes_letters } }: { standing: Standing }) {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("list.proof.title")}</h2>
      <ul>
        {proof.map(({ step, state }) => isStep(step) && <li key={step}><strong>{t(`list.state.${state}`)}:</strong> {t(`list.proof.${step}`)}</li>)}
      </ul>
      {takes_letters && still_needed.length > 0 && (
        <>
          <p>{t("list.needed.title")}</p>
          <ul>{still_needed.map((need) => <li key={need}>{t(`list.needed.${need}`)}</li>)}</ul>
        </>
      )}
    </section>
  );
}

interface Chosen {
  file: File;
  /** Tells one file from another where only words are compared. */
  known: string;
}

export function Letters({ standing: { listing_id, letters, takes_letters } }: { standing: Standing }) {
  const { t, day } = useWords();
  const [done, setDone] = useState("");
  const tell = useTold();
  const sending = useChange(
    listing_id,
    (path, headers, { file }: Chosen) =>
      intake.POST("/api/intake/v1/listings/{listing_id}/letters", { params: { path }, body: { file: "" }, bodySerializer: () => inParts(file), headers }),
    () => setDone(t("list.letter.there")),
  );
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const file = new FormData(event.currentTarget).get("file");
    if (file instanceof File && !sending.isRunning) sending.run({ file, known: `${file.name} ${file.size} ${file.lastModified}` });
  };
  if (!takes_letters && letters.length === 0) return null;
  return (
    <section>
      <h2>{t("list.letter.title")}</h2>
      <Done words={done} />
      {letters.length > 0 && <ul>{letters.map((each) => <li key={each.upload_id}><bdi>{each.name || each.kind}</bdi> ({day(each.uploaded_at)})</li>)}</ul>}
      {takes_letters && (
        <form onSubmit={send}>
          <p>{t("list.letter.what")}</p>
          <Refusal problem={tell(sending.problem)} />
          <div className="field">
            <label htmlFor="file">{t("list.letter.file")}</label>
            <input id="file" type="file" name="file" required accept=".pdf,.png,.jpg,.jpeg,.docx" />
          </div>
          <p><button aria-disabled={sending.isRunning}>{t("list.letter.send")}</button></p>
        </form>
      )}
    </section>
  );
}

function inParts(file: File): FormData {
  const parts = new FormData();
  parts.append("file", file);
  return parts;
}
