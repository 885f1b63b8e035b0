// What is shown where an answer did not come: why, and a button that asks again. Nothing that was entered is lost.
import { useEffect, useState } from "react";
import { Late, Refused, SignedOut } from "../api/refusals";
import { signInAddress } from "../api/session";
import { useWords } from "../words";

export function Trouble({ problem, retry }: { problem: unknown; retry: () => void }) {
  const { t } = useWords();
  const isOnline = useOnline();
  if (problem instanceof SignedOut) return <SignInFirst />;
  const why =
    problem instanceof Refused ? `${problem.detail} ${problem.nextStep}`
    : problem instanceof Late ? t("trouble.late")
    : t("trouble.failed");
  return (
    <div className="trouble" role="alert">
      <h2>{t("trouble.title")}</h2>
      <p>{isOnline ? why : t("trouble.offline")}</p>
      <button type="button" onClick={retry}>{t("trouble.retry")}</button>
    </div>
  );
}

export function SignInFirst() {
  const { t } = useWords();
  return (
    <div className="trouble" role="alert">
      <h2>{t("signIn.title")}</h2>
      <p>{t("signIn.why")}</p>
      <p><a className="button primary" href={signInAddress()}>{t("nav.signIn")}</a></p>
    </div>
  );
}

export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return online;
}
