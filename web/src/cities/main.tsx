// The page of one city. The service has written it in English for everybody; here it becomes the reader's language.
import "./cities.css";
import type { components } from "../api/directory";
import { start } from "../shell/start";
import { CityPage } from "./CityPage";

/** What the service put into the page, so that nothing is asked for twice. */
function told(): components["schemas"]["CityPage"] | undefined {
  const block = document.getElementById("city")?.textContent;
  return block ? (JSON.parse(block) as components["schemas"]["CityPage"]) : undefined;
}

start(<CityPage told={told()} />);
