// What a page shows of a question: that it is being asked, why no answer came, or the answer.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useWords } from "../words";
import { Trouble } from "./Trouble";

interface Props<Answer> {
  question: UseQueryResult<Answer>;
  /** Rows of the list that is to come, so that the page keeps its size. */
  rows?: number;
  children: (answer: Answer) => ReactNode;
}

export function Answered<Answer>({ question, rows = 4, children }: Props<Answer>) {
  const { t } = useWords();
  if (question.data !== undefined) return children(question.data);
  if (question.isError) return <Trouble problem={question.error} retry={() => void question.refetch()} />;
  return (
    <div aria-busy="true">
      <p role="status">{t("loading")}</p>
      {Array.from({ length: rows }, (_, n) => <p key={n} className="skeleton" aria-hidden="true">&nbsp;</p>)}
    </div>
  );
}
