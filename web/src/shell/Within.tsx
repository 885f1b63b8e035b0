// The way between the pages of one face, on top of each of them.

export interface PageWithin {
  name: string;
  at: string;
}

/** `current` may be left out on pages that are none of these. */
export function Within({ label, pages, current }: { label: string; pages: readonly PageWithin[]; current?: string | undefined }) {
  return (
    <nav className="within" aria-label={label}>
      <ul>
        {pages.map(({ name, at }) => (
          <li key={at}>
            <a href={at} aria-current={name === current ? "page" : undefined}>{name}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
