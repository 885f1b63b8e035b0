// A part of a page that has a question of its own: while it looks, when no answer comes, and when there is one.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Trouble } from "../shell/Trouble";

export function Ask<Answer>({ asked, children }: { asked: UseQueryResult<Answer>; children: (answer: Answer) => ReactNode }) {
  if (asked.isPending) return <p role="status" className="skeleton">One moment</p>;
  if (asked.isError) return <Trouble problem={asked.error} retry={() => void asked.refetch()} />;
  return children(asked.data);
}
