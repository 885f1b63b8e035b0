import "./staff.css";
import { lazy } from "react";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { SignedIn } from "../shell/SignedIn";
import { start } from "../shell/start";

const Queue = lazy(() => import("./queue/QueuePage"));
const Case = lazy(() => import("./case/CasePage"));
const End = lazy(() => import("./case/EndPage"));
const Prospects = lazy(() => import("./case/ProspectsPage"));
const Debrief = lazy(() => import("./case/DebriefPage"));
const Community = lazy(() => import("./case/CommunityPage"));
const Pair = lazy(() => import("./pair/PairPage"));
const Introduction = lazy(() => import("./pair/IntroductionPage"));
const Partnership = lazy(() => import("./pair/PartnershipPage"));
const Write = lazy(() => import("./pair/WritePage"));
const World = lazy(() => import("./world/WorldPage"));
const Listings = lazy(() => import("./listings/ListingsPage"));
const Listing = lazy(() => import("./listings/ListingPage"));
const Reports = lazy(() => import("./reports/ReportsPage"));
const Contacts = lazy(() => import("./contacts/ContactsPage"));
const Contact = lazy(() => import("./contacts/ContactPage"));
const Mails = lazy(() => import("./mail/MailsPage"));
const Mail = lazy(() => import("./mail/MailPage"));
const Letters = lazy(() => import("./letters/LettersPage"));
const Letter = lazy(() => import("./letters/LetterPage"));

const PAGES: readonly FacePage[] = [
  { at: /^$/, page: Queue },
  { at: /^cases\/([0-9a-f-]{36})$/, page: Case },
  { at: /^cases\/([0-9a-f-]{36})\/end$/, page: End },
  { at: /^cases\/([0-9a-f-]{36})\/prospects$/, page: Prospects },
  { at: /^cases\/([0-9a-f-]{36})\/debrief$/, page: Debrief },
  { at: /^communities\/([0-9a-f-]{36})$/, page: Community },
  { at: /^cases\/([0-9a-f-]{36})\/pairs\/([0-9a-f-]{36})$/, page: Pair },
  { at: /^cases\/([0-9a-f-]{36})\/pairs\/([0-9a-f-]{36})\/introduction$/, page: Introduction },
  { at: /^cases\/([0-9a-f-]{36})\/pairs\/([0-9a-f-]{36})\/partnership$/, page: Partnership },
  { at: /^cases\/([0-9a-f-]{36})\/pairs\/([0-9a-f-]{36})\/write$/, page: Write },
  { at: /^world$/, page: World },
  { at: /^listings$/, page: Listings },
  { at: /^listings\/([0-9a-f-]{36})$/, page: Listing },
  { at: /^reports$/, page: Reports },
  { at: /^contacts$/, page: Contacts },
  { at: /^contacts\/(new|[0-9a-f-]{36})$/, page: Contact },
  { at: /^mail$/, page: Mails },
  { at: /^mail\/(intake|outreach)\/([0-9a-f-]{36})$/, page: Mail },
  { at: /^letters$/, page: Letters },
  { at: /^letters\/(intake|outreach)\/([a-z_]+)\/([a-z]{2,3})$/, page: Letter },
];

start(
  <SignedIn page="staff" roles={["staff"]}>
    {() => <FacePages pages={PAGES} otherwise={<NoPage start="/staff" name="what waits for you" />} />}
  </SignedIn>,
  ["en"],
);
