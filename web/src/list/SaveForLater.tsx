// The form as far as it is filled in, put by for 30 days behind a link, which also goes to the address in the form.
import { useState } from "react";
import { publicIntake } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { useTitle } from "../shell/faces";
import { useWords } from "../words";
import { fieldsOf, keep, type Draft } from "./draft";
import { useTold } from "./refusals";
import { ready } from "./work";

interface Props {
  draft: Draft;
  change: (draft: Partial<Draft>) => void;
  saved: () => void;
}

export function SaveForLater({ draft, change, saved }: Props) {
  const { t } = useWords();
  const tell = useTold();
  const saving = useCommand(
    async (form: Draft, { headers }) => {
      const body = { ...fieldsOf(form), ...(form.place && { geoname_id: form.place.geoname_id }), ...(await ready()) };
      return (await publicIntake.POST("/api/intake/v1/listings/saved", { body, headers })).data!;
    },
    {
      then: (answer, form) => {
        const isSaved = { saved: answer.saved, isMailed: answer.is_mailed };
        keep({ ...form, ...isSaved });
        change(isSaved);
        saved();
      },
    },
  );
  return (
    <div className="later">
      <Refusal problem={tell(saving.problem)} />
      <button type="button" className="second" aria-disabled={saving.isRunning} onClick={() => !saving.isRunning && saving.run(draft)}>
        {saving.isRunning ? t("list.saving") : t("list.save")}
      </button>
      <p className="hint">{t("list.saveHint")}</p>
    </div>
  );
}

export function SavedTold({ draft, goOn }: { draft: Draft; goOn: () => void }) {
  const { t } = useWords();
  const [isCopied, setCopied] = useState(false);
  useTitle(`${t("list.saved.title")} - ${t("list.title")}`);
  const link = `${location.origin}/list-your-city/saved?token=${draft.saved}`;
  return (
    <>
      <h1>{t("list.saved.title")}</h1>
      <p className="lead" role="status">{t("list.saved.kept")}</p>
      <p>{draft.isMailed ? t("list.saved.mailed", { email: draft.email.trim() }) : t("list.saved.notMailed")}</p>
      <p className="address" dir="ltr"><a href={link}>{link}</a></p>
      <p className="row">
        <button type="button" onClick={() => void navigator.clipboard?.writeText(link).then(() => setCopied(true), () => undefined)}>{t("directory.copy")}</button>
        <button type="button" className="primary" onClick={goOn}>{t("list.goOn")}</button>
      </p>
      <p role="status">{isCopied ? t("directory.copied") : ""}</p>
      <p className="hint">{t("list.saved.private")}</p>
    </>
  );
}
