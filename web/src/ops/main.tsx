import "./ops.css";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";

const PAGES: readonly FacePage[] = [
];

start(
  <SignedIn page="ops" roles={["operator"]}>
    {() => <FacePages pages={PAGES} otherwise={<NoPage start="/ops" name="operations" />} />}
  </SignedIn>,
  ["en"],
);
