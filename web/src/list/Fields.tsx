// The parts of a form: a field with its label, hint and what is wrong with it, and the summary above them all.
import { useEffect, useRef, type ReactNode } from "react";
import { useWords } from "../words";
import type { Field } from "./draft";

export interface Wrong {
  field: Field;
  words: string;
}
interface Marks {
  id: string;
  "aria-invalid"?: true;
  "aria-describedby"?: string;
}

export const idOf = (field: Field) => `field-${field}`;

interface Props {
  field: Field;
  label: string;
  hint?: string | undefined;
  wrong: readonly Wrong[];
  children: (marks: Marks) => ReactNode;
}

const wordsAt = (wrong: readonly Wrong[], field: Field) => wrong.find((each) => each.field === field)?.words;

function marksOf(id: string, hint: string | undefined, words: string | undefined): Marks {
  const described = [hint && `${id}-hint`, words && `${id}-wrong`].filter(Boolean).join(" ");
  return { id, ...(words && { "aria-invalid": true as const }), ...(described && { "aria-describedby": described }) };
}

export function Labelled({ field, label, hint, wrong, children }: Props) {
  const id = idOf(field);
  const words = wordsAt(wrong, field);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
      {words && <p className="error" id={`${id}-wrong`}>{words}</p>}
      {children(marksOf(id, hint, words))}
    </div>
  );
}

export function Several({ field, label, hint, wrong, children }: Omit<Props, "children"> & { children: ReactNode }) {
  const id = idOf(field);
  const words = wordsAt(wrong, field);
  const { "aria-describedby": described } = marksOf(id, hint, words);
  return (
    <fieldset id={id} tabIndex={-1} aria-describedby={described}>
      <legend>{label}</legend>
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
      {words && <p className="error" id={`${id}-wrong`}>{words}</p>}
      {children}
    </fieldset>
  );
}

/** Focus moves here, so that whoever does not see the page hears it. `round` tells one press of the button from the next. */
export function Summary({ wrong, round, go }: { wrong: readonly Wrong[]; round: number; go?: (field: Field) => void }) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wrong.length > 0) box.current?.focus();
    // Not with every letter that is typed afterwards.
  }, [round]);
  if (wrong.length === 0) return null;
  return (
    <div className="problem" role="alert" tabIndex={-1} ref={box}>
      <h2>{t("list.wrong")}</h2>
      <ul>
        {wrong.map(({ field, words }) => (
          <li key={field}>
            <a href={`#${idOf(field)}`} onClick={(event) => {
              event.preventDefault();
              if (go) go(field);
              else document.getElementById(idOf(field))?.focus();
            }}>{words}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
