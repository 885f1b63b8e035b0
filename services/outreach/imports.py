"""Files of the past and of others: partnerships that exist, missions, associations."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from services.outreach import rows
from services.outreach.application import Outreach
from services.outreach.domain.channels import association_channel, mission_reach
from services.outreach.domain.partnership import (
    Origin,
    Partnership,
    check_order,
    check_past,
    sides,
)
from services.outreach.merged import link_ids, on_record, remaining, taken_back
from services.outreach.rows import Contact, Line
from shared.aggregates import Aggregate
from shared.countries import country as country_name
from shared.forms import AnyDay, Day, Email, OneLine
from shared.imports import Kind, Recorded
from shared.values import CountryCode, GeonameId, PartnershipKind, Place, StateCode

Country = Annotated[CountryCode, BeforeValidator(str.upper)]


def _first_address(cell: str) -> str:
    """Some files write mailto: before an address, or several of them in one cell."""
    return cell.removeprefix("mailto:").replace(",", ";").split(";")[0].strip()


Mail = Annotated[Email, BeforeValidator(_first_address)]


def _states(cell: Any) -> Any:
    """Several stand in one cell, with semicolons between them."""
    if not isinstance(cell, str):
        return cell
    return tuple(part.strip().upper() for part in cell.split(";") if part.strip())


States = Annotated[tuple[StateCode, ...], BeforeValidator(_states), Field(max_length=60)]
Language = Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")]
AS_TOLD = ("website", "email", "phone", "language", "last_verified", "source", "licence")
"""Columns of a file that become a contact's as they are."""


class PartnershipRow(BaseModel):
    """Other columns, such as the names of the places, are there for the reader of the file and are not read."""

    model_config = ConfigDict(populate_by_name=True)

    a_gid: Annotated[GeonameId, Field(validation_alias=AliasChoices("a_gid", "a"))]
    b_gid: Annotated[GeonameId, Field(validation_alias=AliasChoices("b_gid", "b"))]
    year: Annotated[int | None, Field(ge=1800, le=2200)] = None
    kind: PartnershipKind | None = None
    ended_on: Annotated[AnyDay | None, Field(ge=date(1800, 1, 1))] = None
    is_demonstration: bool = False

    def happened_at(self, now: datetime) -> datetime:
        """The first day of the year, or now where nobody knows it."""
        return min(datetime(self.year, 1, 1, tzinfo=UTC), now) if self.year else now


class MissionRow(BaseModel):
    sending_country: Country
    receiving_country: Country
    city: Line = ""
    city_gid: GeonameId | None = None
    district: States = ()
    kind: Annotated[OneLine, Field(min_length=1, max_length=80)]
    website: Line = ""
    email: Mail | None = None
    phone: Line = ""
    language: Language = ""
    last_verified: Day | None = None
    source: Line = ""
    licence: Line = ""

    def contact(self) -> Contact:
        channel, country = mission_reach(self.kind, self.sending_country, self.receiving_country)
        where = f" in {self.city}" if self.city else ""
        kind = f"{self.kind[0].upper()}{self.kind[1:]}"
        return Contact(
            channel=channel,
            country=country,
            seat_country=self.receiving_country,
            name=f"{kind} of {country_name(self.sending_country)}{where}",
            known_as=f"{kind} of {self.sending_country}{where}",
            geoname_id=self.city_gid,
            districts=self.district,
            **self.model_dump(include={"city", *AS_TOLD}),
        )


class AssociationRow(BaseModel):
    country_iso2: Country
    name: Annotated[OneLine, Field(min_length=1, max_length=180)]
    acronym: Annotated[OneLine, Field(max_length=15)] = ""
    kind: Annotated[OneLine, Field(min_length=1, max_length=80)]
    city: Line = ""
    city_gid: GeonameId | None = None
    website: Line = ""
    email: Mail | None = None
    phone: Line = ""
    language: Language = ""
    last_verified: Day | None = None
    source: Line = ""
    licence: Line = ""

    def contact(self) -> Contact:
        return Contact(
            channel=association_channel(self.kind),
            country=self.country_iso2,
            seat_country=self.country_iso2,
            name=f"{self.name} ({self.acronym})" if self.acronym else self.name,
            geoname_id=self.city_gid,
            **self.model_dump(include={"city", *AS_TOLD}),
        )


def import_kinds(outreach: Outreach) -> Mapping[str, Kind[Any]]:
    return {
        "partnerships": Kind(
            row=PartnershipRow,
            check=lambda row: _places(outreach, row),
            record=lambda found: _record_partnerships(outreach, found),
        ),
        "missions": Kind(
            row=MissionRow,
            check=MissionRow.contact,
            record=lambda found: _record_contacts(outreach, [row.contact() for row in found]),
        ),
        "associations": Kind(
            row=AssociationRow,
            check=AssociationRow.contact,
            record=lambda found: _record_contacts(outreach, [row.contact() for row in found]),
        ),
    }


def _places(outreach: Outreach, row: PartnershipRow) -> tuple[Place, Place]:
    """The U.S. side first. Raises what is wrong with the two places or the dates."""
    check_past(row.year, row.ended_on, outreach.clock())
    check_order(row.year, None, row.ended_on)
    return sides(outreach.place_of(row.a_gid), outreach.place_of(row.b_gid))


def _record_partnerships(outreach: Outreach, given: Sequence[PartnershipRow]) -> Recorded:
    """All of a file in one transaction; a link that is on record stays as it is, unless it was taken back."""
    by_ids: dict[tuple[UUID, ...], tuple[PartnershipRow, Place, Place]] = {}
    merged = remaining(outreach)
    for row in given:
        place, foreign = _places(outreach, row)
        ids = tuple(link_ids(merged, place.community_id, foreign.community_id))
        by_ids.setdefault(ids, (row, place, foreign))
    known = set(on_record(outreach, [each for ids in by_ids for each in ids]))
    gone = taken_back(outreach, list(known))
    standing, now = known - gone.keys(), outreach.clock()
    fresh: list[Aggregate] = [
        _partnership(next((gone[each] for each in ids if each in gone), None), *told, now)
        for ids, told in by_ids.items()
        if standing.isdisjoint(ids)
    ]
    if not fresh:
        return Recorded(0, len(given))
    receipt = outreach.record(*fresh)
    return Recorded(len(fresh), len(given) - len(fresh), receipt.position)


def _partnership(
    known: Partnership | None, row: PartnershipRow, place: Place, foreign: Place, now: datetime
) -> Partnership:
    at = row.happened_at(now)
    partnership = known or Partnership(place, foreign, at)
    origin = Origin(is_imported=True, is_demonstration=row.is_demonstration)
    partnership.note(row.kind, row.year, origin, at)
    if row.ended_on is not None:
        ended_at = datetime.combine(row.ended_on, time(12), UTC)
        partnership.end(row.ended_on, max(at, ended_at))
    return partnership


def _record_contacts(outreach: Outreach, found: Sequence[Contact]) -> Recorded:
    """Rows of the registry: known ones are brought up to date, unless staff have corrected them."""
    by_id = {contact.contact_id: contact for contact in found}
    known = outreach.rows(
        "SELECT count(*) AS n FROM contacts WHERE contact_id = ANY(%(ids)s)", ids=list(by_id)
    )
    outreach.keep(rows.contacts(outreach.vault, list(by_id.items()), is_import=True))
    fresh = len(by_id) - int(known[0]["n"])
    return Recorded(fresh, len(found) - fresh)
