// Whom the city is linked with: since when, of what kind, and whether it still is.
import { useWords, type Key } from "../words";
import type { City } from "./CityPage";

export function Partnerships({ city }: { city: City }) {
  const { t, country, day } = useWords();
  const rows = [...city.all_partnerships].sort((one, other) => Number(other.is_active) - Number(one.is_active) || (one.year ?? 9999) - (other.year ?? 9999));
  return (
    <section>
      <h2 id="partnerships">{t("place.partnerships")}</h2>
      {rows.length === 0 ? <p>{t("place.noPartnership")}</p> : (
        <div className="scrolls" role="region" tabIndex={0} aria-labelledby="partnerships">
          <table>
            <thead>
              <tr>
                <th scope="col">{t("place.partner")}</th>
                <th scope="col">{t("place.kind")}</th>
                <th scope="col">{t("place.since")}</th>
                <th scope="col">{t("place.today")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((each) => {
                const other = each.member.community_id === city.community_id ? each.partner : each.member;
                return (
                  <tr key={each.partnership_id}>
                    <th scope="row"><a href={other.address}>{other.name}</a><br /><span className="muted">{country(other.country)}</span></th>
                    <td>{t(`kind.${each.kind ?? "unknown"}` as Key)}</td>
                    <td>{each.year ?? t("place.unknown")}</td>
                    <td>{each.is_active ? t("place.active") : each.ended_on ? t("place.endedOn", { day: day(each.ended_on) }) : t("place.ended")}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
