import "./directory.css";
import { start } from "../shell/start";
import { DirectoryPage } from "./DirectoryPage";

start(<DirectoryPage />);
