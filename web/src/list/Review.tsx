// Everything once more before it is sent.
import { useRef, useState, type FormEvent, type ReactNode } from "react";
import { publicIntake } from "../api/client";
import { Refused } from "../api/refusals";
import { Refusal, useCommand } from "../shell/commands";
import { useWords } from "../words";
import { PlaceName } from "./CityStep";
import { languageName } from "./codes";
import { fieldsOf, forget, problemsOf, type Draft, type Field, type Step } from "./draft";
import { Summary } from "./Fields";
import { Facts, OfferTold } from "./OfferFields";
import { useTold, wrongOf, wrongOfService } from "./refusals";
import { rememberSent } from "./Sent";
import { dropPaper, ready } from "./work";

interface Props {
  draft: Draft;
  goTo: (field: Field) => void;
  go: (step: Step) => void;
}

export function Review({ draft, goTo, go }: Props) {
  const words = useWords();
  const { t } = words;
  const [round, setRound] = useState(0);
  const trap = useRef<HTMLInputElement>(null);
  const tell = useTold();
  const sending = useSending();
  const missing = round > 0 ? wrongOf(problemsOf(draft), words) : [];
  const wrong = missing.length > 0 ? missing : wrongOfService(sending.problem, words);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setRound((before) => before + 1);
    if (Object.keys(problemsOf(draft)).length === 0 && !sending.isRunning) sending.run({ draft, website: trap.current?.value ?? "" });
  };
  return (
    <form noValidate onSubmit={send}>
      <Summary wrong={wrong} round={round + (sending.problem ? 1 : 0)} go={goTo} />
      {wrong.length === 0 && <Refusal problem={tell(sending.problem)} />}
      <p>{t("list.review.lead")}</p>
      <Part step="city" go={go}>{draft.place ? <p><PlaceName place={draft.place} /></p> : <p className="muted">{t("list.nothing")}</p>}</Part>
      <Part step="seeks" go={go}><OfferTold offer={draft} of={["seeks"]} /></Part>
      <Part step="together" go={go}><OfferTold offer={draft} of={["themes"]} /></Part>
      <Part step="offers" go={go}><OfferTold offer={draft} of={["industries", "universities", "languages"]} /></Part>
      <Part step="you" go={go}><YouTold draft={draft} /></Part>
      <p className="away" aria-hidden="true">
        <label htmlFor="website">Leave this empty</label> <input id="website" ref={trap} tabIndex={-1} autoComplete="off" defaultValue="" />
      </p>
      <p>{t("list.review.consent")}</p>
      <p><button className="primary" aria-disabled={sending.isRunning}>{sending.isRunning ? t("list.review.sending") : t("list.review.send")}</button></p>
      <p role="status" className="hidden">{sending.isRunning ? t("list.review.sending") : ""}</p>
    </form>
  );
}

function Part({ step, go, children }: { step: Step; go: (step: Step) => void; children: ReactNode }) {
  const { t } = useWords();
  return (
    <section>
      <div className="head">
        <h2>{t(`list.step.${step}`)}</h2>
        <button type="button" className="plain" aria-label={t("list.review.change", { what: t(`list.step.${step}`) })} onClick={() => go(step)}>{t("list.change")}</button>
      </div>
      {children}
    </section>
  );
}

function YouTold({ draft }: { draft: Draft }) {
  const { t, language } = useWords();
  return (
    <Facts told={[
      [t("list.you.name"), draft.name], [t("list.you.email"), draft.email], [t("list.you.office"), draft.office],
      [t("list.you.language"), draft.language ? languageName(language)(draft.language) : t("list.you.anyLanguage")],
    ]} />
  );
}

function useSending() {
  return useCommand(
    async ({ draft, website }: { draft: Draft; website: string }, { headers }) => {
      const send = async (under: { "Idempotency-Key": string }) => {
        const body = { ...fieldsOf(draft), geoname_id: draft.place!.geoname_id, ...(await ready()), website, is_demonstration: false };
        return publicIntake.POST("/api/intake/v1/listings", { body, headers: under });
      };
      try {
        return await send(headers);
      } catch (problem) {
        // It lay open for too long, or the service does not know it any more: the same fields with a fresh one.
        if (!(problem instanceof Refused) || !["form-too-old", "not-our-form", "work-not-done"].some((rule) => problem.is(rule))) throw problem;
        dropPaper();
        return send({ "Idempotency-Key": crypto.randomUUID() });
      }
    },
    {
      then: (answer, { draft }) => {
        rememberSent({ email: draft.email.trim(), place: draft.place!.name });
        forget();
        location.assign(`/list-your-city/sent?request=${answer.data!.id}`);
      },
    },
  );
}
