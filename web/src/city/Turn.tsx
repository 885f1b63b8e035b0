// Whose turn it is, for what, and by when; and what the member can do in any case.
import { capital, day, HOLDERS, TURNS } from "./names";
import { useOwn, type Search } from "./own";
import { wayTo } from "./advice";

export function Turn({ search, advice }: { search: Search; advice: readonly string[] }) {
  const { isAdministrator } = useOwn();
  const { holder, step, due_on } = search.next_step;
  const turn = TURNS[step];
  const isYours = holder === "member";
  const others = [...new Set([...advice, ...search.can_do_next])];
  return (
    <>
      <section className="box next" aria-labelledby="turn">
        <h2 id="turn">{isYours ? "It is your turn" : holder === "nobody" ? "Nothing is waited for" : `It is the turn of ${HOLDERS[holder]}`}</h2>
        {step !== "none" && <p><strong>{isYours ? turn.you : `${capital(HOLDERS[holder])} ${turn.others}`}</strong>{due_on && <>, by <strong>{day(due_on)}</strong></>}.</p>}
        {search.is_overdue && <p className="error">This is overdue. {isYours ? "Nothing is lost: do it today, or tell our staff if you need more time." : "Ask our staff in the conversation if you wish to know why."}</p>}
        {isYours && turn.at && <p><a className="button primary" href={turn.at}>{isAdministrator ? turn.you : "See it"}</a></p>}
        {search.owner_name && <p className="muted small">Your contact at Sister Cities International is {search.owner_name}.</p>}
      </section>
      {isAdministrator && others.length > 0 && (
        <section>
          <h2>What you can do now</h2>
          <ul>
            {others.map((told) => {
              const at = wayTo(told);
              return <li key={told}>{at ? <a href={at}>{told}</a> : told}</li>;
            })}
          </ul>
        </section>
      )}
      {!isAdministrator && <p>As a member of the committee you read everything here, and vote and comment on proposed cities. Your administrator decides.</p>}
    </>
  );
}
