// What the city can do now, in the order in which it matters: each with its button and, afterwards, a word that it is done.
import { useState, type FormEvent } from "react";
import { intake } from "../api/client";
import { Refusal } from "../shell/commands";
import { useWords } from "../words";
import { Done, useChange, type Standing } from "./Mine";
import { useTold } from "./refusals";

interface Props {
  standing: Standing;
}

export function NextAction({ standing }: Props) {
  const { t } = useWords();
  const [done, setDone] = useState("");
  const say = () => setDone(t("list.done"));
  return (
    <>
      <Done words={done} />
      {standing.is_claimed && <Claimed standing={standing} done={say} />}
      {standing.fact === "submitted" && <SendAgain standing={standing} done={say} />}
      {standing.fact === "more_information_asked" && <Answer standing={standing} done={say} />}
      {standing.is_on_the_map && <Reconfirm standing={standing} done={say} />}
      {["lapsed", "declined", "withdrawn", "partnered"].includes(standing.fact) && <p><a className="button" href="/list-your-city">{t("list.again")}</a></p>}
    </>
  );
}

type Action = Props & { done: () => void };

function SendAgain({ standing: { listing_id }, done }: Action) {
  const { t } = useWords();
  const tell = useTold();
  const sending = useChange(listing_id, (path, headers) => intake.POST("/api/intake/v1/listings/{listing_id}/code", { params: { path }, headers }), done);
  return (
    <>
      <Refusal problem={tell(sending.problem)} />
      <p className="row">
        <button type="button" className="primary" aria-disabled={sending.isRunning} onClick={() => sending.run()}>{t("list.status.sendAgain")}</button>
        <a className="button" href={`/list-your-city/${listing_id}/confirm`}>{t("list.sent.code")}</a>
      </p>
    </>
  );
}

function Reconfirm({ standing: { listing_id, confirmed_on }, done }: Action) {
  const { t, day } = useWords();
  const tell = useTold();
  const confirming = useChange(listing_id, (path, headers) => intake.POST("/api/intake/v1/listings/{listing_id}/reconfirm", { params: { path }, headers }), done);
  return (
    <>
      <h2>{t("list.still.title")}</h2>
      {confirmed_on && <p>{t("list.still.last", { day: day(confirmed_on) })}</p>}
      <Refusal problem={tell(confirming.problem)} />
      <p><button type="button" className="primary" aria-disabled={confirming.isRunning} onClick={() => confirming.run()}>{t("list.still.yes")}</button></p>
    </>
  );
}

function Answer({ standing: { listing_id, remarks }, done }: Action) {
  const { t } = useWords();
  const tell = useTold();
  const [text, setText] = useState("");
  const question = remarks.findLast((each) => each.kind === "question");
  const answering = useChange(
    listing_id,
    (path, headers, said: string) => intake.POST("/api/intake/v1/listings/{listing_id}/answer", { params: { path }, body: { text: said }, headers }),
    done,
  );
  const [isEmpty, setEmpty] = useState(false);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(!text.trim());
    if (text.trim()) answering.run(text);
    else document.getElementById("answer")?.focus();
  };
  return (
    <form onSubmit={send} noValidate>
      {question && <blockquote className="said" dir="auto">{question.text}</blockquote>}
      <Refusal problem={tell(answering.problem)} />
      <div className="field">
        <label htmlFor="answer">{t("list.answer.label")}</label>
        {isEmpty && <p className="error" id="answer-wrong">{t("list.answer.empty")}</p>}
        <textarea id="answer" rows={6} maxLength={4000} dir="auto" value={text} onChange={(event) => setText(event.target.value)} aria-invalid={isEmpty || undefined} aria-describedby={isEmpty ? "answer-wrong" : undefined} />
      </div>
      <p><button className="primary" aria-disabled={answering.isRunning}>{t("list.answer.send")}</button></p>
    </form>
  );
}

function Claimed({ standing: { listing_id, place }, done }: Action) {
  const { t } = useWords();
  const tell = useTold();
  const answering = useChange(
    listing_id,
    (path, headers, is_colleague: boolean) => intake.POST("/api/intake/v1/listings/{listing_id}/claim/answer", { params: { path }, body: { is_colleague }, headers }),
    done,
  );
  return (
    <>
      <h2>{t("list.colleague.title", { place: place.name })}</h2>
      <p>{t("list.colleague.why")}</p>
      <Refusal problem={tell(answering.problem)} />
      <p className="row">
        <button type="button" className="primary" onClick={() => answering.run(true)}>{t("list.colleague.yes")}</button>
        <button type="button" onClick={() => answering.run(false)}>{t("list.colleague.no")}</button>
      </p>
    </>
  );
}
