// Views that the reader keeps under names of their own, in this browser; each is a link that can be sent to a colleague.
import { useState } from "react";
import { useSearch } from "../../shell/address";

interface View {
  name: string;
  search: string;
}
const PLACE = "csc-staff-views";

function kept(): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(found) ? (found as View[]).filter((view) => typeof view?.name === "string" && typeof view?.search === "string") : [];
  } catch {
    return [];
  }
}

export function Saved() {
  const [search] = useSearch();
  const [views, setViews] = useState(kept);
  const [name, setName] = useState("");
  const [told, setTold] = useState("");
  const keep = (next: View[], says: string) => {
    try {
      localStorage.setItem(PLACE, JSON.stringify(next));
      setTold(says);
    } catch {
      setTold("This browser keeps nothing. Copy the address of this page instead.");
    }
    setViews(next);
  };
  const save = () => {
    const called = name.trim();
    if (!called) return;
    keep([...views.filter((view) => view.name !== called), { name: called, search }], `Kept as “${called}”.`);
    setName("");
  };
  return (
    <section className="saved" aria-labelledby="saved-views">
      <h2 id="saved-views">Your views</h2>
      <div>
      {views.length > 0 && (
        <ul>
          {views.map((view) => (
            <li key={view.name}>
              <a href={`/staff${view.search}`} aria-current={view.search === search ? "page" : undefined}>{view.name}</a>
              <button
                type="button" className="plain" aria-label={`Forget the view ${view.name}`}
                onClick={() => keep(views.filter((each) => each !== view), `“${view.name}” is forgotten.`)}
              >
                Forget
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <label htmlFor="view-name" className="hidden">Name of this view</label>
        <input
          id="view-name" value={name} maxLength={40} placeholder="A name for this view" autoComplete="off"
          onChange={({ target }) => setName(target.value)}
          onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); save(); } }}
        />
        <button type="button" className="second" onClick={save}>Keep this view</button>
      </div>
      <p role="status" className="small">{told}</p>
      </div>
    </section>
  );
}
