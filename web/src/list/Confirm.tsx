// Behind the link of the letter: a button that confirms, then the upload of a letter of authority. The forms are sent as
// they would be without scripts; the service answers with a page that says how it stands.
import { useTitle } from "../shell/faces";
import { Refusal } from "../shell/commands";
import { Refused } from "../api/refusals";
import { Shell } from "../shell/Shell";
import { useWords, type Key } from "../words";
import { useTold } from "./refusals";
import { told } from "./told";

const TITLES: Record<NonNullable<typeof told.state>, Key> = {
  ask: "list.confirm.title", done: "list.confirm.done", over: "list.confirm.over", confirmed: "list.confirm.done",
  letter_there: "list.confirm.letterThere",
};

export function ConfirmPage({ parts: [id] }: { parts: readonly string[] }) {
  const { t } = useWords();
  const tell = useTold();
  const state = told.state ?? "ask";
  const title = t(TITLES[state]);
  useTitle(title);
  const { problem } = told;
  return (
    <Shell page="list">
      <main id="content" className="page">
        <h1>{title}</h1>
        {problem && <Refusal problem={tell(new Refused(409, problem.type, problem.detail, problem.next_step, []))} />}
        {state === "ask" && <AskForm id={id ?? ""} />}
        {state === "confirmed" && <LetterForm id={id ?? ""} />}
        {state === "over" ? <p><a className="button" href="/list-your-city">{t("list.title")}</a></p>
        : state !== "ask" && <p>{t("list.confirm.next")} <a href="/list-your-city/status">{t("list.other.status")}</a></p>}
      </main>
    </Shell>
  );
}

function AskForm({ id }: { id: string }) {
  const { t } = useWords();
  // The service repeats it after a refusal that is no fault of the code; the link of the letter bears it at first.
  const token = told.token || (told.problem ? "" : (new URLSearchParams(location.search).get("token") ?? ""));
  return (
    <>
      <form method="post" action={`/list-your-city/${id}/confirm`}>
        {token ? (
          <>
            <p>{t("list.confirm.press")}</p>
            <input type="hidden" name="token" value={token} />
          </>
        ) : (
          <div className="field">
            <label htmlFor="token">{t("list.confirm.code")}</label>
            <input id="token" name="token" dir="ltr" autoComplete="one-time-code" autoCapitalize="characters" required maxLength={60} />
          </div>
        )}
        <p><button className="primary">{t("list.confirm.button")}</button></p>
      </form>
      <p className="muted">{t("list.confirm.notYou")}</p>
    </>
  );
}

function LetterForm({ id }: { id: string }) {
  const { t } = useWords();
  return (
    <>
      <p className="lead" role="status">{t("list.confirm.thanks")}</p>
      <h2>{t("list.letter.title")}</h2>
      <p>{t("list.letter.what")} {t("list.letter.later")}</p>
      <form method="post" action={`/list-your-city/${id}/letters/by-link`} encType="multipart/form-data">
        <input type="hidden" name="token" value={told.token} />
        <div className="field">
          <label htmlFor="file">{t("list.letter.file")}</label>
          <input id="file" type="file" name="file" required accept=".pdf,.png,.jpg,.jpeg,.docx" />
        </div>
        <p><button className="primary">{t("list.letter.send")}</button></p>
      </form>
    </>
  );
}
