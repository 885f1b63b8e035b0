// Times to take one of, each as both sides' clocks call it.
import type { Command } from "../shell/commands";

interface Slot {
  starts_at: string;
  minutes: number;
  local_times: readonly string[];
  remark?: string;
}

export function Slots({ title, slots, take }: { title: string; slots: readonly Slot[]; take: Command<string> }) {
  if (slots.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className="pairs">
        {slots.map((slot) => (
          <li key={slot.starts_at} className="slot">
            <p>{slot.local_times.map((each) => <span key={each}>{each}<br /></span>)}<span className="muted small">{slot.minutes} minutes. {slot.remark}</span></p>
            <button type="button" className="second" disabled={take.isRunning} aria-label={`Take ${slot.local_times[0] ?? slot.starts_at}`} onClick={() => take.run(slot.starts_at)}>Take this time</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
