"""Files of the past: communities, running searches and listings, with their dates; a row is read, checked, recorded."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from services.intake import rows
from services.intake.application import Intake
from services.intake.domain.calendar import noon_of
from services.intake.domain.community import Community, Membership, on_record
from services.intake.domain.listing import Listing
from services.intake.domain.places import whole
from services.intake.domain.proof import FROM_AN_IMPORT, Proof
from services.intake.domain.search import Search
from services.intake.domain.search_facts import Answers
from services.intake.domain.wishes import check_wishes
from services.intake.rows import Contact, Language, Name, Office, PersonRow
from shared.aggregates import Aggregate
from shared.forms import Day, Email, StaffId
from shared.imports import Kind, Recorded, told_in_order
from shared.recorder import Write
from shared.values import (
    MOST_PEOPLE,
    ClosingReason,
    CommunityKind,
    Continent,
    CountryCode,
    GeonameId,
    LanguageCode,
    Place,
    Preferences,
    PublicProfile,
    ShortText,
    Theme,
    community_id,
)

T = TypeVar("T")
A = TypeVar("A", bound=Aggregate)


def _split(cell: object) -> object:
    """A cell holds several values with semicolons between them."""
    if not isinstance(cell, str):
        return cell
    return tuple(part.strip() for part in cell.split(";") if part.strip())


Several = BeforeValidator(_split)
Themes = Annotated[tuple[Theme, ...], Several]
Texts = Annotated[tuple[ShortText, ...], Several]
Languages = Annotated[tuple[LanguageCode, ...], Several]
People = Annotated[int, Field(ge=0, le=MOST_PEOPLE)]


class PlaceRow(BaseModel):
    """Other columns, such as the place's name, are there for the reader of the file and are not read."""

    model_config = ConfigDict(populate_by_name=True)

    geoname_id: Annotated[GeonameId, Field(validation_alias=AliasChoices("geoname_id", "gid"))]

    @property
    def community_id(self) -> UUID:
        return community_id(self.geoname_id)


class ProfileRow(PlaceRow):
    seeks: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] = ""
    themes: Themes = ()
    industries: Texts = ()
    universities: Texts = ()
    languages: Languages = ()

    def profile(self) -> PublicProfile:
        return PublicProfile(
            seeks=self.seeks,
            themes=self.themes,
            industries=self.industries,
            universities=self.universities,
            languages=self.languages,
        )


class CommunityRow(ProfileRow):
    section_of_city: bool = False
    kind: CommunityKind = CommunityKind.CITY
    membership: Annotated[str, Field(pattern="^(member|not_a_member)$")] | None = None
    joined_on: Day | None = None
    sister_cities_at_joining: Annotated[int, Field(ge=0, le=500)] | None = None
    paid_through: Day | None = None
    administrator_name: Name | None = None
    administrator_email: Email | None = None
    is_demonstration: bool = False

    @model_validator(mode="after")
    def _has_a_whole_administrator(self) -> "CommunityRow":
        if (self.administrator_name is None) != (self.administrator_email is None):
            raise ValueError("an administrator has a name and an address")
        return self

    def dues(self) -> Membership:
        has_dates = self.joined_on is not None or self.paid_through is not None
        return Membership(
            is_member=has_dates if self.membership is None else self.membership == "member",
            joined_on=self.joined_on,
            sister_cities_at_joining=self.sister_cities_at_joining,
            paid_through=self.paid_through,
        )

    def administrator(self) -> Contact | None:
        if self.administrator_name is None or self.administrator_email is None:
            return None
        return Contact(name=self.administrator_name, email=self.administrator_email)


class SearchRow(PlaceRow):
    """The state so far: each date says that this has happened."""

    requested_on: Day
    is_shown_publicly: bool = False
    countries: Annotated[tuple[CountryCode, ...], Several] = ()
    continents: Annotated[tuple[Continent, ...], Several] = ()
    languages: Languages = ()
    themes: Themes = ()
    priority_project: Theme | None = None
    population_min: People | None = None
    population_max: People | None = None
    named_cities: Annotated[tuple[GeonameId, ...], Several] = ()
    debrief_on: Day | None = None
    debriefed_on: Day | None = None
    industries: Texts = ()
    universities: Texts = ()
    paused_on: Day | None = None
    paused_until: Day | None = None
    withdrawn_on: Day | None = None
    closed_on: Day | None = None
    closing_reason: ClosingReason = ClosingReason.NO_MATCH
    staff_id: StaffId | None = None

    @property
    def case_id(self) -> UUID:
        """The same row is the same case."""
        return uuid5(self.community_id, f"search requested on {self.requested_on}")

    @property
    def ended_on(self) -> date | None:
        return self.withdrawn_on or self.closed_on

    def preferences(self) -> Preferences:
        return Preferences(
            countries=self.countries,
            continents=self.continents,
            languages=self.languages,
            themes=self.themes,
            priority_project=self.priority_project,
            population_min=self.population_min,
            population_max=self.population_max,
        )

    def profile(self) -> PublicProfile:
        return PublicProfile(
            themes=self.themes, industries=self.industries, universities=self.universities
        )


