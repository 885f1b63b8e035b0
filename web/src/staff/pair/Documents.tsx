// The documents of a city, each in its newest version, to take along as PDF or to edit as DOCX.
import { useState } from "react";
import { download, outreach } from "../../api/client";
import { Refusal } from "../../shell/commands";
import { Ask } from "../Ask";
import { UndoableEntry } from "../Entry";
import { useDocuments } from "../reads";
import { capital, day, inWords } from "../words";
import type { components } from "../../api/outreach";
import type { Pair } from "./PairPage";

const KINDS = [
  "invitation", "acceptance", "letter_of_intent", "friendship_agreement", "council_resolution", "sister_city_agreement", "proclamation",
  "visa_support_letter", "delegation_list",
] as const satisfies readonly components["schemas"]["DocumentKind"][];
/** What is left out is as in the pair's newest document: the service fills it in. */
const AS_BEFORE = {} as components["schemas"]["DocumentForm"]["details"];
const LANGUAGES = new Intl.DisplayNames("en", { type: "language" });

export function Documents({ pair }: { pair: Pair }) {
  const asked = useDocuments(pair.pair_id);
  return (
    <section aria-labelledby="documents">
      <h2 id="documents">Documents</h2>
      <Ask asked={asked}>{({ documents }) => <Shelf pair={pair} documents={documents} />}</Ask>
      <details>
        <summary>Draw a document up</summary>
        <UndoableEntry
          audience="outreach" press="Draw it up" says="It is drawn up in ten seconds." done="It stands above." changes={[["pair", pair.pair_id]]}
          fields={[{ name: "kind", label: "Which", kind: "choice", options: KINDS.map((kind) => [kind, capital(inWords(kind))] as const) }]}
          send={({ kind }, { headers, keepalive }) =>
            outreach.POST("/api/outreach/v1/pairs/{pair_id}/documents", { params: { path: { pair_id: pair.pair_id } }, headers, keepalive, body: { kind: kind as components["schemas"]["DocumentKind"], details: AS_BEFORE } })
          }
        />
        <p className="small">In English and a language of the city, with what the pair's newest document says; the member changes the rest on its own page.</p>
      </details>
    </section>
  );
}

function Shelf({ pair, documents }: { pair: Pair; documents: components["schemas"]["DocumentsView"]["documents"] }) {
  const [problem, setProblem] = useState<unknown>(null);
  const newest = new Map(documents.map((each) => [each.kind, each]));
  if (!newest.size) return <p>No document is drawn up yet.</p>;
  const take = (id: string, form: "pdf" | "docx", name: string) => {
    setProblem(null);
    download("outreach", `/api/outreach/v1/pairs/${pair.pair_id}/documents/${id}/${form}`, name).catch(setProblem);
  };
  return (
    <>
      <Refusal problem={problem} />
      <ul className="plainly">
        {[...newest.values()].map((each) => {
          const name = `${each.kind}-${each.document_version}`;
          return (
            <li key={each.document_id}>
              {capital(inWords(each.kind))}, version {each.document_version} <span className="muted">({LANGUAGES.of(each.language)}, {day(each.drawn_up_at)}{each.is_signed && ", signed"})</span><br />
              <button type="button" className="plain" aria-label={`${inWords(each.kind)} as PDF`} onClick={() => take(each.document_id, "pdf", `${name}.pdf`)}>PDF</button>{" "}
              <button type="button" className="plain" aria-label={`${inWords(each.kind)} as DOCX`} onClick={() => take(each.document_id, "docx", `${name}.docx`)}>DOCX</button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
