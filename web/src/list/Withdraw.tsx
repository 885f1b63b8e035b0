// Withdrawing cannot be undone: it takes a page of its own.
import { intake } from "../api/client";
import { Refusal } from "../shell/commands";
import { useTitle } from "../shell/faces";
import { useWords } from "../words";
import { Mine, useChange, type Standing } from "./Mine";
import { useTold } from "./refusals";

export function WithdrawPage({ parts: [id] }: { parts: readonly string[] }) {
  return <Mine id={id ?? ""}>{(standing) => <Asked standing={standing} />}</Mine>;
}

function Asked({ standing }: { standing: Standing }) {
  const { t } = useWords();
  const tell = useTold();
  const here = `/list-your-city/status/${standing.listing_id}`;
  const title = t("list.withdraw.title", { place: standing.place.name });
  useTitle(title);
  const withdrawing = useChange(
    standing.listing_id,
    (path, headers) => intake.POST("/api/intake/v1/listings/{listing_id}/withdraw", { params: { path }, headers }),
    () => location.assign(here),
  );
  return (
    <main id="content" className="page">
      <h1>{title}</h1>
      <Refusal problem={tell(withdrawing.problem)} />
      {standing.is_on_the_map && <p>{t("list.withdraw.atOnce")}</p>}
      <p>{t("list.withdraw.why")}</p>
      <p className="row">
        <button type="button" className="primary" aria-disabled={withdrawing.isRunning} onClick={() => !withdrawing.isRunning && withdrawing.run()}>{t("list.withdraw.yes")}</button>
        <a className="button" href={here}>{t("list.withdraw.no")}</a>
      </p>
    </main>
  );
}
