// The link of a saved form: goes on with it where it was left.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { publicIntake } from "../api/client";
import { Refused } from "../api/refusals";
import { Refusal } from "../shell/commands";
import { useTitle } from "../shell/faces";
import { Shell } from "../shell/Shell";
import { Trouble } from "../shell/Trouble";
import { useWords } from "../words";
import { draftOf, keep } from "./draft";
import { FormPage } from "./FormPage";
import { useTold } from "./refusals";

export function SavedPage() {
  const { t } = useWords();
  const tell = useTold();
  useTitle(t("list.saved.opening"));
  const secret = new URLSearchParams(location.search).get("token") ?? "";
  const answer = useQuery({
    queryKey: ["saved", secret],
    staleTime: Infinity,
    queryFn: async () => draftOf((await publicIntake.POST("/api/intake/v1/listings/saved/open", { body: { saved: secret } })).data!, secret),
  });
  const draft = answer.data;
  const isKept = draft ? keep(draft) : null;
  useEffect(() => {
    // Not back to the link: it would undo what is entered from here on.
    if (isKept) location.replace("/list-your-city?step=review");
  }, [isKept]);
  if (draft && isKept === false) return <FormPage initial={draft} />;
  return (
    <Shell page="list">
      <main id="content" className="page">
        <h1>{t("list.saved.opening")}</h1>
        {answer.isError ? (
          answer.error instanceof Refused ? (
            <>
              <Refusal problem={tell(answer.error)} />
              <p><a className="button primary" href="/list-your-city">{t("list.begin")}</a></p>
            </>
          ) : <Trouble problem={answer.error} retry={() => void answer.refetch()} />
        ) : <p role="status">{t("loading")}</p>}
      </main>
    </Shell>
  );
}
