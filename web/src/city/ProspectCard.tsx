// One proposed city: who it is, why it was proposed, what is said of it, and one's own vote.
import { useId, useState } from "react";
import { matching } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { useDraft } from "./draft";
import { capital, day, nameOf, number } from "./names";
import { OWN } from "./own";
import type { Prospect } from "./questions";

interface Props {
  caseId: string;
  prospect: Prospect;
  canVote: boolean;
  canChoose: boolean;
  isSettled: boolean;
  isTicked: boolean;
  tick: (isTicked: boolean) => void;
}

const SAID_BY: Partial<Record<string, string>> = { staff: "our staff", administrator: "your administrator", committee_member: "your committee" };

export function ProspectCard({ caseId, prospect, canVote, canChoose, isSettled, isTicked, tick }: Props) {
  const { place } = prospect;
  const [id, name] = [useId(), nameOf(place)];
  const cannot = canChoose && !prospect.can_be_chosen;
  return (
    <li className="box">
      <h2><a href={`/city/prospects/${place.geoname_id}`}>{name}</a></h2>
      <p className="muted small">
        {number(place.population)} people. Votes: {prospect.votes_for} for, {prospect.votes_against} against.
        {prospect.is_shortlisted && !isSettled && " Chosen before."}
      </p>
      {prospect.why && <p>{prospect.why}</p>}
      {prospect.availability === "in_conversation" && <p><strong>It is in conversation with another U.S. city, and may not be free in time.</strong></p>}
      {cannot && <p><strong>It cannot be chosen now.</strong> <a href={`/city/prospects/${place.geoname_id}`}>Why</a></p>}
      {prospect.remarks.map((remark) => (
        <blockquote key={remark.written_at + remark.text}>
          <p className="said">{remark.text}</p>
          <footer className="muted small">{capital(SAID_BY[remark.by] ?? "somebody")}, {day(remark.written_at)}</footer>
        </blockquote>
      ))}
      {canVote && <VoteForm caseId={caseId} prospect={prospect} name={name} />}
      {!isSettled && (
        <p className="tick">
          <input id={id} type="checkbox" checked={isTicked} onChange={(event) => tick(event.target.checked)} />
          <label htmlFor={id}>{canChoose && !cannot ? `Tick ${place.name} to compare or choose it` : `Tick ${place.name} to compare it`}</label>
        </p>
      )}
    </li>
  );
}

function VoteForm({ caseId, prospect, name }: { caseId: string; prospect: Prospect; name: string }) {
  const { geoname_id } = prospect.place;
  const id = useId();
  const [comment, setComment, forget] = useDraft(`vote ${caseId} ${geoname_id}`);
  const [isOpen, setOpen] = useState(comment !== "");
  const cast = useCommand(
    (vote: "for" | "against", sending) =>
      matching.POST("/api/matching/v1/cases/{case_id}/votes", { ...sending, params: { path: { case_id: caseId } }, body: { geoname_id, vote, comment: comment.trim() } }),
    {
      changes: [OWN],
      then: () => {
        forget();
        setOpen(false);
      },
    },
  );
  return (
    <div className="vote" role="group" aria-label={`Your vote on ${name}`}>
      <div className="row">
        <span>Your vote:</span>
        {(["for", "against"] as const).map((vote) => (
          <button key={vote} type="button" className="chip" aria-pressed={prospect.your_vote === vote} disabled={cast.isRunning} onClick={() => cast.run(vote)}>
            {capital(vote)}
          </button>
        ))}
        <button type="button" className="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>Say why</button>
      </div>
      {isOpen && (
        <p className="field">
          <label htmlFor={id}>Your comment on {name}</label>
          <span className="hint" id={`${id}-hint`}>It goes with your vote: press For or Against. Your committee and our staff read it.</span>
          <textarea id={id} rows={3} maxLength={2000} value={comment} aria-describedby={`${id}-hint`} onChange={(event) => setComment(event.target.value)} />
        </p>
      )}
      <Refusal problem={cast.problem} idOf={() => id} />
    </div>
  );
}