def _of_a_file(proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    if not set(proofs) <= FROM_AN_IMPORT:
        raise ValueError(f"write any of these: {', '.join(sorted(FROM_AN_IMPORT))}")
    return proofs


class ListingRow(ProfileRow):
    contact_name: Name
    contact_email: Email
    contact_office: Office = ""
    contact_language: Language = ""
    submitted_on: Day | None = None
    listed_on: Day | None = None
    confirmed_on: Day | None = None
    withdrawn_on: Day | None = None
    proofs: Annotated[tuple[Proof, ...], Several, AfterValidator(_of_a_file)] = ()
    is_demonstration: bool = False

    @model_validator(mode="after")
    def _has_a_date(self) -> "ListingRow":
        if self.submitted_on is None and self.listed_on is None:
            raise ValueError("submitted_on or listed_on is needed")
        return self

    @property
    def began_on(self) -> date:
        found = self.submitted_on or self.listed_on
        assert found is not None, "checked above"
        return found

    @property
    def listing_id(self) -> UUID:
        """The same row is the same listing."""
        return uuid5(self.community_id, f"listing submitted on {self.began_on}")

    def contact(self) -> Contact:
        return Contact(
            name=self.contact_name,
            email=self.contact_email,
            office=self.contact_office,
            language=self.contact_language,
        )


def import_kinds(intake: Intake) -> Mapping[str, Kind[Any]]:
    return {
        "communities": Kind(
            CommunityRow,
            lambda row: _new_community(intake, row),
            lambda rows: import_communities(intake, rows),
        ),
        "searches": Kind(
            SearchRow,
            lambda row: _check_search(intake, row),
            lambda rows: import_searches(intake, rows),
        ),
        "listings": Kind(
            ListingRow,
            lambda row: _check_listing(intake, row),
            lambda rows: import_listings(intake, rows),
        ),
    }


# communities


def import_communities(intake: Intake, given: Sequence[CommunityRow]) -> Recorded:
    fresh, repeated = _fresh(intake, Community, given, lambda row: row.community_id)
    aggregates: list[Aggregate] = []
    people: list[PersonRow] = []
    for row in fresh:
        community = _new_community(intake, row)
        aggregates.append(community)
        if (administrator := row.administrator()) is not None:
            people.append(_appoint(community, administrator, community.registered_at))
    writes = rows.people(intake.vault, people)
    return _record(intake, aggregates, writes, len(fresh), repeated)


def _new_community(intake: Intake, row: CommunityRow) -> Community:
    """Joined when it joined; its standing is today's."""
    place, now = intake.place_of(row.geoname_id), intake.clock()
    place = whole(place, is_section=row.section_of_city)
    community = Community.register(
        place, now, row.kind, row.dues(), is_demonstration=row.is_demonstration
    )
    if row.profile() != PublicProfile():
        community.update_profile(place, row.profile(), now)
    return community


def _appoint(community: Community, contact: Contact, at: datetime) -> PersonRow:
    person_id = uuid5(community.id, contact.email)
    community.appoint_administrator(person_id, at, is_invited=False)
    return PersonRow(person_id, "administrator", contact, community_id=community.id)


# searches


def import_searches(intake: Intake, given: Sequence[SearchRow]) -> Recorded:
    fresh, repeated = _fresh(intake, Search, given, lambda row: row.case_id)
    communities = {row.community_id: _community(intake, row) for row in fresh}
    aggregates: list[Aggregate] = [
        *told_in_order(fresh, lambda row: _adopt_search(intake, row, communities[row.community_id]))
    ]
    touched = [community for community in communities.values() if community.pending_events]
    return _record(intake, [*aggregates, *touched], [], len(fresh), repeated)


def _check_search(intake: Intake, row: SearchRow) -> None:
    if intake.find(Search, row.case_id) is None:
        _adopt_search(intake, row, _community(intake, row))


def _community(intake: Intake, row: SearchRow) -> Community:
    return on_record(intake.find(Community, row.community_id), row.geoname_id)


def _adopt_search(intake: Intake, row: SearchRow, community: Community) -> Search:
    """The case as it stands, told in its order."""
    check_wishes(row.preferences(), intake.gazetteer.continents)
    answers = Answers(
        preferences=row.preferences(),
        named_cities=tuple(map(intake.place_of, row.named_cities)),
        is_shown_publicly=row.is_shown_publicly,
    )
    at = noon_of(row.requested_on, intake.clock())
    search = Search.request(row.case_id, community.place, answers, at, is_imported=True)
    search.guard_order(row.debrief_on, row.paused_on, row.withdrawn_on, row.closed_on)
    _tell_debrief(search, row, intake.clock())
    if row.staff_id is not None:
        intake.check_owner(row.staff_id)
        search.assign(row.staff_id, max(search.requested_at, at))
    _tell_rest_and_end(search, row, intake.clock())
    if search.is_open:
        community.adopt_search(search.id, row.requested_on, at)
    return search


def _tell_debrief(search: Search, row: SearchRow, now: datetime) -> None:
    if row.debrief_on is not None:
        # It may be still to come; when it was agreed on, nobody knows.
        at = noon_of(min(row.debrief_on, now.date()), now)
        search.note_debrief_date(
            datetime.combine(row.debrief_on, time(15), UTC), (), max(search.requested_at, at)
        )
    if row.debriefed_on is not None:
        at = max(search.requested_at, noon_of(row.debriefed_on, now))
        search.complete_debrief(row.debriefed_on, row.preferences(), row.profile(), at)


def _tell_rest_and_end(search: Search, row: SearchRow, now: datetime) -> None:
    if row.paused_on is not None:
        search.pause(row.paused_until, noon_of(row.paused_on, now))
    if row.withdrawn_on is not None:
        search.withdraw(noon_of(row.withdrawn_on, now))
    elif row.closed_on is not None and row.closing_reason is ClosingReason.PARTNERED:
        search.close_partnered(noon_of(row.closed_on, now))
    elif row.closed_on is not None:
        search.close(row.closing_reason, noon_of(row.closed_on, now))


# listings


def import_listings(intake: Intake, given: Sequence[ListingRow]) -> Recorded:
    fresh, repeated = _fresh(intake, Listing, given, lambda row: row.listing_id)
    cities: dict[UUID, Community] = {}
    told = told_in_order(fresh, lambda row: (row, _tell_listing(intake, row, cities)))
    aggregates: list[Aggregate] = [listing for _, listing in told]
    aggregates += cities.values()
    officials = [
        PersonRow(listing.contact_id, "official", row.contact(), listing_id=listing.id)
        for row, listing in told
    ]
    drafts = [
        rows.draft(intake.vault, listing.id, row.profile())
        for row, listing in told
        if row.listed_on is None
    ]
    writes = [*rows.people(intake.vault, officials), *drafts]
    return _record(intake, aggregates, writes, len(fresh), repeated)


def _check_listing(intake: Intake, row: ListingRow) -> None:
    if intake.find(Listing, row.listing_id) is None:
        _tell_listing(intake, row, {})


def _tell_listing(intake: Intake, row: ListingRow, cities: dict[UUID, Community]) -> Listing:
    """The request as it stands; the programme knew these cities before, so their addresses need no code.

    `cities`: those that the file has listed so far; this row's is added.
    """
    listing = _adopt_listing(intake.place_of(row.geoname_id), row, intake.clock())
    now, number = intake.clock(), row.community_id
    community = cities.get(number) or intake.find(Community, number)
    if community is not None and row.withdrawn_on is None:
        community.guard_not_listed(listing.id)
    if row.listed_on is None or row.withdrawn_on is not None:
        return listing
    cities[number] = community or Community.register(
        listing.place, noon_of(row.listed_on, now), is_demonstration=row.is_demonstration
    )
    cities[number].take_listing(listing.id, now)
    return listing


def _adopt_listing(place: Place, row: ListingRow, now: datetime) -> Listing:
    began = noon_of(row.began_on, now)
    listing = Listing.submit(
        row.listing_id,
        place,
        uuid5(row.listing_id, row.contact_email),
        began,
        is_imported=True,
        is_demonstration=row.is_demonstration,
    )
    listing.take_as_verified(began)
    # What was on the map by the rules of its day is known to the programme, which is said with it.
    by_default = (Proof.KNOWN_BEFORE,) if row.listed_on is not None else ()
    for proof in dict.fromkeys(row.proofs or by_default):
        listing.record_proof(proof, began)
    if row.listed_on is not None:
        listed_at = max(began, noon_of(row.listed_on, now))
        confirmed = max(listed_at, noon_of(row.confirmed_on or row.listed_on, now))
        listing.adopt_as_listed(place, row.profile(), confirmed.date(), listed_at)
    if row.withdrawn_on is not None:
        listing.take_back(noon_of(row.withdrawn_on, now))
    return listing


# what all have in common


def _fresh(
    intake: Intake, kind: type[A], given: Sequence[T], id_of: Callable[[T], UUID]
) -> tuple[list[T], int]:
    """The rows that are not on record yet, each once, and how many are."""
    by_id = {id_of(row): row for row in given}
    table, key = {
        Community: ("communities", "community_id"),
        Search: ("cases", "case_id"),
        Listing: ("listings", "listing_id"),
    }[kind]
    found = intake.rows(
        f"SELECT {key} AS id FROM {table} WHERE {key} = ANY(%(ids)s)",  # noqa: S608  # the constants above
        ids=list(by_id),
    )
    known = {row["id"] for row in found}
    fresh = [row for row_id, row in by_id.items() if row_id not in known]
    return fresh, len(given) - len(fresh)


def _record(
    intake: Intake, aggregates: list[Aggregate], writes: list[Write], imported: int, repeated: int
) -> Recorded:
    """All of a file in one transaction."""
    if not aggregates:
        return Recorded(0, repeated)
    receipt = intake.record(*aggregates, also=writes)
    return Recorded(imported, repeated, receipt.position)
