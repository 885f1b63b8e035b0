// The one conversation of this search, between the member and us; what we write is mailed to the administrator too.
import { intake } from "../../api/client";
import { UndoableEntry } from "../Entry";
import { moment } from "../words";
import type { Case } from "./CasePage";

const SHOWN = 5;

export function Conversation({ told, isOpen }: { told: Case; isOpen: boolean }) {
  const last = told.messages.slice(-SHOWN);
  const before = told.messages.length - last.length;
  return (
    <>
      {before > 0 && <p className="muted">{before} earlier {before === 1 ? "message stands" : "messages stand"} in <a href="?story=words#story">everything that was said</a>.</p>}
      {last.length === 0 && <p>Nobody has written yet.</p>}
      <ol className="said-list">
        {last.map((message) => (
          <li key={message.written_at + message.text} className={message.is_from_staff ? "ours" : "theirs"}>
            <p className="small muted">{message.author}, {moment(message.written_at)}</p>
            <p className="said">{message.text}</p>
          </li>
        ))}
      </ol>
      {isOpen && (
        <UndoableEntry
          audience="intake" press="Send to the member" says="Your message goes out in ten seconds." done="It is sent."
          changes={[["case", told.case_id], ["work"]]}
          fields={[{ name: "text", label: "Write to the member", kind: "long", isNeeded: true, hint: "The administrator gets it by mail as well." }]}
          send={({ text }, { headers, keepalive }) =>
            intake.POST("/api/intake/v1/cases/{case_id}/messages", { params: { path: { case_id: told.case_id } }, headers, keepalive, body: { text: text ?? "" } })
          }
        />
      )}
    </>
  );
}
