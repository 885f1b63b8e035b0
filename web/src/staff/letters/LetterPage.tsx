// The words of one letter: changed, looked at with made-up facts, kept as a version, or taken back to what is shipped.
import { intake, outreach } from "../../api/client";
import { Answered } from "../../shell/Answered";
import { Refusal, useCommand } from "../../shell/commands";
import { useTitle } from "../../shell/faces";
import { useKept } from "../../shell/kept";
import { useState } from "react";
import { asked } from "../Choices";
import { StaffNav } from "../StaffNav";
import { moment } from "../words";
import { addressOf, language, letterName, useLetter, type Preview, type Service, type WordsView } from "./asked";

export default function LetterPage({ parts: [service, kind = "", code = "en"] }: { parts: readonly string[] }) {
  const of: Service = service === "outreach" ? "outreach" : "intake";
  const letter = useLetter(of, kind, code);
  const heading = `${letterName(kind)} (${language(code)})`;
  useTitle(heading);
  const done = asked("done");
  return (
    <main id="content" className="page wide">
      <StaffNav current="Letters" />
      <p><a href={`/staff/letters?of=${of}`}>All letters</a></p>
      <h1>{heading}</h1>
      {done && <p role="status" className="told">{done === "shipped" ? "The shipped words hold again, from the next letter on." : "These words hold from the next letter on."}</p>}
      <Answered question={letter} rows={8}>{(found) => <Whole letter={found} service={of} />}</Answered>
    </main>
  );
}

interface Props {
  letter: WordsView;
  service: Service;
}

function Whole({ letter, service }: Props) {
  return (
    <div className="two">
      <div><Words letter={letter} service={service} /></div>
      <div>
        <section aria-labelledby="facts">
          <h2 id="facts">What it can tell</h2>
          <p>In braces. What is marked has to be in it.</p>
          <dl className="facts">
            {Object.entries(letter.may_tell).map(([name, what]) => (
              <div className="fact" key={name}>
                <dt>{`{${name}}`}{letter.must_tell.includes(name) && <strong> (has to)</strong>}</dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <Versions letter={letter} />
        {letter.shipped !== null && !letter.is_shipped && <Shipped letter={letter} service={service} />}
      </div>
    </div>
  );
}

function Words({ letter, service }: Props) {
  const path = { kind: letter.kind, language: letter.language };
  const [words, write] = useKept(`letter ${service} ${letter.kind} ${letter.language} ${letter.version}`, letter.words);
  const [preview, show] = useState<Preview | null>(null);
  const look = useCommand<string, { data?: Preview }>((text, sending) => {
    const how = { params: { path }, ...sending, body: { words: text } };
    return service === "intake" ? intake.POST("/api/intake/v1/letters/{kind}/{language}/preview", how) : outreach.POST("/api/outreach/v1/letters/{kind}/{language}/preview", how);
  }, { then: ({ data }) => show(data ?? null) });
  const keep = useCommand<string>(async (text, sending) => {
    const how = { params: { path }, ...sending, body: { words: text, based_on: letter.version } };
    await (service === "intake" ? intake.POST("/api/intake/v1/letters/{kind}/{language}", how) : outreach.POST("/api/outreach/v1/letters/{kind}/{language}", how));
    write(null);
  }, { then: () => location.assign(`${addressOf(service, letter)}?done=kept`) });
  return (
    <form onSubmit={(event) => { event.preventDefault(); keep.run(words); }}>
      <Refusal problem={keep.problem ?? look.problem} idOf={() => "words"} />
      <div className="field">
        <label htmlFor="words">Words</label>
        <p className="hint" id="words-hint">The lines above the first empty one say the desk, the subject and the button; the desk stays.</p>
        <textarea id="words" className="words" rows={18} required maxLength={20_000} spellCheck lang={letter.language} dir="auto" aria-describedby="words-hint" value={words} onChange={({ target }) => write(target.value)} />
      </div>
      <p className="row">
        <button type="button" className="second" disabled={look.isRunning} onClick={() => look.run(words)}>Preview</button>
        <button type="submit" disabled={keep.isRunning || words === letter.words}>Use these words</button>
        {words !== letter.words && <button type="button" className="plain" onClick={() => write(null)}>Undo what I changed here</button>}
      </p>
      {preview && <Looks preview={preview} code={letter.language} />}
    </form>
  );
}

function Looks({ preview, code }: { preview: Preview; code: string }) {
  return (
    <section className="box" aria-labelledby="preview">
      <h2 id="preview">As it would look, with made-up facts</h2>
      <p role="status"><strong lang={code} dir="auto">{preview.subject}</strong></p>
      <p className="said" lang={code} dir="auto">{preview.text}</p>
    </section>
  );
}

function Versions({ letter }: { letter: WordsView }) {
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      {letter.versions.length === 0 && <p className="muted">Nobody has changed it: these are the shipped words.</p>}
      <ul>
        {letter.versions.map((version) => (
          <li key={version.version}>
            Version {version.version}, {moment(version.changed_at)}
            {version.words === null ? ": back to the shipped words" : <details><summary>Its words</summary><p className="said small">{version.words}</p></details>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shipped({ letter, service }: Props) {
  const back = useCommand<number>((based_on, sending) => {
    const how = { params: { path: { kind: letter.kind, language: letter.language } }, ...sending, body: { based_on } };
    return service === "intake" ? intake.POST("/api/intake/v1/letters/{kind}/{language}/shipped", how) : outreach.POST("/api/outreach/v1/letters/{kind}/{language}/shipped", how);
  }, { then: () => location.assign(`${addressOf(service, letter)}?done=shipped`) });
  return (
    <section aria-labelledby="shipped">
      <h2 id="shipped">Back to the shipped words</h2>
      <p>Our version stays in the list of versions.</p>
      <details><summary>The shipped words</summary><p className="said small">{letter.shipped}</p></details>
      <Refusal problem={back.problem} />
      <button type="button" className="second" disabled={back.isRunning} onClick={() => back.run(letter.version)}>Use the shipped words again</button>
    </section>
  );
}
