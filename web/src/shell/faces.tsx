// A face has several pages under one address; which one is asked for stands in the path. Links are plain links.
import { Suspense, useEffect, type ComponentType, type ReactNode } from "react";
import { useWords } from "../words";

export interface FacePage {
  /** Of the path after the face's own name; its groups are handed to the page. */
  at: RegExp;
  page: ComponentType<{ parts: readonly string[] }>;
}

/** The first page whose pattern the path meets. */
export function FacePages({ pages, otherwise }: { pages: readonly FacePage[]; otherwise: ReactNode }) {
  const { t } = useWords();
  const path = location.pathname.replace(/^\/[^/]+\/?/, "").replace(/\/$/, "");
  for (const { at, page: Page } of pages) {
    const met = at.exec(path);
    if (met)
      return (
        <Suspense fallback={<p className="page" role="status">{t("loading")}</p>}>
          <Page parts={met.slice(1)} />
        </Suspense>
      );
  }
  return otherwise;
}

/** Tells the browser's tab and history where one is. */
export function useTitle(title: string): void {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${title} - ${t("name")}`;
  }, [title, t]);
}
