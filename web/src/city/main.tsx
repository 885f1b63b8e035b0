import "./city.css";
import { lazy } from "react";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";
import { OwnSearch } from "./own";
import { SearchPage } from "./SearchPage";

const Withdraw = lazy(() => import("./WithdrawPage").then(({ WithdrawPage }) => ({ default: WithdrawPage })));

const PAGES: readonly FacePage[] = [
  { at: /^$/, page: SearchPage },
  { at: /^withdraw$/, page: Withdraw },
];

start(
  <SignedIn page="city" roles={["administrator", "committee_member"]}>
    {(person) => (
      <OwnSearch person={person}>
        <FacePages pages={PAGES} otherwise={<NoPage start="/city" name="your search" />} />
      </OwnSearch>
    )}
  </SignedIn>,
  ["en"],
);
