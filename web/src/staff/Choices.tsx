// Filters that are always in sight. Each choice is a link: the address says what is shown, and Back takes it back.

interface Props {
  label: string;
  /** The part of the address that says it. */
  name: string;
  /** Value and words; the first is what is shown where the address says nothing. */
  choices: readonly (readonly [value: string, words: string])[];
}

export function Choices({ label, name, choices }: Props) {
  const asked = new URLSearchParams(location.search).get(name) ?? choices[0]?.[0];
  return (
    <nav className="choices" aria-label={label}>
      <span aria-hidden="true">{label}</span>
      <ul>
        {choices.map(([value, words], n) => (
          <li key={value}>
            <a href={addressWith(name, n === 0 ? null : value)} aria-current={value === asked ? "true" : undefined}>{words}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** This address with one thing said otherwise, from the first page on. */
export function addressWith(name: string, value: string | null): string {
  const said = new URLSearchParams(location.search);
  said.delete("cursor");
  said.delete(name);
  if (value !== null) said.set(name, value);
  return `${location.pathname}${said.size ? `?${said}` : ""}`;
}

export function asked(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}

/** The way to what follows in a list that the service gives out by the page. */
export function MoreLink({ cursor, what }: { cursor: string | null | undefined; what: string }) {
  if (!cursor) return null;
  return <p><a className="button" href={addressWith("cursor", cursor)}>More {what}</a></p>;
}
