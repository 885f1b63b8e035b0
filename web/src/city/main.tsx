import "./city.css";
import { lazy } from "react";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";
import { OwnSearch } from "./own";
import { SearchPage } from "./SearchPage";

const Answers = lazy(() => import("./AnswersPage").then(({ AnswersPage }) => ({ default: AnswersPage })));
const Debrief = lazy(() => import("./DebriefPage").then(({ DebriefPage }) => ({ default: DebriefPage })));
const Conversation = lazy(() => import("./ConversationPage").then(({ ConversationPage }) => ({ default: ConversationPage })));
const Log = lazy(() => import("./LogPage").then(({ LogPage }) => ({ default: LogPage })));
const People = lazy(() => import("./PeoplePage").then(({ PeoplePage }) => ({ default: PeoplePage })));
const Documents = lazy(() => import("./DocumentsPage").then(({ DocumentsPage }) => ({ default: DocumentsPage })));
const Pair = lazy(() => import("./PairPage").then(({ PairPage }) => ({ default: PairPage })));
const Profile = lazy(() => import("./ProfilePage").then(({ ProfilePage }) => ({ default: ProfilePage })));
const Prospects = lazy(() => import("./ProspectsPage").then(({ ProspectsPage }) => ({ default: ProspectsPage })));
const Compare = lazy(() => import("./ComparePage").then(({ ComparePage }) => ({ default: ComparePage })));
const Review = lazy(() => import("./ReviewPage").then(({ ReviewPage }) => ({ default: ReviewPage })));
const Why = lazy(() => import("./WhyPage").then(({ WhyPage }) => ({ default: WhyPage })));
const Withdraw = lazy(() => import("./WithdrawPage").then(({ WithdrawPage }) => ({ default: WithdrawPage })));

const PAGES: readonly FacePage[] = [
  { at: /^$/, page: SearchPage },
  { at: /^answers$/, page: Answers },
  { at: /^debrief$/, page: Debrief },
  { at: /^conversation$/, page: Conversation },
  { at: /^log$/, page: Log },
  { at: /^people$/, page: People },
  { at: /^cities\/([0-9a-f-]{36})$/, page: Pair },
  { at: /^documents$/, page: Documents },
  { at: /^profile$/, page: Profile },
  { at: /^prospects$/, page: Prospects },
  { at: /^prospects\/compare$/, page: Compare },
  { at: /^prospects\/review$/, page: Review },
  { at: /^prospects\/(\d+)$/, page: Why },
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
