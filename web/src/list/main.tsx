import "./list.css";
import { FacePages, type FacePage } from "../shell/faces";
import { NoPage } from "../shell/NoPage";
import { Shell } from "../shell/Shell";
import { start } from "../shell/start";
import { useWords } from "../words";
import { ConfirmPage } from "./Confirm";
import { EditPage } from "./Edit";
import { FormPage } from "./FormPage";
import { SavedPage } from "./Saved";
import { SentPage } from "./Sent";
import { StatusPage, WhichPage } from "./Status";
import { WithdrawPage } from "./Withdraw";

const PAGES: readonly FacePage[] = [
  { at: /^$/, page: FormPage },
  { at: /^saved$/, page: SavedPage },
  { at: /^sent$/, page: SentPage },
  { at: /^status$/, page: WhichPage },
  { at: /^status\/([\w-]+)$/, page: StatusPage },
  { at: /^status\/([\w-]+)\/edit$/, page: EditPage },
  { at: /^status\/([\w-]+)\/withdraw$/, page: WithdrawPage },
  { at: /^([\w-]+)\/(?:confirm|letters\/by-link)$/, page: ConfirmPage },
];

function Nowhere() {
  const { t } = useWords();
  return <Shell page="list"><NoPage start="/list-your-city" name={t("nav.list")} /></Shell>;
}

start(<FacePages pages={PAGES} otherwise={<Nowhere />} />);
