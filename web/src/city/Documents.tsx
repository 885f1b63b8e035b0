// The documents of one city, the newest first: what each still lacks, and the files.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { download, outreach } from "../api/client";
import type { components } from "../api/outreach";
import { Refusal } from "../shell/commands";
import { Trouble } from "../shell/Trouble";
import { day, languageName, words } from "./names";
import { OWN, Waits } from "./own";
import type { PairItem } from "./questions";

export type Document = components["schemas"]["DocumentItem"];

export function Documents({ pair, documents }: { pair: PairItem; documents: readonly Document[] }) {
  return <ul className="pairs">{[...documents].reverse().map((each) => <Line key={each.document_id} pair={pair} document={each} />)}</ul>;
}

export function titleOf({ kind, document_version, language }: Document): string {
  return `${words(kind)}, version ${document_version}, ${language === "en" ? "in English" : `in English and ${languageName(language)}`}`;
}

function Line({ pair, document }: { pair: PairItem; document: Document }) {
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const fetchIt = async (form: "pdf" | "docx") => {
    setProblem(null);
    const path = `/api/outreach/v1/pairs/${pair.pair_id}/documents/${document.document_id}/${form}`;
    await download("outreach", path, `${document.kind}-v${document.document_version}-${document.language}.${form}`).catch(setProblem);
  };
  const title = titleOf(document);
  return (
    <li>
      <h3>{title}</h3>
      <p className="muted small">Drawn up on {day(document.drawn_up_at)}. {document.is_signed ? "Signed." : "Not signed yet: it says Draft."}</p>
      <p className="row">
        <button type="button" className="second" aria-label={`${title}, PDF`} onClick={() => void fetchIt("pdf")}>PDF</button>
        <button type="button" className="second" aria-label={`${title}, DOCX`} onClick={() => void fetchIt("docx")}>DOCX</button>
      </p>
      <Refusal problem={problem} />
      {!document.is_signed && (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>What it still lacks</summary>
          {isOpen && <Checks pair={pair} document={document} />}
        </details>
      )}
    </li>
  );
}

function Checks({ pair, document }: { pair: PairItem; document: Document }) {
  const path = { pair_id: pair.pair_id, document_id: document.document_id };
  const found = useQuery({
    queryKey: [...OWN, "checks", document.document_id, document.version],
    queryFn: async ({ signal }) => (await outreach.GET("/api/outreach/v1/pairs/{pair_id}/documents/{document_id}/checks", { params: { path }, signal })).data!,
  });
  if (found.isError) return <Trouble problem={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Waits lines={2} />;
  if (found.data.length === 0) return <p>Nothing: it can be signed.</p>;
  return <ul>{found.data.map((each) => <li key={each.rule + each.sentence}>{each.sentence} <span className="muted">{each.next_step}</span></li>)}</ul>;
}
