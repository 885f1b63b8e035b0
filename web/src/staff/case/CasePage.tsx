// One search as staff see it: where it stands, what is next and whose turn it is, its cities, its people, its story.
import type { components } from "../../api/intake";
import { useTitle } from "../../shell/faces";
import { Trouble } from "../../shell/Trouble";
import { Ask } from "../Ask";
import { nameOf } from "../places";
import { useCase, useCasebook, useCommunity, useOutreach, useResearch } from "../reads";
import { StaffNav } from "../StaffNav";
import { capital, day, inWords, span } from "../words";
import { Cities, Listed } from "./Cities";
import { Conversation } from "./Conversation";
import { Course } from "./Course";
import { Debrief } from "./Debrief";
import { Next } from "./Next";
import { Outreach } from "./Outreach";
import { People, Standing } from "./People";
import { Promises } from "./Promises";
import { Story } from "./Story";
import { Wishes } from "./Wishes";
import "./case.css";

export type Case = components["schemas"]["CaseView"];

export default function CasePage({ parts }: { parts: readonly string[] }) {
  const id = parts[0] ?? "";
  const asked = useCase(id);
  useTitle(asked.data ? nameOf(asked.data.place) : "A search");
  return (
    <main id="content" className="page wide case" aria-busy={asked.isPending}>
      <StaffNav />
      {asked.isPending ? <><h1>A search</h1><p role="status" className="skeleton">One moment</p></>
      : asked.isError ? <><h1>A search</h1><Trouble problem={asked.error} retry={() => void asked.refetch()} /></>
      : <Whole told={asked.data} />}
    </main>
  );
}

function Whole({ told }: { told: Case }) {
  const casebook = useCasebook(told.case_id);
  const community = useCommunity(told.community_id);
  const research = useResearch(told.case_id);
  const outreach = useOutreach(told.case_id);
  const isOpen = !told.ended_on;
  return (
    <>
      <h1>{nameOf(told.place)}</h1>
      <p className="lead">{sentence(told, casebook.data?.stage)}</p>
      <nav aria-label="On this page" className="contents">
        <ul>
          {PARTS.map(([at, name]) => <li key={at}><a href={`#${at}`}>{name}</a></li>)}
        </ul>
      </nav>
      <div className="columns">
        <div className="main">
          <Next told={told} />
          <section aria-labelledby="outreach"><h2 id="outreach">Outreach</h2><Ask asked={outreach}>{(found) => <Outreach told={told} found={found} />}</Ask></section>
          <section aria-labelledby="cities"><h2 id="cities">Proposed cities</h2><Ask asked={research}>{(found) => <Cities found={found} />}</Ask></section>
          <section aria-labelledby="conversation"><h2 id="conversation">Conversation with the member</h2><Conversation told={told} isOpen={isOpen} /></section>
          <section aria-labelledby="promises"><h2 id="promises">Debrief and promises</h2><Debrief told={told} /><Promises told={told} /></section>
          <section aria-labelledby="story"><h2 id="story">Everything that happened</h2><Ask asked={casebook}>{(found) => <Story told={told} casebook={found} />}</Ask></section>
        </div>
        <aside aria-label="About this search">
          <section aria-labelledby="facts"><h2 id="facts">What it looks for</h2><Wishes told={told} /></section>
          <section aria-labelledby="member"><h2 id="member">The member</h2><Ask asked={community}>{(found) => <><Standing found={found} /><People found={found} /></>}</Ask></section>
          <section aria-labelledby="listed"><h2 id="listed">Listed cities that we looked at</h2><Ask asked={research}>{(found) => <Listed found={found} />}</Ask></section>
          <Course told={told} />
        </aside>
      </div>
    </>
  );
}

const PARTS = [
  ["outreach", "Outreach"], ["cities", "Proposed cities"], ["conversation", "Conversation"], ["promises", "Debrief and promises"],
  ["story", "Everything that happened"], ["member", "The member"],
] as const;

function sentence(told: Case, stage: string | undefined): string {
  const today = new Date().toISOString();
  const since = `Said Yes on ${day(told.requested_on)}, ${span(told.requested_on, told.ended_on ?? today)} ${told.ended_on ? "before it ended" : "ago"}.`;
  const rests = told.paused_until ? ` It rests until ${day(told.paused_until)}.` : "";
  const reason = told.reason ? `: ${inWords(told.reason)}` : "";
  const ended = told.ended_on ? ` on ${day(told.ended_on)}${reason}` : "";
  return `${capital(inWords(told.state === "debriefed" ? (stage ?? told.state) : told.state))}${ended}. ${since}${rests}`;
}
