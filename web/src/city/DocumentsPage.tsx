// Letters and agreements of each city, in versions: made, checked, downloaded to print or to edit.
import { Trouble } from "../shell/Trouble";
import { Documents } from "./Documents";
import { DrawUp } from "./DrawUp";
import { AdministratorOnly, Frame, NoSearch } from "./Frame";
import { country } from "./names";
import { useOwn, Waits, type Search } from "./own";
import { useChosen, useDocuments, type PairItem } from "./questions";

const TITLE = "Documents";

export function DocumentsPage() {
  const { search, isAdministrator } = useOwn();
  if (!search) return <NoSearch title={TITLE} />;
  return (
    <Frame title={TITLE} current="Documents">
      <p>Letters of invitation and of intent, agreements in two languages, the council's resolution: made from what is known, as PDF to print and as DOCX that your attorney can edit. Each says Draft until it is signed.</p>
      {isAdministrator ? <Cities search={search} /> : <AdministratorOnly what="Only the administrator draws documents up and reads them." />}
    </Frame>
  );
}

function Cities({ search }: { search: Search }) {
  const found = useChosen(search.case_id);
  if (found.isError) return <Trouble problem={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Waits />;
  const open = (found.data?.pairs ?? []).filter((pair) => pair.state !== "failed");
  if (open.length === 0) return <p>Documents are made for the cities that you have chosen; there is none yet. <a href="/city">See where your search stands</a></p>;
  return open.map((pair) => <City key={pair.pair_id} pair={pair} isOnly={open.length === 1} />);
}

function City({ pair, isOnly }: { pair: PairItem; isOnly: boolean }) {
  const found = useDocuments(pair.pair_id);
  return (
    <section id={pair.pair_id}>
      <h2>{pair.city}, {country(pair.country)}</h2>
      {found.isError ? <Trouble problem={found.error} retry={() => void found.refetch()} />
      : !found.data ? <Waits lines={2} />
      : <>
          {found.data.documents.length === 0 ? <p>No document has been made yet.</p> : <Documents pair={pair} documents={found.data.documents} />}
          <DrawUp pair={pair} told={found.data} isOpen={isOnly && found.data.documents.length === 0} />
        </>}
    </section>
  );
}
