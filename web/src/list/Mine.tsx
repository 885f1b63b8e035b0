// What all pages of a request have in common: they are for its official alone, who is told how to come in otherwise.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, type ReactNode } from "react";
import { intake, publicIntake } from "../api/client";
import { forgetTokens, type Session } from "../api/session";
import type { components } from "../api/intake";
import { Refusal, useCommand } from "../shell/commands";
import { Shell } from "../shell/Shell";
import { useSession } from "../shell/SignedIn";
import { SignInFirst, Trouble } from "../shell/Trouble";
import { useWords } from "../words";
import { told } from "./told";

export type Standing = components["schemas"]["StandingView"];

const standingKey = (id: string) => ["standing", id];

/** Of one request, once its official is known to be signed in. */
export function Mine({ id, children }: { id: string; children: (standing: Standing) => ReactNode }) {
  const { t } = useWords();
  // The service knew it when it wrote the page: nobody is asked who is signed in where nobody is.
  if (told.is_signed_in === false) return <Around title={t("list.status.title")}><SignInFirst /></Around>;
  return <OfTheSession id={id}>{children}</OfTheSession>;
}

function OfTheSession({ id, children }: { id: string; children: (standing: Standing) => ReactNode }) {
  const { t } = useWords();
  const session = useSession();
  const person = session.data?.person;
  const isMine = person?.listing_id === id;
  const other = session.data?.people.find((each) => each.listing_id === id);
  const answer = useQuery({
    queryKey: standingKey(id),
    enabled: isMine,
    queryFn: async ({ signal }) => (await intake.GET("/api/intake/v1/listings/{listing_id}/standing", { params: { path: { listing_id: id } }, signal })).data!,
  });
  if (answer.data && isMine) return <Shell page="list" person={person}>{children(answer.data)}</Shell>;
  const problem = session.error ?? answer.error;
  return (
    <Around title={t("list.status.title")} session={session.data}>
      {problem ? <Trouble problem={problem} retry={() => void (session.isError ? session : answer).refetch()} />
      : session.isPending || isMine ? <Waiting />
      : !session.data ? <SignInFirst />
      : other ? <OtherRole personId={other.person_id} />
      : <p role="alert">{t("list.status.notYours")} <a href="/list-your-city/status">{t("list.other.status")}</a></p>}
    </Around>
  );
}

export function Around({ title, session, children }: { title: string; session?: Session | null | undefined; children: ReactNode }) {
  return (
    <Shell page="list" person={session?.person}>
      <main id="content" className="page">
        <h1>{title}</h1>
        {children}
      </main>
    </Shell>
  );
}

function Waiting() {
  const { t } = useWords();
  return (
    <div aria-busy="true">
      <p className="hidden" role="status">{t("loading")}</p>
      <p className="skeleton" aria-hidden="true">.</p>
      <p className="skeleton" aria-hidden="true">.</p>
      <p className="skeleton" aria-hidden="true">.</p>
    </div>
  );
}

/** People act in one of their roles at a time. */
function OtherRole({ personId }: { personId: string }) {
  const { t } = useWords();
  const questions = useQueryClient();
  const choosing = useCommand(
    (_: void, { headers }) => publicIntake.POST("/api/intake/v1/session/choose", { body: { person_id: personId }, headers }),
    {
      then: () => {
        forgetTokens();
        void questions.invalidateQueries();
      },
    },
  );
  return (
    <>
      <p>{t("list.status.otherRole")}</p>
      <Refusal problem={choosing.problem} />
      <p><button type="button" className="primary" onClick={() => choosing.run()}>{t("list.status.act")}</button></p>
    </>
  );
}

/** A change to a request, after which the page is told anew. */
export function useChange<Form = void>(
  id: string,
  send: (path: { listing_id: string }, headers: { "Idempotency-Key": string }, form: Form) => Promise<unknown>,
  then?: () => void,
) {
  return useCommand<Form>((form, { headers }) => send({ listing_id: id }, headers, form), {
    changes: [standingKey(id)],
    ...(then && { then }),
  });
}

/** Said once, where focus goes after a change. */
export function Done({ words }: { words: string }) {
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (words) box.current?.focus();
  }, [words]);
  return <p role="status" tabIndex={-1} ref={box} className={words ? "told" : "hidden"}>{words}</p>;
}
