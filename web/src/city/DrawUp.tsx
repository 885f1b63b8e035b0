// A document in its next version; what is left empty is as in the newest document of this city.
import { useState, type FormEvent } from "react";
import { outreach } from "../api/client";
import type { components } from "../api/outreach";
import { Refusal, useCommand } from "../shell/commands";
import { languageName, words } from "./names";
import { OWN } from "./own";
import type { PairItem } from "./questions";

type Kind = components["schemas"]["DocumentKind"];
type Told = components["schemas"]["DocumentsView"];
const KINDS: readonly Kind[] = [
  "invitation", "acceptance", "letter_of_intent", "friendship_agreement", "council_resolution", "sister_city_agreement", "proclamation", "visa_support_letter", "delegation_list",
];
const FIELDS = {
  us_name: "Who signs for you", us_office: "Their office", foreign_name: "Who signs for the city abroad", foreign_office: "Their office there",
  native: "The city's name in its own language", contact: "Whom they answer: name, address, telephone",
} as const;
type Field = keyof typeof FIELDS;
interface Entered {
  kind: Kind;
  language: string;
  texts: Partial<Record<Field, string>>;
  /** Both who sign are the highest officials of their places. */
  isHighest: boolean;
}

export function DrawUp({ pair, told, isOpen }: { pair: PairItem; told: Told; isOpen: boolean }) {
  const [entered, setEntered] = useState<Entered>({ kind: "invitation", language: "", texts: {}, isHighest: false });
  const draw = useCommand(
    (it: Entered, sending) =>
      outreach.POST("/api/outreach/v1/pairs/{pair_id}/documents", {
        ...sending, params: { path: { pair_id: pair.pair_id } }, body: { kind: it.kind, language: it.language || null, details: detailsOf(it) as Details },
      }),
    { changes: [OWN] },
  );
  const id = (name: string) => `${pair.pair_id}-${name}`;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    draw.run(entered);
  };
  return (
    <details open={isOpen}>
      <summary>Draw a document up for {pair.city}</summary>
      <form onSubmit={submit}>
        <p>
          <label htmlFor={id("kind")}>Which document</label>
          <select id={id("kind")} value={entered.kind} onChange={(event) => setEntered({ ...entered, kind: KINDS.find((each) => each === event.target.value) ?? "invitation" })}>
            {KINDS.map((each) => <option key={each} value={each}>{words(each)}</option>)}
          </select>
        </p>
        <p>
          <label htmlFor={id("language")}>Beside English in</label>
          <select id={id("language")} value={entered.language} onChange={(event) => setEntered({ ...entered, language: event.target.value })}>
            <option value="">The city's own language, where we have the texts</option>
            {told.languages.map((each) => <option key={each} value={each}>{each === "en" ? "English alone" : languageName(each)}</option>)}
          </select>
        </p>
        <p className="hint">What you leave empty is taken from the newest document of this city. The checks tell afterwards what is still missing.</p>
        {(Object.keys(FIELDS) as Field[]).map((name) => (
          <p key={name}>
            <label htmlFor={id(name)}>{FIELDS[name]} (optional)</label>
            <input id={id(name)} type="text" maxLength={200} value={entered.texts[name] ?? ""} onChange={(event) => setEntered({ ...entered, texts: { ...entered.texts, [name]: event.target.value } })} />
          </p>
        ))}
        <p className="tick">
          <input id={id("highest")} type="checkbox" checked={entered.isHighest} onChange={(event) => setEntered({ ...entered, isHighest: event.target.checked })} />
          <label htmlFor={id("highest")}>Those named here are the highest elected officials of their place (appointed where there are no elections)</label>
        </p>
        <Refusal problem={draw.problem} idOf={() => id("kind")} />
        <p className="row">
          <button type="submit" disabled={draw.isRunning}>{draw.isRunning ? "Being made" : "Draw it up"}</button>
          <span role="status" className="told">{draw.isDone ? "It stands above." : ""}</span>
        </p>
      </form>
    </details>
  );
}

type Details = components["schemas"]["Details"];

/** Only what was entered: everything else stays as it is. */
function detailsOf({ texts, isHighest }: Entered): Partial<Details> {
  const details: Partial<Details> = {};
  if (texts.us_name || texts.us_office) details.us_signer = signer(isHighest, texts.us_name, texts.us_office);
  if (texts.foreign_name || texts.foreign_office) details.foreign_signer = signer(isHighest, texts.foreign_name, texts.foreign_office);
  if (texts.native) details.foreign_name = texts.native;
  if (texts.contact) details.us_contact = texts.contact;
  return details;
}

function signer(is_highest_official: boolean, name = "", office = ""): components["schemas"]["Signer"] {
  return { name, office, is_highest_official, translated_name: "", translated_office: "" };
}
