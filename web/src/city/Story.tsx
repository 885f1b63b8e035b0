// What has happened so far, a sentence each.
import { useState } from "react";
import { Trouble } from "../shell/Trouble";
import { day } from "./names";
import { Waits } from "./own";
import { useStory } from "./questions";

export function Story({ caseId }: { caseId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What has happened so far</summary>
      {isOpen && <Told caseId={caseId} />}
    </details>
  );
}

function Told({ caseId }: { caseId: string }) {
  const story = useStory(caseId);
  if (story.isError) return <Trouble problem={story.error} retry={() => void story.refetch()} />;
  if (!story.data) return <Waits />;
  return (
    <ol className="story">
      {story.data.timeline.map((entry) => (
        <li key={`${entry.source}:${entry.position}`}>
          <time dateTime={entry.happened_at}>{day(entry.happened_at)}</time> <span>{entry.sentence}</span>
        </li>
      ))}
    </ol>
  );
}
