// A change that can be taken back for ten seconds: it is sent after them, or at once when the page is left.
import { useCallback, useEffect, useRef, useState } from "react";
import { tokenFor, type Audience } from "../api/session";
import { Refusal, useCommand, type Sending } from "./commands";
import type { QueryKey } from "@tanstack/react-query";

export const TIME_TO_UNDO = 10_000; // milliseconds

/** `keepalive`: the request outlives the page. */
export type SendingLater = Sending & { keepalive: boolean };

export interface Later<Form> {
  ask(form: Form, says: string): void;
  undo(): void;
  /** What is going to happen, while it can be taken back. */
  says: string;
  isWaiting: boolean;
  isRunning: boolean;
  isDone: boolean;
  problem: unknown;
}

export function useLater<Form>(
  audience: Audience,
  send: (form: Form, sending: SendingLater) => Promise<unknown>,
  { changes, then }: { changes?: readonly QueryKey[]; then?: () => void } = {},
): Later<Form> {
  const isLeaving = useRef(false);
  const waiting = useRef<{ form: Form; timer: number } | null>(null);
  const [says, setSays] = useState("");
  const command = useCommand<Form>((form, sending) => send(form, { ...sending, keepalive: isLeaving.current }), {
    ...(changes ? { changes } : {}), ...(then ? { then } : {}),
  });
  const run = useRef(command.run);
  run.current = command.run;

  const carryOut = useCallback(() => {
    const { current } = waiting;
    if (!current) return;
    clearTimeout(current.timer);
    waiting.current = null;
    setSays("");
    run.current(current.form);
  }, []);

  useEffect(() => {
    const leave = () => {
      isLeaving.current = true;
      carryOut();
      isLeaving.current = false;
    };
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      carryOut();
    };
  }, [carryOut]);

  return {
    ask: (form, told) => {
      carryOut();
      // So that nothing has to be waited for when the page is left meanwhile.
      void tokenFor(audience).catch(() => undefined);
      command.forget();
      waiting.current = { form, timer: window.setTimeout(carryOut, TIME_TO_UNDO) };
      setSays(told);
    },
    undo: () => {
      if (waiting.current) clearTimeout(waiting.current.timer);
      waiting.current = null;
      setSays("");
    },
    says, isWaiting: says !== "", isRunning: command.isRunning, isDone: command.isDone, problem: command.problem,
  };
}

/** What is going to happen, with the way back; afterwards that it has, or why not. */
export function Undo<Form>({ later, done }: { later: Later<Form>; done: string }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (later.isWaiting) button.current?.focus();
  }, [later.isWaiting]);
  return (
    <>
      <div role="status" className="undo">
        {later.isWaiting && <span>{later.says}</span>}
        {!later.isWaiting && later.isRunning && <span>Saving…</span>}
        {!later.isWaiting && later.isDone && <span className="told">{done}</span>}
      </div>
      {later.isWaiting && <button type="button" className="second" ref={button} onClick={later.undo}>Undo</button>}
      <Refusal problem={later.problem} />
    </>
  );
}
