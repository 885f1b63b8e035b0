// The receipt: what was sent, under which number, and what happens next.
import { useTitle } from "../shell/faces";
import { Shell } from "../shell/Shell";
import { useWords } from "../words";

interface Sent {
  email: string;
  place: string;
}
const KEPT = "list-your-city-sent";

/** The address stands in no link: it is kept for this tab alone. */
export function rememberSent(sent: Sent): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(sent));
  } catch {
    // Then the receipt does not repeat it.
  }
}

function sentBefore(): Sent | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Sent | null;
  } catch {
    return null;
  }
}

export function SentPage() {
  const { t } = useWords();
  useTitle(t("list.sent.title"));
  const sent = sentBefore();
  const number = /^[\da-f-]{36}$/.exec(new URLSearchParams(location.search).get("request") ?? "")?.[0];
  return (
    <Shell page="list">
      <main id="content" className="page">
        <h1>{t("list.sent.title")}</h1>
        <p className="lead" role="status">{sent ? t("list.sent.to", { email: sent.email, place: sent.place }) : t("list.sent.letter")}</p>
        <p><strong>{t("list.sent.open")}</strong></p>
        {number && (
          <dl className="facts">
            <dt>{t("list.sent.number")}</dt>
            <dd className="address" dir="ltr">{number}</dd>
          </dl>
        )}
        <h2>{t("list.next.title")}</h2>
        <ol>
          <li>{t("list.next.letter")}</li>
          <li>{t("list.next.staff")}</li>
          <li>{t("list.next.map")}</li>
        </ol>
        <p>{t("list.sent.none")}</p>
        <p className="row">
          {number && <a className="button" href={`/list-your-city/${number}/confirm`}>{t("list.sent.code")}</a>}
          <a className="button" href="/list-your-city/status">{t("list.other.status")}</a>
          <button type="button" className="plain" onClick={() => print()}>{t("directory.print")}</button>
        </p>
      </main>
    </Shell>
  );
}
