// The administrator and the committee: who they are, inviting and removing, and handing the role over.
import { useState } from "react";
import { intake } from "../api/client";
import { fieldProblem, Refusal, useCommand, type Sending } from "../shell/commands";
import { AdministratorOnly, Frame } from "./Frame";
import { OWN, useOwn, type Community } from "./own";

type Person = Community["people"][number];
type Entered = { name: string; email: string; office: string; language: string };
const NOBODY: Entered = { name: "", email: "", office: "", language: "" };

export function PeoplePage() {
  const { community, isAdministrator } = useOwn();
  const people = community.people;
  const committee = people.filter((each) => each.role === "committee_member");
  return (
    <Frame title="Your people" current="People">
      <h2>Administrator</h2>
      {people.filter((each) => each.role === "administrator").map((each) => <p key={each.person_id}><strong>{each.name}</strong>{each.office && `, ${each.office}`}<br /><span className="address muted">{each.email}</span></p>)}
      <h2>Committee</h2>
      <p>Members of the committee read everything, vote and comment. The administrator decides.</p>
      {committee.length === 0 ? <p>Nobody is on the committee yet.</p> : <ul className="pairs">{committee.map((each) => <Member key={each.person_id} person={each} mayRemove={isAdministrator} />)}</ul>}
      {isAdministrator ? <Changes community={community} /> : <AdministratorOnly what="The administrator invites and removes people." />}
    </Frame>
  );
}

function Changes({ community }: { community: Community }) {
  const params = { path: { community_id: community.community_id } };
  return (
    <>
      <h2>Invite somebody to the committee</h2>
      <Contact id="invite" button="Invite" done="Invited. A letter leads here." send={(body, sending) => intake.POST("/api/intake/v1/communities/{community_id}/committee", { ...sending, params, body })} />
      <details>
        <summary>Hand your role over</summary>
        <p>The other person gets a letter, and is the administrator once they have signed in and accepted. Until then nothing changes; then you stay on the committee.</p>
        <Contact id="offer" button="Offer the role of administrator" done="Offered. We wrote to the other person." send={(body, sending) => intake.POST("/api/intake/v1/communities/{community_id}/administrator/offer", { ...sending, params, body })} />
      </details>
    </>
  );
}

function Member({ person, mayRemove }: { person: Person; mayRemove: boolean }) {
  const { community } = useOwn();
  const [isSure, setSure] = useState(false);
  const remove = useCommand(
    (person_id: string, sending) =>
      intake.POST("/api/intake/v1/communities/{community_id}/committee/{person_id}/remove", { ...sending, params: { path: { community_id: community.community_id, person_id } } }),
    { changes: [OWN] },
  );
  return (
    <li>
      <p><strong>{person.name}</strong>{person.office && `, ${person.office}`}<br /><span className="address muted">{person.email}</span></p>
      {mayRemove && !isSure && <p><button type="button" className="plain" onClick={() => setSure(true)}>Remove {person.name}</button></p>}
      {isSure && (
        <div className="row" role="group" aria-label={`Remove ${person.name}?`}>
          <span>Their votes stay; they can no longer sign in for your community.</span>
          <button type="button" autoFocus disabled={remove.isRunning} onClick={() => remove.run(person.person_id)}>Remove {person.name}</button>
          <button type="button" className="plain" onClick={() => setSure(false)}>Keep</button>
        </div>
      )}
      <Refusal problem={remove.problem} />
    </li>
  );
}

interface ContactProps {
  id: string;
  button: string;
  done: string;
  send: (person: Entered, sending: Sending) => Promise<unknown>;
}

function Contact({ id, button, done, send }: ContactProps) {
  const [entered, setEntered] = useState(NOBODY);
  const command = useCommand(send, { changes: [OWN], then: () => setEntered(NOBODY) });
  const field = (name: "name" | "email" | "office", label: string, type = "text") => {
    const wrong = fieldProblem(command.problem, name);
    return (
      <p>
        <label htmlFor={`${id}-${name}`}>{label}</label>
        {wrong && <span className="error" id={`${id}-${name}-wrong`}>{wrong}</span>}
        <input
          id={`${id}-${name}`} type={type} required={name !== "office"} maxLength={120} autoComplete="off" value={entered[name]}
          aria-invalid={wrong ? true : undefined} aria-describedby={wrong ? `${id}-${name}-wrong` : undefined}
          onChange={(event) => setEntered({ ...entered, [name]: event.target.value })}
        />
      </p>
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        command.run(entered);
      }}
    >
      {field("name", "Name")}
      {field("email", "E-mail address", "email")}
      {field("office", "Office (optional)")}
      <Refusal problem={command.problem} idOf={(name) => `${id}-${name}`} />
      <p className="row">
        <button type="submit" disabled={command.isRunning}>{button}</button>
        <span role="status" className="told">{command.isDone && entered.name === "" ? done : ""}</span>
      </p>
    </form>
  );
}
