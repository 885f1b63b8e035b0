import { useMemo } from "react";
import { useWords } from "../words";
import { allLanguages } from "./codes";
import type { Draft } from "./draft";
import { Labelled, type Wrong } from "./Fields";

interface Props {
  draft: Draft;
  change: (draft: Partial<Draft>) => void;
  wrong: readonly Wrong[];
}

export function You({ draft, change, wrong }: Props) {
  const { t, language } = useWords();
  const all = useMemo(() => allLanguages(language), [language]);
  return (
    <>
      <p>{t("list.you.why")}</p>
      <Labelled field="name" label={t("list.you.name")} wrong={wrong}>
        {(marks) => <input {...marks} autoComplete="name" maxLength={120} value={draft.name} onChange={(event) => change({ name: event.target.value })} />}
      </Labelled>
      <Labelled field="email" label={t("list.you.email")} hint={t("list.you.emailHint")} wrong={wrong}>
        {(marks) => <input {...marks} type="email" dir="ltr" autoComplete="email" spellCheck={false} maxLength={254} value={draft.email} onChange={(event) => change({ email: event.target.value })} />}
      </Labelled>
      <Labelled field="office" label={t("list.you.office")} hint={t("list.you.officeHint")} wrong={wrong}>
        {(marks) => <input {...marks} autoComplete="organization-title" maxLength={120} value={draft.office} onChange={(event) => change({ office: event.target.value })} />}
      </Labelled>
      <Labelled field="language" label={t("list.you.language")} hint={t("list.you.languageHint")} wrong={wrong}>
        {(marks) => (
          <select {...marks} value={draft.language} onChange={(event) => change({ language: event.target.value })}>
            <option value="">{t("list.you.anyLanguage")}</option>
            {all.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        )}
      </Labelled>
    </>
  );
}
