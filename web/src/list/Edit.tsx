// The city's own words are changed here; what was entered stays until it is sent.
import { useState, type FormEvent } from "react";
import { intake } from "../api/client";
import { Refusal } from "../shell/commands";
import { useTitle } from "../shell/faces";
import { useWords } from "../words";
import { offerOf, problemsOfOffer, profileOf, type Offer } from "./draft";
import { Summary } from "./Fields";
import { Mine, useChange, type Standing } from "./Mine";
import { Offers, Seeks, Together } from "./OfferFields";
import { useTold, wrongOf, wrongOfService } from "./refusals";

export function EditPage({ parts: [id] }: { parts: readonly string[] }) {
  return <Mine id={id ?? ""}>{(standing) => <Editing standing={standing} />}</Mine>;
}

function Editing({ standing }: { standing: Standing }) {
  const words = useWords();
  const { t } = words;
  const tell = useTold();
  const here = `/list-your-city/status/${standing.listing_id}`;
  const title = t("list.edit.title", { place: standing.place.name });
  useTitle(title);
  const [offer, setOffer] = useState<Offer>(() => offerOf(standing.draft ?? standing.profile));
  const [round, setRound] = useState(0);
  const sending = useChange(
    standing.listing_id,
    (path, headers, form: Offer) => intake.POST("/api/intake/v1/listings/{listing_id}/edit", { params: { path }, body: { profile: profileOf(form) }, headers }),
    () => location.assign(here),
  );
  const found = wrongOf(problemsOfOffer(offer), words);
  const wrong = round === 0 ? [] : found.length > 0 ? found : wrongOfService(sending.problem, words);
  const change = (part: Partial<Offer>) => setOffer((before) => ({ ...before, ...part }));
  const send = (event: FormEvent) => {
    event.preventDefault();
    setRound((before) => before + 1);
    if (found.length === 0 && !sending.isRunning) sending.run(offer);
  };
  return (
    <main id="content" className="page list">
      <h1>{title}</h1>
      <Summary wrong={wrong} round={round + (sending.problem ? 1 : 0)} />
      {wrong.length === 0 && <Refusal problem={tell(sending.problem)} />}
      <p>{t("list.edit.lead")}</p>
      <form noValidate onSubmit={send}>
        <Seeks {...{ offer, change, wrong }} />
        <Together {...{ offer, change, wrong }} />
        <Offers {...{ offer, change, wrong }} />
        <p className="row">
          <button className="primary" aria-disabled={sending.isRunning}>{t("list.edit.send")}</button>
          <a className="button" href={here}>{t("list.edit.back")}</a>
        </p>
      </form>
    </main>
  );
}
