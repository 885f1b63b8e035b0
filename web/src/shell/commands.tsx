// A change that somebody asks for: sent once however often the button is pressed or the connection breaks, and where a
// rule says no, its sentence and what one can do next, with everything that was entered still there.
import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Late, Refused, SignedOut } from "../api/refusals";
import { signInAddress } from "../api/session";
import { useWords } from "../words";

export interface Sending {
  /** Send these headers along: the key by which a repeat is known for one. */
  headers: { "Idempotency-Key": string };
}

export interface Command<Form> {
  run(form: Form): void;
  /** The answer, or a rejection that `problem` tells too. */
  runAsync(form: Form): Promise<unknown>;
  isRunning: boolean;
  isDone: boolean;
  problem: unknown;
  forget(): void;
}

/** `changes`: the keys of the questions whose answers are old once this is done. */
export function useCommand<Form = void, Answer = unknown>(
  send: (form: Form, sending: Sending) => Promise<Answer>,
  { changes = [], then }: { changes?: readonly QueryKey[]; then?: (answer: Answer, form: Form) => void } = {},
): Command<Form> {
  const questions = useQueryClient();
  const key = useRef<{ said: string; key: string } | null>(null);
  const { mutate, mutateAsync, isPending, isSuccess, error, reset } = useMutation({
    // What was not carried out is sent under the same key again; other words are another request.
    mutationFn: (form: Form) => {
      const said = JSON.stringify(form ?? null);
      if (key.current?.said !== said) key.current = { said, key: crypto.randomUUID() };
      return send(form, { headers: { "Idempotency-Key": key.current.key } });
    },
    onSuccess: async (answer, form) => {
      key.current = null;
      await Promise.all(changes.map((queryKey) => questions.invalidateQueries({ queryKey })));
      then?.(answer, form);
    },
    onError: (problem) => {
      if (problem instanceof Refused) key.current = null;
    },
  });
  return {
    run: (form) => mutate(form), runAsync: (form) => mutateAsync(form),
    isRunning: isPending, isDone: isSuccess, problem: error, forget: reset,
  };
}

/** Why it was not done. `idOf` tells the id of the input that a field of the form is entered in. */
export function Refusal({ problem, idOf }: { problem: unknown; idOf?: (field: string) => string | undefined }) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem) box.current?.focus();
  }, [problem]);
  if (!problem) return null;
  return (
    <div className="problem" role="alert" tabIndex={-1} ref={box}>
      {problem instanceof Refused ? (
        <>
          <p><strong>{problem.detail}</strong></p>
          {problem.nextStep && <p>{problem.nextStep}</p>}
          {problem.errors.length > 0 && (
            <ul>
              {problem.errors.map(({ field, message }) => {
                const id = idOf?.(field);
                return <li key={field + message}>{id ? <a href={`#${id}`}>{message}</a> : `${field}: ${message}`}</li>;
              })}
            </ul>
          )}
        </>
      ) : problem instanceof SignedOut ? (
        <p>{t("signIn.why")} <a href={signInAddress()}>{t("nav.signIn")}</a></p>
      ) : (
        <p><strong>{problem instanceof Late ? t("trouble.late") : navigator.onLine ? t("trouble.notSent") : t("trouble.offlineCommand")}</strong></p>
      )}
    </div>
  );
}

/** The sentence at one field of a refused form, for `aria-describedby`. */
export function fieldProblem(problem: unknown, field: string): string | undefined {
  return problem instanceof Refused ? problem.errors.find((each) => each.field === field)?.message : undefined;
}
