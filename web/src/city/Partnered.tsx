// The agreement that both sides have signed: looked at once more, then it stands on the public map.
import { useState, type FormEvent } from "react";
import { outreach } from "../api/client";
import { Refusal, useCommand } from "../shell/commands";
import { nameOf } from "./names";
import { OWN } from "./own";
import type { Pair } from "./questions";

interface Signed {
  kind: "friendship" | "sister";
  signed_on: string;
  us: string;
  usOffice: string;
  foreign: string;
  foreignOffice: string;
  isHighest: boolean;
  endorses: boolean;
}

export function Partnered({ pair }: { pair: Pair }) {
  const today = new Date().toISOString().slice(0, 10);
  const [signed, setSigned] = useState<Signed>({ kind: "sister", signed_on: today, us: "", usOffice: "Mayor", foreign: "", foreignOffice: "Mayor", isHighest: false, endorses: false });
  const form = useCommand(
    (it: Signed, sending) =>
      outreach.POST("/api/outreach/v1/pairs/{pair_id}/partnership", {
        ...sending,
        params: { path: { pair_id: pair.pair_id } },
        body: {
          kind: it.kind, signed_on: it.signed_on, endorses_link: it.endorses,
          us_signatory: { name: it.us, office: it.usOffice, is_highest_official: it.isHighest },
          foreign_signatory: { name: it.foreign, office: it.foreignOffice, is_highest_official: it.isHighest },
        },
      }),
    { changes: [OWN] },
  );
  const set = (part: Partial<Signed>) => setSigned({ ...signed, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    form.run(signed);
  };
  const city = pair.foreign_place.name;
  return (
    <details open={Boolean(pair.days.resolution)}>
      <summary>Both cities have signed the agreement</summary>
      <form onSubmit={submit}>
        <p>With this the partnership with {nameOf(pair.foreign_place)} stands on the public map. A sister city agreement ends the search; a friendship agreement is a stepping stone, and the search goes on.</p>
        <p>
          <label htmlFor="kind">What was signed</label>
          <select id="kind" value={signed.kind} onChange={(event) => set({ kind: event.target.value === "sister" ? "sister" : "friendship" })}>
            <option value="sister">Sister city agreement</option>
            <option value="friendship">Friendship agreement</option>
          </select>
        </p>
        <p><label htmlFor="signed_on">On which day</label><input id="signed_on" type="date" required max={today} value={signed.signed_on} onChange={(event) => set({ signed_on: event.target.value })} /></p>
        <Text id="us" label="Who signed for you" value={signed.us} change={(us) => set({ us })} />
        <Text id="usOffice" label="Their office" value={signed.usOffice} change={(usOffice) => set({ usOffice })} />
        <Text id="foreign" label={`Who signed for ${city}`} value={signed.foreign} change={(foreign) => set({ foreign })} />
        <Text id="foreignOffice" label="Their office there" value={signed.foreignOffice} change={(foreignOffice) => set({ foreignOffice })} />
        <p className="tick"><input id="isHighest" type="checkbox" checked={signed.isHighest} onChange={(event) => set({ isHighest: event.target.checked })} /><label htmlFor="isHighest">Both are the highest elected officials of their place (appointed where there are no elections)</label></p>
        <p className="tick"><input id="endorses" type="checkbox" checked={signed.endorses} onChange={(event) => set({ endorses: event.target.checked })} /><label htmlFor="endorses">The documents clearly endorse the link between the two places</label></p>
        <Refusal problem={form.problem} idOf={(field) => IDS[field]} />
        <p><button type="submit" disabled={form.isRunning}>Record the partnership with {city}</button></p>
      </form>
    </details>
  );
}

const IDS: Partial<Record<string, string>> = {
  kind: "kind", signed_on: "signed_on", "us_signatory.name": "us", "us_signatory.office": "usOffice", "foreign_signatory.name": "foreign", "foreign_signatory.office": "foreignOffice",
};

function Text({ id, label, value, change }: { id: string; label: string; value: string; change: (text: string) => void }) {
  return <p><label htmlFor={id}>{label}</label><input id={id} type="text" required maxLength={200} value={value} onChange={(event) => change(event.target.value)} /></p>;
}
