// One mail: what it says, and what it is about.
import { useState } from "react";
import { download, intake, outreach } from "../../api/client";
import { Answered } from "../../shell/Answered";
import { Refusal, useCommand } from "../../shell/commands";
import { useTitle } from "../../shell/faces";
import { StaffNav } from "../StaffNav";
import { moment } from "../words";
import { ABOUT, KINDS, useMail, type Inbound, type Service } from "./asked";
import { Assign } from "./Assign";

export default function MailPage({ parts: [service, id = ""] }: { parts: readonly string[] }) {
  const of: Service = service === "intake" ? "intake" : "outreach";
  const mail = useMail(of, id);
  const subject = mail.data ? mail.data.subject || "Mail without a subject" : "A mail";
  useTitle(subject);
  return (
    <main id="content" className="page wide">
      <StaffNav current="Mail" />
      <p><a href={of === "intake" ? "/staff/mail?about=cases" : "/staff/mail"}>Mail that waits for us</a></p>
      <h1 className="address">{subject}</h1>
      <Answered question={mail}>{(found) => <Whole mail={found} service={of} />}</Answered>
    </main>
  );
}

function Whole({ mail, service }: { mail: Inbound; service: Service }) {
  return (
    <>
      <section className="box next" aria-labelledby="next">
        <h2 id="next">{mail.waits ? "What is it about?" : "Nothing has to be done"}</h2>
        <p role="status">{mail.waits ? mail.why_waiting || "It is not known what it is about." : isAbout(mail)}</p>
        {mail.waits && <><Assign mail={mail} service={service} /><SetAside mail={mail} service={service} /></>}
      </section>
      <section aria-labelledby="said">
        <h2 id="said">What it says</h2>
        <dl className="facts">
          <dt>From</dt><dd className="address">{[mail.sender_name, mail.sender].filter(Boolean).join(", ") || "not known"}</dd>
          <dt>Came</dt><dd>{moment(mail.received_at)}</dd>
          <dt>What it seems to be</dt><dd>{KINDS[mail.kind]}</dd>
          {(mail.failed ?? []).length > 0 && <><dt>Not delivered to</dt><dd className="address">{(mail.failed ?? []).join(", ")}</dd></>}
        </dl>
        <div className="box"><p className="said">{mail.text || mail.whole || "It has no words."}</p></div>
        {mail.whole && mail.whole !== mail.text && <details><summary>All of it, with what it answers</summary><p className="said">{mail.whole}</p></details>}
        <Files mail={mail} service={service} />
      </section>
    </>
  );
}

function isAbout(mail: Inbound): React.ReactNode {
  if (!mail.about || !mail.subject_id) return "It was set aside.";
  const at = mail.about === "case" ? `/staff/cases/${mail.subject_id}` : mail.about === "listing" ? `/staff/listings/${mail.subject_id}` : null;
  return at ? <>It is about <a href={at}>{ABOUT[mail.about]}</a>.</> : `It is about ${ABOUT[mail.about] ?? mail.about}.`;
}

function SetAside({ mail, service }: { mail: Inbound; service: Service }) {
  const command = useCommand<string>((inbound_id, sending) => {
    const how = { params: { path: { inbound_id } }, ...sending };
    return service === "intake" ? intake.POST("/api/intake/v1/inbound/{inbound_id}/set-aside", how) : outreach.POST("/api/outreach/v1/inbound/{inbound_id}/set-aside", how);
  }, { changes: [["mail"]] });
  return (
    <>
      <Refusal problem={command.problem} />
      <p><button type="button" className="second" disabled={command.isRunning} onClick={() => command.run(mail.inbound_id)}>Set it aside: nothing has to be done</button></p>
    </>
  );
}

function Files({ mail, service }: { mail: Inbound; service: Service }) {
  const [problem, tell] = useState<unknown>(null);
  const files = mail.attachments ?? [];
  if (files.length === 0) return null;
  return (
    <>
      <h3>Files that came with it</h3>
      <p className="hint">No virus scanner has looked at them.</p>
      <Refusal problem={problem} />
      <ul>
        {files.map((name, n) => (
          <li key={n}>
            <button type="button" className="plain" onClick={() => void download(service, `/api/${service}/v1/inbound/${mail.inbound_id}/attachments/${n}`, name).then(() => tell(null), tell)}>{name || `File ${n + 1}`}</button>
          </li>
        ))}
      </ul>
    </>
  );
}
