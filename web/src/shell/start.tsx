// Starts a page: its words, its questions to the services, and what is drawn.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { Refused, SignedOut } from "../api/refusals";
import { LANGUAGE_CODES, Speaks, type Language } from "../words";

const questions = new QueryClient({
  defaultOptions: {
    queries: {
      // What a rule refuses is refused again; what did not come may come.
      retry: (times, problem) => !(problem instanceof Refused || problem instanceof SignedOut) && times < 2,
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // Without a network a question fails and says so, instead of waiting in silence.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

/** `languages`: those that the page is written in; what is asked for in another is shown in the first. */
export function start(page: ReactNode, languages: readonly Language[] = LANGUAGE_CODES): void {
  const root = document.getElementById("root");
  if (!root) throw new Error("This page has no element with the id root.");
  root.removeAttribute("class"); // what a service drew for browsers without scripts is drawn anew
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={questions}>
        <Speaks languages={languages}>{page}</Speaks>
      </QueryClientProvider>
    </StrictMode>,
  );
}
