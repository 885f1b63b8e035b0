// The one conversation of the case, between the member and a named person of staff; mail stands in it too.
import { intake } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { useDraft } from "./draft";
import { AdministratorOnly, Frame, NoSearch } from "./Frame";
import { capital, day, nameOf } from "./names";
import { OWN, useOwn, type Search } from "./own";

const TITLE = "The conversation with our staff";

export function ConversationPage() {
  const { search, isAdministrator } = useOwn();
  if (!search) return <NoSearch title={TITLE} />;
  return (
    <Frame title={TITLE} current="Conversation">
      <p>
        {search.owner_name ? `${search.owner_name} of our staff reads what you write here.` : "Our staff read what you write here."} You may also write
        to <a className="address" href={`mailto:${search.write_to}?subject=${encodeURIComponent(nameOf(search.place))}`}>{search.write_to}</a> from
        the address with which you sign in: it stands here as well.
      </p>
      {isAdministrator ? <Write search={search} /> : <AdministratorOnly what="The administrator writes here. Send our staff a mail at the address above to say something yourself; it stands here too." />}
      <Said search={search} />
    </Frame>
  );
}

function Write({ search }: { search: Search }) {
  const [text, setText, forget] = useDraft(`message ${search.case_id}`);
  const send = useCommand(
    (said: string, sending) =>
      intake.POST("/api/intake/v1/cases/{case_id}/messages", { ...sending, params: { path: { case_id: search.case_id } }, body: { text: said } }),
    { changes: [OWN], then: forget },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.run(text);
      }}
    >
      <p className="field">
        <label htmlFor="text">Your message</label>
        <textarea id="text" rows={5} required maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} />
      </p>
      <Refusal problem={send.problem} idOf={() => "text"} />
      <p className="row">
        <button type="submit" disabled={send.isRunning}>Send</button>
        <span role="status" className="told">{send.isDone && text === "" ? "Sent. Our staff answer here, and by mail." : ""}</span>
      </p>
    </form>
  );
}

function Said({ search }: { search: Search }) {
  if (search.messages.length === 0) return <p>Nobody has written yet. Ask anything: sample letters, what others did, who decides abroad.</p>;
  return (
    <section aria-label="Messages, the newest first">
      <h2>Messages</h2>
      <ol className="messages">
        {[...search.messages].reverse().map((each) => (
          <li key={each.written_at + each.text} className={each.is_from_staff ? "theirs" : "ours"}>
            <p className="muted small"><strong>{capital(each.author)}</strong>, <time dateTime={each.written_at}>{day(each.written_at)}</time></p>
            <p className="said">{each.text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
