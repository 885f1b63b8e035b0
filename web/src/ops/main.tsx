import "./ops.css";
import { lazy } from "react";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";

const Events = lazy(() => import("./events/EventsPage"));
const Services = lazy(() => import("./ServicesPage"));
const Parked = lazy(() => import("./ParkedPage"));
const Letters = lazy(() => import("./LettersPage"));

const PAGES: readonly FacePage[] = [
  { at: /^$/, page: Events },
  { at: /^services$/, page: Services },
  { at: /^parked$/, page: Parked },
  { at: /^letters$/, page: Letters },
];

start(
  <SignedIn page="ops" roles={["operator"]}>
    {() => <FacePages pages={PAGES} otherwise={<NoPage start="/ops" name="operations" />} />}
  </SignedIn>,
  ["en"],
);
