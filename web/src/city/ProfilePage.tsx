// What a community has to offer, in its own words; staff read a change before it is published.
import { useState, type FormEvent } from "react";
import { intake } from "../api/client";
import { fieldProblem, Refusal, useCommand } from "../shell/commands";
import { LANGUAGE_CODES } from "./codes";
import { AdministratorOnly, Frame } from "./Frame";
import { languageName, listed, THEMES, words } from "./names";
import { OWN, useOwn, type Community } from "./own";
import { Picked } from "./Picked";
import { Ticks } from "./Ticks";

type Profile = Community["profile"];

export function ProfilePage() {
  const { community, isAdministrator } = useOwn();
  return (
    <Frame title="What your community offers" current="Profile">
      <p>Cities abroad decide by this whether you suit them, and the ranking counts what you say here. Nothing of it is required.</p>
      {community.proposed_profile && <p className="box" role="status">Your change waits until our staff have read it; until then the earlier words are shown.</p>}
      {isAdministrator ? <Form community={community} /> : <><Read profile={community.profile} /><AdministratorOnly what="The administrator writes the profile." /></>}
    </Frame>
  );
}

const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);

function Form({ community }: { community: Community }) {
  const now = community.proposed_profile ?? community.profile;
  const [profile, setProfile] = useState<Profile>(now);
  const [industries, setIndustries] = useState(now.industries.join("\n"));
  const [universities, setUniversities] = useState(now.universities.join("\n"));
  const save = useCommand(
    (told: Profile, sending) =>
      intake.POST("/api/intake/v1/communities/{community_id}/profile", { ...sending, params: { path: { community_id: community.community_id } }, body: { profile: told } }),
    { changes: [OWN] },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.run({ ...profile, industries: lines(industries), universities: lines(universities) });
  };
  const area = (name: "seeks" | "industries" | "universities", label: string, hint: string, value: string, change: (text: string) => void) => {
    const wrong = fieldProblem(save.problem, `profile.${name}`);
    return (
      <p>
        <label htmlFor={name}>{label}</label>
        <span className="hint" id={`${name}-hint`}>{hint}</span>
        {wrong && <span className="error">{wrong}</span>}
        <textarea id={name} rows={4} maxLength={1000} value={value} aria-describedby={`${name}-hint`} aria-invalid={wrong ? true : undefined} onChange={(event) => change(event.target.value)} />
      </p>
    );
  };
  return (
    <form onSubmit={submit}>
      <Refusal problem={save.problem} idOf={(field) => field.replace("profile.", "").split(".")[0]} />
      {area("seeks", "What you look for", "In your own words; everybody may read it.", profile.seeks, (seeks) => setProfile({ ...profile, seeks }))}
      {area("industries", "Industries", "One on each line.", industries, setIndustries)}
      {area("universities", "Universities and schools", "One on each line.", universities, setUniversities)}
      <Ticks legend="What you are active in" options={THEMES.map((each) => [each, words(each)])} chosen={profile.themes} change={(themes) => setProfile({ ...profile, themes })} />
      <Picked id="languages" label="Languages in which you can write" codes={LANGUAGE_CODES} nameOf={languageName} chosen={profile.languages} change={(languages) => setProfile({ ...profile, languages })} />
      <p className="row">
        <button type="submit" disabled={save.isRunning}>Send to our staff</button>
        <span role="status" className="told">{save.isDone ? "Sent. Our staff read it before it is published." : ""}</span>
      </p>
    </form>
  );
}

function Read({ profile }: { profile: Profile }) {
  const rows = [
    ["Looks for", profile.seeks], ["Industries", listed(profile.industries)], ["Universities and schools", listed(profile.universities)],
    ["Active in", listed(profile.themes.map(words))], ["Languages", listed(profile.languages.map(languageName))],
  ] as const;
  return <dl className="facts">{rows.map(([title, told]) => <div key={title} className="fact"><dt>{title}</dt><dd>{told || "not said yet"}</dd></div>)}</dl>;
}
