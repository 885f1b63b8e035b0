// A small form that does one thing: what it asks for is told as a list of fields, and a refusal keeps what was entered.
import { useId, useState } from "react";
import type { QueryKey } from "@tanstack/react-query";
import type { Audience } from "../api/session";
import { fieldProblem, Refusal, useCommand, type Sending } from "../shell/commands";
import { Undo, useLater, type SendingLater } from "../shell/later";

export type Values = Record<string, string>;

export interface Field {
  name: string;
  label: string;
  kind?: "text" | "long" | "day" | "moment" | "email" | "choice" | "tick";
  options?: readonly (readonly [value: string, label: string])[];
  hint?: string;
  begins?: string;
  isNeeded?: boolean;
  rows?: number;
}

interface Props {
  fields: readonly Field[];
  press: string;
  /** Told once it is done. */
  done: string;
  changes: readonly QueryKey[];
  then?: () => void;
}

/** Sent when the button is pressed. */
export function Entry({ fields, press, done, changes, then, send }: Props & { send: (values: Values, sending: Sending) => Promise<unknown> }) {
  const [values, setValues, empty] = useValues(fields);
  const command = useCommand(send, { changes, then: () => { empty(); then?.(); } });
  return (
    <form onSubmit={(event) => { event.preventDefault(); command.run(values); }}>
      <Refusal problem={command.problem} />
      <Inputs fields={fields} values={values} set={setValues} problem={command.problem} />
      <div className="row">
        <button type="submit" className="primary" disabled={command.isRunning}>{command.isRunning ? "Saving…" : press}</button>
        <span role="status" className="told">{command.isDone ? done : ""}</span>
      </div>
    </form>
  );
}

/** Sent after ten seconds in which it can be taken back; `says` tells what is going to happen. */
export function UndoableEntry({ fields, press, done, changes, then, audience, says, send }: Props & {
  audience: Audience;
  says: string;
  send: (values: Values, sending: SendingLater) => Promise<unknown>;
}) {
  const [values, setValues, empty] = useValues(fields);
  const later = useLater<Values>(audience, send, { changes, then: () => { empty(); then?.(); } });
  return (
    <form onSubmit={(event) => { event.preventDefault(); later.ask(values, says); }}>
      <Inputs fields={fields} values={values} set={setValues} problem={later.problem} />
      <div className="row">
        {!later.isWaiting && <button type="submit" className="primary" disabled={later.isRunning}>{press}</button>}
        <Undo later={later} done={done} />
      </div>
    </form>
  );
}

function useValues(fields: readonly Field[]): [Values, (values: Values) => void, () => void] {
  const begin = () => Object.fromEntries(fields.map(({ name, kind, options, begins }) => [name, begins ?? (kind === "choice" ? (options?.[0]?.[0] ?? "") : "")]));
  const [values, setValues] = useState<Values>(begin);
  return [values, setValues, () => setValues(begin())];
}

const TYPES = { text: "text", day: "date", moment: "datetime-local", email: "email" } as const;

export function Inputs({ fields, values, set, problem }: { fields: readonly Field[]; values: Values; set: (values: Values) => void; problem: unknown }) {
  const prefix = useId();
  return (
    <>
      {fields.map((field) => {
        const { name, label, kind = "text", hint } = field;
        const id = `${prefix}${name}`;
        const why = fieldProblem(problem, name);
        const change = (value: string) => set({ ...values, [name]: value });
        const told = [hint && `${id}-hint`, why && `${id}-why`].filter(Boolean).join(" ");
        const common = { id, required: field.isNeeded ?? false, "aria-invalid": why ? true : undefined, "aria-describedby": told || undefined };
        if (kind === "tick")
          return (
            <p key={name} className="tick">
              <input {...common} type="checkbox" checked={values[name] === "yes"} onChange={({ target }) => change(target.checked ? "yes" : "")} />
              <label htmlFor={id}>{label}</label>
            </p>
          );
        return (
          <div key={name} className="field">
            <label htmlFor={id}>{label}{field.isNeeded || kind === "choice" ? "" : " (optional)"}</label>
            {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
            {why && <p className="error" id={`${id}-why`}>{why}</p>}
            {kind === "choice" ? (
              <select {...common} value={values[name] ?? ""} onChange={({ target }) => change(target.value)}>
                {field.options?.map(([value, shown]) => <option key={value} value={value}>{shown}</option>)}
              </select>
            ) : kind === "long" ? (
              <textarea {...common} rows={field.rows ?? 4} value={values[name] ?? ""} onChange={({ target }) => change(target.value)} />
            ) : (
              <input {...common} type={TYPES[kind]} autoComplete="off" value={values[name] ?? ""} onChange={({ target }) => change(target.value)} />
            )}
          </div>
        );
      })}
    </>
  );
}

/** The moment of a field, by the clock here, as the services take it. */
export function asMoment(value: string | undefined): string {
  return value ? new Date(value).toISOString() : "";
}
