import "./staff.css";
import { lazy } from "react";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";

const Queue = lazy(() => import("./queue/QueuePage"));
const World = lazy(() => import("./world/WorldPage"));
const Listings = lazy(() => import("./listings/ListingsPage"));
const Listing = lazy(() => import("./listings/ListingPage"));

const PAGES: readonly FacePage[] = [
  { at: /^$/, page: Queue },
  { at: /^world$/, page: World },
  { at: /^listings$/, page: Listings },
  { at: /^listings\/([0-9a-f-]{36})$/, page: Listing },
];

start(
  <SignedIn page="staff" roles={["staff"]}>
    {() => <FacePages pages={PAGES} otherwise={<NoPage start="/staff" name="what waits for you" />} />}
  </SignedIn>,
  ["en"],
);
