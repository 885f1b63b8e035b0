// Times for a meeting of two sides far apart: those that suit both are proposed, in the words of both clocks.
import { useState } from "react";
import type { QueryKey } from "@tanstack/react-query";
import { Refusal, useCommand, type Sending } from "../shell/commands";

export interface Slot {
  starts_at: string;
  minutes: number;
  local_times: readonly string[];
  is_within_working_hours: boolean;
  remark?: string;
}

interface Props {
  suggested: readonly Slot[];
  proposed: readonly Slot[];
  /** Who gets the letter. */
  to: string;
  changes: readonly QueryKey[];
  send: (slots: string[], sending: Sending) => Promise<unknown>;
}

/** Staff propose times; the other side picks one of them. A letter goes out, so that the button says so. */
export function ProposeTimes({ suggested, proposed, to, changes, send }: Props) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const command = useCommand<string[]>(send, { changes, then: () => setChosen([]) });
  const toggle = (at: string) => setChosen(chosen.includes(at) ? chosen.filter((each) => each !== at) : [...chosen, at]);
  return (
    <form onSubmit={(event) => { event.preventDefault(); command.run([...chosen]); }}>
      {proposed.length > 0 && <><h3>Proposed already</h3><ul>{proposed.map((slot) => <li key={slot.starts_at}>{slot.local_times.join(" · ")}</li>)}</ul></>}
      <Refusal problem={command.problem} />
      <fieldset>
        <legend>{proposed.length ? "Propose others instead" : "Times that suit both sides"}</legend>
        {suggested.length === 0 && <p>No time within the next weeks suits both sides.</p>}
        {suggested.map((slot) => (
          <p key={slot.starts_at} className="tick">
            <input type="checkbox" id={slot.starts_at} checked={chosen.includes(slot.starts_at)} onChange={() => toggle(slot.starts_at)} />
            <label htmlFor={slot.starts_at}>{slot.local_times.join(" · ")}{slot.remark && <><br /><span className="small muted">{slot.remark}</span></>}</label>
          </p>
        ))}
      </fieldset>
      <div className="row">
        <button type="submit" className="primary" disabled={!chosen.length || command.isRunning}>Send {chosen.length || ""} {chosen.length === 1 ? "time" : "times"} to {to}</button>
        <span role="status" className="told">{command.isDone ? "They are sent." : ""}</span>
      </div>
    </form>
  );
}
