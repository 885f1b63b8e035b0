// Several of many codes, chosen one after the other; each can be taken out again.
interface Props {
  id: string;
  label: string;
  codes: readonly string[];
  nameOf: (code: string) => string;
  chosen: readonly string[];
  change: (chosen: string[]) => void;
  wrong?: string | undefined;
}

export function Picked({ id, label, codes, nameOf, chosen, change, wrong }: Props) {
  const names = codes.filter((code) => !chosen.includes(code)).map((code) => [code, nameOf(code)] as const).sort(([, one], [, other]) => one.localeCompare(other));
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {wrong && <p className="error">{wrong}</p>}
      <select id={id} value="" onChange={(event) => event.target.value && change([...chosen, event.target.value])}>
        <option value="">Add one</option>
        {names.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
      </select>
      {chosen.length > 0 && (
        <ul className="chips" aria-label={`${label}: chosen`}>
          {chosen.map((code) => (
            <li key={code}>
              <button type="button" className="chip" aria-label={`Remove ${nameOf(code)}`} onClick={() => change(chosen.filter((each) => each !== code))}>{nameOf(code)}<span className="x" aria-hidden="true">×</span></button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
