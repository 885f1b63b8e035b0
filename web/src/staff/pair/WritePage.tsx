// A letter to somebody who may lead to the city: written, read once more, and only then sent.
import { outreach } from "../../api/client";
import type { components } from "../../api/outreach";
import { useSearch } from "../../shell/address";
import { Refusal, useCommand } from "../../shell/commands";
import { useTitle } from "../../shell/faces";
import { Ask } from "../Ask";
import { Inputs, asMoment, type Field, type Values } from "../Entry";
import { nameOf } from "../places";
import { usePair, useRoutes } from "../reads";
import { StaffNav } from "../StaffNav";
import { inWords } from "../words";
import { useDraft } from "./draft";
import type { Pair } from "./PairPage";
import "../case/case.css";

type Route = components["schemas"]["RoutesView"]["routes"][number];

export default function WritePage({ parts }: { parts: readonly string[] }) {
  const pair = usePair(parts[1] ?? "");
  const routes = useRoutes(parts[1] ?? "");
  const [search] = useSearch();
  const thread_id = new URLSearchParams(search).get("thread");
  const isReview = new URLSearchParams(search).get("step") === "review";
  const title = isReview ? "Read it once more, then send it" : thread_id ? "Write a follow-up" : "Write to somebody new";
  useTitle(title);
  return (
    <main id="content" className="page case" aria-busy={pair.isPending || routes.isPending}>
      <StaffNav />
      <h1>{title}</h1>
      <Ask asked={pair}>{(found) => <Ask asked={routes}>{({ routes: ways }) => <Letter pair={found} ways={ways} threadId={thread_id} isReview={isReview} />}</Ask>}</Ask>
    </main>
  );
}

const HOW: Field = { name: "how", label: "How", kind: "choice", options: [["letter", "Send a letter from here"], ["self", "I wrote or called myself: note it"]] };
const LETTER: readonly Field[] = [{ name: "subject", label: "Subject", isNeeded: true }, { name: "body", label: "Letter", kind: "long", isNeeded: true, rows: 12 }];
const CHANNELS = [
  "other", "foreign_embassy", "foreign_consulate", "us_embassy", "us_consulate", "federal_agency", "municipal_association", "twinning_organisation", "city_office",
] as const satisfies readonly Route["contact"]["channel"][];
const BY_WHICH_WAY: Field = { name: "channel", label: "By which way", kind: "choice", options: CHANNELS.map((each) => [each, inWords(each)] as const) };
const WITHOUT: readonly Field[] = [{ name: "contacted_at", label: "When it was", kind: "moment", hint: "By your own clock; left empty, it was just now." }];

