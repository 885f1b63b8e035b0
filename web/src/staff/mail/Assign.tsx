// What a mail is about: a case or a listing, or a thread of a case, chosen by name.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { cases, intake, outreach } from "../../api/client";
import { Refusal, useCommand } from "../../shell/commands";
import { useListings } from "../listings/asked";
import { useCaseLines, whole } from "../reads";
import { country, day, inWords } from "../words";
import { KINDS, type Inbound, type Kind, type Service } from "./asked";

interface Form {
  about: string;
  subject_id: string;
  kind: Kind;
}

export function Assign({ mail, service }: { mail: Inbound; service: Service }) {
  const [about, setAbout] = useState<"case" | "listing" | "thread">(service === "intake" ? "case" : "thread");
  const [subject, choose] = useState(mail.subject_id ?? "");
  const [kind, setKind] = useState<Kind>(mail.kind);
  const command = useCommand<Form>(({ about: on, subject_id, kind: what }, sending) => {
    const how = { params: { path: { inbound_id: mail.inbound_id } }, ...sending, body: { about: on, subject_id, ...(what !== mail.kind && { kind: what }) } };
    return service === "intake" ? intake.POST("/api/intake/v1/inbound/{inbound_id}/assign", how) : outreach.POST("/api/outreach/v1/inbound/{inbound_id}/assign", how);
  }, { changes: [["mail"]] });
  const pick = (on: typeof about) => { setAbout(on); choose(""); };
  return (
    <form onSubmit={(event) => { event.preventDefault(); command.run({ about, subject_id: subject, kind }); }}>
      <Refusal problem={command.problem} idOf={() => "subject"} />
      {service === "intake" && (
        <fieldset>
          <legend>About</legend>
          <p className="tick"><input type="radio" id="about-case" name="about" checked={about === "case"} onChange={() => pick("case")} /><label htmlFor="about-case">A member's case</label></p>
          <p className="tick"><input type="radio" id="about-listing" name="about" checked={about === "listing"} onChange={() => pick("listing")} /><label htmlFor="about-listing">A listing of a city abroad</label></p>
        </fieldset>
      )}
      {about === "case" ? <OfCase id="subject" label="Whose case" value={subject} choose={choose} />
      : about === "listing" ? <OfListing value={subject} choose={choose} />
      : <OfThread value={subject} choose={choose} />}
      <div className="field">
        <label htmlFor="kind">What it is</label>
        <select id="kind" value={kind} onChange={({ target }) => setKind(target.value as Kind)}>
          {Object.entries(KINDS).map(([code, words]) => <option key={code} value={code}>{words}</option>)}
        </select>
      </div>
      <button type="submit" disabled={command.isRunning}>It is about this</button>
    </form>
  );
}

interface Choosing {
  value: string;
  choose: (id: string) => void;
}

function Select({ id, label, value, choose, options }: Choosing & { id: string; label: string; options: readonly (readonly [string, string])[] }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} required value={value} onChange={({ target }) => choose(target.value)}>
        <option value="">{options.length === 0 ? "There is none to choose" : "Choose"}</option>
        {options.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
      </select>
    </div>
  );
}

function OfCase({ id, label, value, choose }: Choosing & { id: string; label: string }) {
  const lines = useCaseLines();
  const options = [...(lines.data?.values() ?? [])]
    .map((line) => [line.case_id, [line.name, line.admin1].filter(Boolean).join(", ")] as const)
    .sort(([, one], [, other]) => one.localeCompare(other));
  return <Select id={id} label={label} value={value} choose={choose} options={options} />;
}

function OfListing({ value, choose }: Choosing) {
  const listings = useListings(null, false, null);
  const options = (listings.data?.items ?? []).map((item) => [item.listing_id, `${item.name}, ${country(item.country)}`] as const);
  return <Select id="subject" label="Which listing" value={value} choose={choose} options={options} />;
}

function OfThread({ value, choose }: Choosing) {
  const [caseId, setCase] = useState("");
  const found = useQuery({
    queryKey: ["case", caseId, "threads"], enabled: caseId !== "",
    queryFn: ({ signal }) => whole(cases.GET("/api/directory/v1/cases/{case_id}", { params: { path: { case_id: caseId } }, signal })),
  });
  const options = (found.data?.pairs ?? []).flatMap((pair) =>
    pair.threads.map((thread) => [
      thread.thread_id, `${pair.name ?? "a city"}: ${inWords(thread.channel)}, written ${day(thread.contacted_at) || "on a day that is not known"}`,
    ] as const));
  return (
    <>
      <OfCase id="case" label="Whose case" value={caseId} choose={(id) => { setCase(id); choose(""); }} />
      {caseId && <Select id="subject" label="Which thread" value={value} choose={choose} options={options} />}
    </>
  );
}
