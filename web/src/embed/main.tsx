import "../directory/directory.css";
import "./embed.css";
import { start } from "../shell/start";
import { EmbedPage } from "./EmbedPage";

start(<EmbedPage />);
