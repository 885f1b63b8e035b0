import "./staff.css";
import { lazy } from "react";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";

const Queue = lazy(() => import("./queue/QueuePage"));

const PAGES: readonly FacePage[] = [
  { at: /^$/, page: Queue },
];

start(
  <SignedIn page="staff" roles={["staff"]}>
    {() => <FacePages pages={PAGES} otherwise={<NoPage start="/staff" name="what waits for you" />} />}
  </SignedIn>,
  ["en"],
);