function Letter({ pair, ways, threadId, isReview }: { pair: Pair; ways: readonly Route[]; threadId: string | null; isReview: boolean }) {
  const [, go] = useSearch();
  const home = `/staff/cases/${pair.case_id}/pairs/${pair.pair_id}`;
  const thread = pair.threads.find((each) => each.thread_id === threadId);
  const [draft, setDraft, forget] = useDraft(`${pair.pair_id} ${threadId ?? ""}`, () => firstDraft(pair, ways, Boolean(thread)));
  const way = ways.find(({ contact }) => contact.contact_id === (thread ? thread.contact_id : draft.contact_id));
  const channel = thread?.channel ?? way?.contact.channel ?? ((draft.channel || "other") as (typeof CHANNELS)[number]);
  const send = useCommand<Values>((values, { headers }) => {
    const letter = values.how === "letter" ? { subject: values.subject ?? "", body: values.body ?? "", in_office_hours: true } : null;
    if (thread) return outreach.POST("/api/outreach/v1/pairs/{pair_id}/threads/{thread_id}/follow-up", { params: { path: { pair_id: pair.pair_id, thread_id: thread.thread_id } }, headers, body: { letter } });
    const contacted_at = values.how === "letter" ? "" : asMoment(values.contacted_at);
    return outreach.POST("/api/outreach/v1/pairs/{pair_id}/threads", {
      params: { path: { pair_id: pair.pair_id } }, headers,
      body: { channel, ...(way ? { contact_id: way.contact.contact_id } : {}), letter, ...(contacted_at ? { contacted_at } : {}) },
    });
  }, { changes: [["pair", pair.pair_id], ["case", pair.case_id], ["work"]], then: () => { forget(); location.assign(home); } });
  const step = (review: boolean) => {
    const told = new URLSearchParams({ ...(threadId ? { thread: threadId } : {}), ...(review ? { step: "review" } : {}) });
    go(`${location.pathname}${told.size ? `?${told}` : ""}`);
    scrollTo(0, 0);
  };
  const to = way ? `${way.contact.name} (${inWords(channel)})` : inWords(channel);
  if (isReview)
    return (
      <>
        <Refusal problem={send.problem} />
        <dl className="facts">
          <dt>About</dt><dd>{nameOf(pair.place)} and {nameOf(pair.foreign_place)}</dd>
          <dt>To</dt><dd>{to}{draft.how === "letter" && way?.contact.email && <><br /><span className="address">{way.contact.email}</span></>}</dd>
          {draft.how === "letter" && <><dt>Subject</dt><dd>{draft.subject}</dd></>}
        </dl>
        {draft.how === "letter" ? <p className="said letter">{draft.body}</p> : <p>This only notes that you wrote or called yourself. Nothing goes out.</p>}
        <div className="row">
          <button type="button" className="primary" disabled={send.isRunning} onClick={() => send.run(draft)}>{send.isRunning ? "Sending…" : draft.how === "letter" ? "Send the letter" : "Note it"}</button>
          <button type="button" className="second" onClick={() => step(false)}>Change it</button>
        </div>
        {draft.how === "letter" && <p>A letter that has gone out cannot be taken back. Answers come into this page by themselves.</p>}
      </>
    );
  return (
    <form onSubmit={(event) => { event.preventDefault(); step(true); }}>
      <p>About <a href={home}>{nameOf(pair.place)} and {nameOf(pair.foreign_place)}</a>. What you write here is kept on this device until it is sent.</p>
      {thread ? <p>To <strong>{to}</strong>.</p> : <Ways ways={ways} chosen={draft.contact_id ?? ""} choose={(contact_id) => setDraft({ ...draft, contact_id })} />}
      <Inputs problem={null} values={draft} set={setDraft} fields={[HOW]} />
      <Inputs problem={null} values={draft} set={setDraft} fields={draft.how === "letter" ? LETTER : thread ? [] : way ? WITHOUT : [BY_WHICH_WAY, ...WITHOUT]} />
      <button type="submit" className="primary">Read it once more</button>
    </form>
  );
}

function Ways({ ways, chosen, choose }: { ways: readonly Route[]; chosen: string; choose: (id: string) => void }) {
  return (
    <fieldset>
      <legend>To whom</legend>
      {ways.length === 0 && <p>The registry knows nobody who leads there. <a href="/staff/contacts">Add a contact</a> first, or note what you did yourself.</p>}
      {ways.map(({ contact, reason, tried, learned }) => (
        <div key={contact.contact_id} className="tick way">
          <input type="radio" name="way" id={contact.contact_id} checked={contact.contact_id === chosen} onChange={() => choose(contact.contact_id)} />
          <label htmlFor={contact.contact_id}>
            <strong>{contact.name}</strong> ({inWords(contact.channel)}){tried && ", written to already"}{!contact.email && ", without an e-mail address"}
            <br /><span className="small">{reason} {learned.sentence}</span>
          </label>
        </div>
      ))}
    </fieldset>
  );
}

function firstDraft(pair: Pair, ways: readonly Route[], isFollowUp: boolean): Values {
  const untried = ways.find(({ tried, contact }) => !tried && contact.email) ?? ways[0];
  const [member, city] = [nameOf(pair.place), nameOf(pair.foreign_place)];
  const about = `${member}, a member of Sister Cities International, is looking for a partner city abroad and would like to get to know ${city}.`;
  return {
    how: isFollowUp || ways.length ? "letter" : "self", channel: "other", contact_id: untried?.contact.contact_id ?? "", subject: isFollowUp ? `${member} and ${city}: may we ask again?` : `${member} would like to get to know ${city}`,
    body: isFollowUp
      ? `Dear Sir or Madam,\n\nSome time ago we wrote to you about ${city}. ${about}\n\nMay we ask whether you could tell us whom to speak with there?\n\nWith kind regards`
      : `Dear Sir or Madam,\n\n${about}\n\nCould you tell us whom to speak with in ${pair.foreign_place.name}, or pass this letter on?\n\nWith kind regards`,
    contacted_at: "",
  };
}

