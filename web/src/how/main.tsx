import "./how.css";
import { start } from "../shell/start";
import { HowPage } from "./HowPage";

start(<HowPage />);
