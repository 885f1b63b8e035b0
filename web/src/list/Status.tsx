// How a city's request stands: the last fact, whose turn it is and by when, and what the city can do alone.
import { SignInFirst } from "../shell/Trouble";
import { useTitle } from "../shell/faces";
import { useWords } from "../words";
import { Letters, Proof } from "./Letters";
import { Around, Mine, type Standing } from "./Mine";
import { OfferTold } from "./OfferFields";
import { offerOf } from "./draft";
import { NextAction } from "./NextAction";
import { told } from "./told";

export function WhichPage() {
  const { t } = useWords();
  useTitle(t("list.status.title"));
  const places = told.places ?? [];
  return (
    <Around title={t("list.status.title")}>
      {told.is_signed_in === false ? (
        <>
          <p>{t("list.status.signIn")}</p>
          <SignInFirst />
        </>
      ) : places.length > 0 ? (
        <ul>{places.map((each) => <li key={each.listing_id}><a href={`/list-your-city/status/${each.listing_id}`}><bdi>{each.name}</bdi></a></li>)}</ul>
      ) : <p>{t("list.status.none")}</p>}
      <p><a href="/list-your-city">{t("list.title")}</a></p>
    </Around>
  );
}

export function StatusPage({ parts: [id] }: { parts: readonly string[] }) {
  return <Mine id={id ?? ""}>{(standing) => <StandingPage standing={standing} />}</Mine>;
}

function StandingPage({ standing }: { standing: Standing }) {
  const { t, day } = useWords();
  const { place, fact, by } = standing;
  const title = t(standing.is_on_the_map ? "list.status.onMap" : "list.status.request", { place: place.name });
  useTitle(title);
  return (
    <main id="content" className="page">
      <h1>{title}</h1>
      <p className="lead">{t(`list.fact.${fact}`)}</p>
      <div className="box next">
        <dl className="facts">
          <dt>{t("list.status.turn")}</dt>
          <dd>{t(`list.turn.${fact}`)}</dd>
          {by && <><dt>{t("list.status.by")}</dt><dd>{day(by)}</dd></>}
        </dl>
        <NextAction standing={standing} />
      </div>
      {standing.claim && <p>{t(`list.claimed.${standing.claim.end}`, { on: standing.claim.on ? day(standing.claim.on) : "" })}</p>}
      <Remarks standing={standing} />
      <Proof standing={standing} />
      <Letters standing={standing} />
      <Words standing={standing} />
      <p className="muted small">{t("list.sent.number")} <bdi dir="ltr" className="address">{standing.listing_id}</bdi></p>
    </main>
  );
}

const BY_WHOM = { question: "list.said.question", answer: "list.said.answer", decline_reason: "list.said.declined", edit_reason: "list.said.edit" } as const;

function Remarks({ standing: { remarks } }: { standing: Standing }) {
  const { t, day } = useWords();
  if (remarks.length === 0) return null;
  return (
    <section>
      <h2>{t("list.said.title")}</h2>
      <ul className="remarks">
        {remarks.map((each) => {
          const key = Object.entries(BY_WHOM).find(([kind]) => kind === each.kind)?.[1] ?? "list.said.note";
          return (
            <li key={each.written_at + each.kind}>
              <p><strong>{t(key)}</strong>, <span className="muted">{day(each.written_at)}</span></p>
              <p className="said" dir="auto">{each.text}</p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Words({ standing }: { standing: Standing }) {
  const { t } = useWords();
  if (!standing.can_edit) return null;
  const here = `/list-your-city/status/${standing.listing_id}`;
  const { draft } = standing;
  return (
    <section>
      <h2>{t(standing.is_on_the_map ? "list.words.onMap" : "list.words.request")}</h2>
      {standing.is_on_the_map && <OfferTold offer={offerOf(standing.profile)} />}
      {draft && standing.is_on_the_map && <p>{t("list.words.wait")}</p>}
      {draft && <OfferTold offer={offerOf(draft)} />}
      <p className="row">
        <a className="button" href={`${here}/edit`}>{t("list.words.change")}</a>
        <a className="button" href={`${here}/withdraw`}>{t(standing.is_on_the_map ? "list.withdraw.listing" : "list.withdraw.request")}</a>
      </p>
    </section>
  );
}
