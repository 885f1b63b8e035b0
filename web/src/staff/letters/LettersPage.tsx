// Every letter that the programme writes, and whether its words are ours or the shipped ones.
import { Answered } from "../../shell/Answered";
import { useTitle } from "../../shell/faces";
import { asked, Choices } from "../Choices";
import { StaffNav } from "../StaffNav";
import { ABOUT, addressOf, language, letterName, useLetters, type InUse, type Service } from "./asked";

export default function LettersPage() {
  useTitle("Letters");
  const service: Service = asked("of") === "outreach" ? "outreach" : "intake";
  const isChanged = asked("show") === "changed";
  const letters = useLetters(service);
  return (
    <main id="content" className="page wide">
      <StaffNav current="Letters" />
      <h1>Letters</h1>
      <p>The words of the letters that the programme writes by itself. What is changed here holds from the next letter on.</p>
      <Choices label="Letters of" name="of" choices={[["intake", "Members and listings"], ["outreach", "Outreach"]]} />
      <Choices label="Show" name="show" choices={[["all", "All"], ["changed", "Changed by us"]]} />
      <Answered question={letters}>{(all) => <List letters={isChanged ? all.filter((each) => !each.is_shipped) : all} service={service} />}</Answered>
    </main>
  );
}

function List({ letters, service }: { letters: readonly InUse[]; service: Service }) {
  if (letters.length === 0) return <p role="status">None of these letters was changed. <a href={`/staff/letters?of=${service}`}>Show all</a></p>;
  return (
    <>
      <p role="status">{letters.length} {letters.length === 1 ? "letter" : "letters"} about {ABOUT[service]}.</p>
      <div className="scrolls" role="region" tabIndex={0} aria-label="Letters">
        <table>
          <thead><tr><th scope="col">Letter</th><th scope="col">Language</th><th scope="col">Subject</th><th scope="col">Words</th></tr></thead>
          <tbody>
            {letters.map((each) => (
              <tr key={`${each.kind} ${each.language}`}>
                <th scope="row"><a href={addressOf(service, each)}>{letterName(each.kind)}<span className="hidden">, {language(each.language)}</span></a></th>
                <td>{language(each.language)}</td>
                <td>{each.subject || <span className="muted">none of its own</span>}</td>
                <td>{each.is_shipped ? <span className="muted">as shipped</span> : `changed, version ${each.version}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
