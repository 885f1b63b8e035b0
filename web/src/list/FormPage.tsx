// "List your city": a first page, then six short steps, each of which stands in the address.
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Shell } from "../shell/Shell";
import { useTitle } from "../shell/faces";
import { useWords } from "../words";
import { useStep } from "./address";
import { CityStep } from "./CityStep";
import { EMPTY, STEPS, forget, keep, problemsOfStep, recalled, stepOf, type Draft, type Field, type Step } from "./draft";
import { Summary, idOf, type Wrong } from "./Fields";
import { Offers, Seeks, Together } from "./OfferFields";
import { wrongOf } from "./refusals";
import { Review } from "./Review";
import { SaveForLater, SavedTold } from "./SaveForLater";
import { takePaper } from "./work";
import { You } from "./You";

interface Change {
  draft: Draft;
  change: (draft: Partial<Draft>) => void;
}

export function FormPage({ initial }: { initial?: Draft; parts?: readonly string[] }) {
  const [asked, go] = useStep();
  const [draft, setDraft] = useState<Draft>(() => initial ?? recalled() ?? EMPTY);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  useEffect(() => {
    if (draft !== EMPTY) keep(draft);
  }, [draft]);
  const step = STEPS.find((each) => each === asked);
  const startAnew = () => {
    forget();
    setDraft(EMPTY);
  };
  return (
    <Shell page="list">
      <main id="content" className="page list">
        {asked === "saved" && draft.saved ? <SavedTold draft={draft} goOn={() => go("review")} />
        : step ? <StepPage key={step} {...{ step, draft, change, go }} />
        : <FirstPage {...{ draft, change, go, startAnew }} />}
      </main>
    </Shell>
  );
}

function FirstPage({ draft, change, go, startAnew }: Change & { go: (step: Step) => void; startAnew: () => void }) {
  const { t, language } = useWords();
  useTitle(t("list.title"));
  const isBegun = draft.place !== null || draft.seeks !== "" || draft.name !== "" || draft.email !== "";
  const begin = () => {
    if (!draft.language && language !== "en") change({ language });
    go("city");
  };
  return (
    <>
      <h1>{t("list.title")}</h1>
      <p className="lead">{t("list.lead")}</p>
      <p>{t("list.time")}</p>
      {isBegun ? (
        <div className="box next">
          <h2>{t("list.begun")}</h2>
          {draft.place && <p><bdi>{draft.place.name}</bdi></p>}
          <p className="row">
            <button type="button" className="primary" onClick={() => go(STEPS.find((each) => Object.keys(problemsOfStep(draft, each)).length > 0) ?? "review")}>{t("list.goOn")}</button>
            <button type="button" onClick={startAnew}>{t("list.anew")}</button>
          </p>
        </div>
      ) : (
        <p><button type="button" className="primary" onClick={begin}>{t("list.begin")}</button></p>
      )}
      <h2>{t("list.next.title")}</h2>
      <ol>
        <li>{t("list.next.letter")}</li>
        <li>{t("list.next.staff")}</li>
        <li>{t("list.next.map")}</li>
      </ol>
      <h2>{t("list.other.title")}</h2>
      <ul>
        <li><a href="/list-your-city/status">{t("list.other.status")}</a></li>
        <li>{t("list.other.us")}</li>
        <li>{t("list.other.privacy")}</li>
      </ul>
    </>
  );
}

function StepPage({ step, draft, change, go }: Change & { step: Step; go: (step: string) => void }) {
  const words = useWords();
  const { t } = words;
  const [round, setRound] = useState(0);
  const number = STEPS.indexOf(step) + 1;
  const wrong = round > 0 && step !== "review" ? wrongOf(problemsOfStep(draft, step), words) : [];
  useTitle(`${wrong.length > 0 ? `${t("list.wrongShort")} ` : ""}${t(`list.step.${step}`)} - ${t("list.title")}`);
  const heading = useFocusAfterTheFirst();
  useEffect(() => void takePaper().catch(() => undefined), []);
  const next = (event: FormEvent) => {
    event.preventDefault();
    if (Object.keys(problemsOfStep(draft, step)).length > 0) setRound((before) => before + 1);
    else go(STEPS[number] ?? "review");
  };
  return (
    <>
      <p className="muted steps">
        <button type="button" className="plain" onClick={() => history.back()}>{t("list.back")}</button>
        <span>{t("list.stepOf", { of: number, all: STEPS.length })}</span>
      </p>
      <h1 tabIndex={-1} ref={heading}>{t(`list.step.${step}`)}</h1>
      <Summary wrong={wrong} round={round} />
      {step === "review" ? <Review {...{ draft, change }} goTo={(field) => goTo(field, go)} go={go} /> : (
        <form noValidate onSubmit={next}>
          <StepFields {...{ step, draft, change, wrong }} />
          <p><button className="primary">{t("list.continue")}</button></p>
        </form>
      )}
      <SaveForLater {...{ draft, change }} saved={() => go("saved")} />
    </>
  );
}

function StepFields({ step, draft, change, wrong }: Change & { step: Step; wrong: readonly Wrong[] }) {
  switch (step) {
    case "city": return <CityStep place={draft.place} choose={(place) => change({ place })} wrong={wrong} />;
    case "seeks": return <Seeks offer={draft} {...{ change, wrong }} />;
    case "together": return <Together offer={draft} {...{ change, wrong }} />;
    case "offers": return <Offers offer={draft} {...{ change, wrong }} />;
    default: return <You {...{ draft, change, wrong }} />;
  }
}

/** To a field that is on another step. */
function goTo(field: Field, go: (step: string) => void) {
  go(stepOf(field));
  setTimeout(() => document.getElementById(idOf(field))?.focus());
}

let hasBegun = false;

/** A step that was gone to begins at its heading, for whoever hears the page; the page that was opened at its top. */
function useFocusAfterTheFirst() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasBegun) heading.current?.focus({ preventScroll: true });
    hasBegun = true;
  }, []);
  return heading;
}
