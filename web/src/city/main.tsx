import "./city.css";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";

const PAGES: readonly FacePage[] = [
];

start(
  <SignedIn page="city" roles={["administrator", "committee_member"]}>
    {() => <FacePages pages={PAGES} otherwise={<NoPage start="/city" name="your search" />} />}
  </SignedIn>,
  ["en"],
);
