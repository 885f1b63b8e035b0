// Several of a few, each with a box to tick.
interface TicksProps<Code extends string> {
  legend: string;
  options: readonly (readonly [Code, string])[];
  chosen: readonly Code[];
  change: (chosen: Code[]) => void;
}

export function Ticks<Code extends string>({ legend, options, chosen, change }: TicksProps<Code>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className="ticks">
        {options.map(([code, name]) => (
          <p key={code} className="tick">
            <input id={code} type="checkbox" checked={chosen.includes(code)} onChange={(event) => change(event.target.checked ? [...chosen, code] : chosen.filter((each) => each !== code))} />
            <label htmlFor={code}>{name}</label>
          </p>
        ))}
      </div>
    </fieldset>
  );
}
