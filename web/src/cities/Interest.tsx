// "Our city is interested": said by the administrator of a member; everybody else reads how to come to it. Who is
// signed in is asked for only then, for most readers are nobody's administrator.
import { useRef } from "react";
import { matching } from "../api/client";
import { signInAddress, type Person } from "../api/session";
import { useAddress } from "../shell/address";
import { Refusal, useCommand } from "../shell/commands";
import { useSession } from "../shell/SignedIn";
import { Trouble } from "../shell/Trouble";
import { useWords } from "../words";

interface Props {
  name: string;
  listing: string;
}

const read = (search: string) => new URLSearchParams(search).get("interest") === "yes";

function write(isAsked: boolean): string {
  const address = new URLSearchParams(location.search);
  if (isAsked) address.set("interest", "yes");
  else address.delete("interest");
  return address.size ? `${location.pathname}?${address}` : location.pathname;
}

export function Interest({ name, listing }: Props) {
  const { t } = useWords();
  // In the address, so that one comes back to it after signing in, and Back closes it.
  const [asked, ask] = useAddress(read, write);
  const heading = useRef<HTMLHeadingElement>(null);
  const open = () => {
    ask(true);
    heading.current?.focus();
  };
  return (
    <section className="box next interest" aria-labelledby="interest">
      <h2 id="interest" tabIndex={-1} ref={heading}>{t("interest.title")}</h2>
      {asked ? <Who name={name} listing={listing} leave={() => ask(false)} /> : (
        <>
          <p>{t("interest.lead", { name })}</p>
          <button type="button" className="primary" onClick={open}>{t("interest.open")}</button>
        </>
      )}
    </section>
  );
}

function Who({ name, listing, leave }: Props & { leave: () => void }) {
  const { t } = useWords();
  const session = useSession();
  const person = session.data?.person;
  if (session.isPending) return <p role="status">{t("signIn.looking")}</p>;
  if (session.isError) return <Trouble problem={session.error} retry={() => void session.refetch()} />;
  if (person?.role === "administrator") return <Say name={name} listing={listing} person={person} leave={leave} />;
  return (
    <div role="status">
      <p>{person ? t("interest.other", { name: person.name }) : t("interest.signIn")}</p>
      <p className="row">
        <a className="button primary" href={person ? "/sign-in" : signInAddress()}>{person ? t("signIn.mine") : t("nav.signIn")}</a>
        <button type="button" className="plain" onClick={leave}>{t("interest.leave")}</button>
      </p>
      <p>{t("interest.notMember")} <a href="/how-it-works">{t("nav.how")}</a></p>
    </div>
  );
}

function Say({ name, listing, person, leave }: Props & { person: Person; leave: () => void }) {
  const { t } = useWords();
  const said = useCommand((_: void, { headers }) =>
    matching.POST("/api/matching/v1/interests", { body: { listing_id: listing }, headers }));
  if (said.isDone)
    return (
      <div role="status">
        <p className="told">{t("interest.done", { name })}</p>
        <p><a href="/city">{t("nav.city")}</a></p>
      </div>
    );
  return (
    <>
      <p>{t("interest.as", { name: person.name })} {t("interest.follows", { name })}</p>
      <Refusal problem={said.problem} />
      <p className="row">
        <button type="button" className="primary" disabled={said.isRunning} onClick={() => said.run()}>{said.isRunning ? t("loading") : t("interest.send")}</button>
        <button type="button" className="plain" onClick={leave}>{t("interest.leave")}</button>
        {Boolean(said.problem) && <a href="/city">{t("nav.city")}</a>}
      </p>
    </>
  );
}

/** Of a U.S. city that looks for a partner: who is abroad lists theirs. */
export function ListYours({ name }: { name: string }) {
  const { t } = useWords();
  return (
    <section className="box next interest">
      <h2>{t("abroad.title")}</h2>
      <p>{t("abroad.lead", { name })}</p>
      <p><a className="button primary" href="/list-your-city">{t("nav.list")}</a></p>
    </section>
  );
}
