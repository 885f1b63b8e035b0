// Which part of the work: always in sight, each choice an address that can be kept under a name of one's own.
import { useState } from "react";
import type { components } from "../../api/intake";
import { Saved } from "./Saved";
import { KINDS, type Kind, type Wanted } from "./work";

export type Person = components["schemas"]["PersonView"];

interface Props {
  wanted: Wanted;
  ask: (wanted: Wanted, isStep?: boolean) => void;
  people: readonly Person[];
}

export function Filters({ wanted, ask, people }: Props) {
  const whose = [
    { id: "", name: "Yours and nobody's" }, { id: "yours", name: "Yours" }, { id: "nobodys", name: "Nobody's" },
    { id: "all", name: "Everybody's" }, ...people.map((person) => ({ id: person.person_id, name: person.name })),
  ];
  const kinds = [{ id: "", name: "Everything" }, ...Object.entries(KINDS).map(([id, { name }]) => ({ id, name }))];
  return (
    <form className="filters" role="search" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <Find q={wanted.q} ask={(q) => ask({ ...wanted, q }, false)} />
      <Chips name="Whose" options={whose} chosen={wanted.whose} choose={(id) => ask({ ...wanted, whose: id })} />
      <Chips name="What" options={kinds} chosen={wanted.kind} choose={(id) => ask({ ...wanted, kind: id as Kind | "" })} />
      <Chips
        name="When" options={[{ id: "", name: "Any day" }, { id: "overdue", name: "Only overdue" }]} chosen={wanted.due}
        choose={(id) => ask({ ...wanted, due: id })}
      />
      <Saved />
    </form>
  );
}

function Find({ q, ask }: { q: string; ask: (q: string) => void }) {
  const [typed, setTyped] = useState(q);
  const [asked, setAsked] = useState(q);
  if (q !== asked) {
    // Somebody went back, or took the filter away.
    setAsked(q);
    setTyped(q);
  }
  return (
    <div className="find">
      <label htmlFor="find">Find</label>
      <input
        id="find" type="search" aria-describedby="find-hint" value={typed} autoComplete="off"
        onChange={({ target }) => {
          setTyped(target.value);
          setAsked(target.value);
          ask(target.value);
        }}
      />
      <span id="find-hint" className="hidden">A city, or what is to be done</span>
    </div>
  );
}

interface ChipsProps {
  name: string;
  options: readonly { id: string; name: string }[];
  chosen: string;
  choose: (id: string) => void;
}

function Chips({ name, options, chosen, choose }: ChipsProps) {
  return (
    <fieldset>
      <legend>{name}</legend>
      <div className="chips">
        {options.map((option) => (
          <button
            key={option.id} type="button" className="chip" aria-pressed={option.id === chosen}
            onClick={() => choose(option.id)}
          >
            {option.name}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
