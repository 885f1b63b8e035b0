// The signed agreement: who signed what and when, read over before it is put on record for everybody.
import { outreach } from "../../api/client";
import type { components } from "../../api/outreach";
import { useTitle } from "../../shell/faces";
import { Ask } from "../Ask";
import { Entry, type Field } from "../Entry";
import { nameOf } from "../places";
import { usePair } from "../reads";
import { StaffNav } from "../StaffNav";
import type { Pair } from "./PairPage";
import "../case/case.css";

export default function PartnershipPage({ parts }: { parts: readonly string[] }) {
  const asked = usePair(parts[1] ?? "");
  useTitle("Record the signed agreement");
  return (
    <main id="content" className="page case" aria-busy={asked.isPending}>
      <StaffNav />
      <h1>Record the signed agreement</h1>
      <Ask asked={asked}>{(pair) => <Agreement pair={pair} />}</Ask>
    </main>
  );
}

const side = (name: string, label: string): Field[] => [
  { name: `${name}_name`, label: `Who signed for ${label}`, isNeeded: true }, { name: `${name}_office`, label: `Office`, isNeeded: true, begins: "Mayor" },
  { name: `${name}_highest`, label: "The highest official there, elected or, without elections, appointed", kind: "tick", begins: "yes" },
];

function Agreement({ pair }: { pair: Pair }) {
  const home = `/staff/cases/${pair.case_id}/pairs/${pair.pair_id}`;
  return (
    <>
      <p>{nameOf(pair.place)} and {nameOf(pair.foreign_place)}. A sister city agreement ends the search, a waiver of dues with it, and the map shows the partnership. <a href={home}>Back to the city</a></p>
      <Entry
        press="Put it on record" done="It is on record." changes={[["pair", pair.pair_id], ["case", pair.case_id], ["work"]]} then={() => location.assign(home)}
        fields={[
          { name: "kind", label: "Kind", kind: "choice", options: [["sister", "Sister cities"], ["friendship", "Friendship cities"], ["project", "For a project"], ["contact", "Contact"]] },
          { name: "signed_on", label: "On which day both had signed", kind: "day", isNeeded: true },
          ...side("us", pair.place.name), ...side("foreign", pair.foreign_place.name),
          { name: "endorses", label: "The documents clearly endorse the link", kind: "tick" },
        ]}
        send={(values, { headers }) =>
          outreach.POST("/api/outreach/v1/pairs/{pair_id}/partnership", {
            params: { path: { pair_id: pair.pair_id } }, headers,
            body: {
              kind: values.kind as components["schemas"]["PartnershipKind"], signed_on: values.signed_on ?? "", endorses_link: values.endorses === "yes",
              us_signatory: { name: values.us_name ?? "", office: values.us_office ?? "", is_highest_official: values.us_highest === "yes" },
              foreign_signatory: { name: values.foreign_name ?? "", office: values.foreign_office ?? "", is_highest_official: values.foreign_highest === "yes" },
            },
          })
        }
      />
    </>
  );
}
