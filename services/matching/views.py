"""What a caller may read of a case: the two tiers, the votes, what is said, and what can be done next."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.matching import looking, rows, screening
from services.matching.application import Matching
from services.matching.domain.listed_cities import Availability
from services.matching.domain.research_file import ResearchFile, Stage, Vote
from services.matching.domain.rules import Verdicts
from services.matching.domain.ways import Way, ways_on
from shared.context import Caller, Role
from shared.values import FailureReason, NextStep, Party, Place, Preferences, PublicProfile


class Remark(BaseModel):
    """A note, a reason or a comment; who said it is told by role alone."""

    kind: Annotated[
        str, Field(description="note, removal, comment; or weights, exclusion, readmission")
    ]
    by: Role
    text: str
    written_at: datetime
    is_shown_to_member: bool


class ListedView(BaseModel):
    """A city of the first tier: it asked for a U.S. partner itself."""

    listing_id: UUID
    place: Place
    profile: PublicProfile
    is_on_map: bool
    availability: Availability
    fits: Annotated[
        bool, Field(description="Whether it lies where you look; wishes may have changed since.")
    ]
    score: Annotated[float | None, Field(description="0 to 1; none: the city is not ranked.")]
    is_excluded: Annotated[
        bool | None, Field(description="Staff left it out of the ranking; told to staff alone.")
    ] = None
    why: Annotated[
        str, Field(description="In short; in full: GET /cases/{case_id}/candidates/{geoname_id}")
    ]
    remarks: list[Remark] = []


class ProspectView(BaseModel):
    """A city that staff found, and what the member thinks of it."""

    place: Place
    is_proposed: bool
    is_shortlisted: bool
    can_be_chosen: bool
    availability: Annotated[
        Availability | None,
        Field(description="Of a city with a listing; one in conversation may not be free in time."),
    ]
    why: Annotated[
        str, Field(description="In short; in full: GET /cases/{case_id}/candidates/{geoname_id}")
    ]
    votes_for: int
    votes_against: int
    your_vote: Vote | None
    remarks: list[Remark]


class PairView(BaseModel):
    """A city that outreach works on, or did."""

    community_id: UUID
    place: Place
    failed: FailureReason | None = None


class Waiting(BaseModel):
    step: NextStep
    holder: Annotated[Party, Field(description="Who has the ball.")]
    due_at: datetime | None
    is_overdue: bool


class CaseView(BaseModel):
    case_id: UUID
    version: int
    community_id: UUID
    place: Place
    state: Annotated[str, Field(description="requested, debriefed, proposed, ... or paused, ended")]
    requested_at: datetime
    preferences: Preferences
    waits_for: Annotated[
        Waiting | None,
        Field(
            description="null: what it waits for is not matching's to say, but intake's `next_step`."
        ),
    ]
    can_do: Annotated[list[Way], Field(description="What you can do next.")]
    listed: Annotated[
        list[ListedView], Field(description="First tier: listed cities looked at (B7).")
    ]
    prospects: Annotated[
        list[ProspectView],
        Field(description="Second tier; a member sees those that were proposed."),
    ]
    pairs: list[PairView]
    findings: Annotated[
        list[screening.CityFindings],
        Field(description="What laws and policies say today about cities of this case."),
    ]


class CaseRow(BaseModel):
    case_id: UUID
    community_id: UUID
    place: Place
    state: str
    step: NextStep
    holder: Party
    due_at: datetime | None
    is_overdue: bool
    requested_at: datetime


def _waits_for(file: ResearchFile) -> Waiting | None:
    """Nothing while intake sees to the debrief, or outreach to the cities that were chosen."""
    if not file.is_paused and file.stage in (Stage.REQUESTED, Stage.SHORTLISTED):
        return None
    return Waiting(
        step=file.step, holder=file.holder, due_at=file.due_at, is_overdue=file.is_overdue
    )


def case(matching: Matching, file: ResearchFile, caller: Caller) -> CaseView:
    said = _remarks(rows.notes(matching, file.id), caller)
    verdicts, available = matching.verdicts(file), matching.availability(file.prospect_records)
    whys = looking.whys(matching, file)
    return CaseView(
        case_id=file.id,
        version=file.version,
        community_id=file.community_id,
        place=file.place,
        state=file.state,
        requested_at=file.requested_at,
        preferences=file.preferences,
        waits_for=_waits_for(file),
        can_do=ways_on(file, caller.role),
        listed=_listed(matching, file, said, caller),
        prospects=[
            _prospect(
                file,
                prospect,
                said,
                caller,
                verdicts,
                available.get(prospect.community_id),
                whys.get(prospect.geoname_id, ""),
            )
            for prospect in file.prospects.values()
            if caller.role is Role.STAFF or prospect.geoname_id in file.proposed
        ],
        pairs=_pairs(file),
        findings=screening.findings(matching, file, for_staff=caller.role is Role.STAFF),
    )


def _remarks(found: list[dict[str, Any]], caller: Caller) -> dict[int, list[Remark]]:
    """By city; what staff wrote for themselves is for staff alone."""
    remarks: dict[int, list[Remark]] = {}
    for row in found:
        if row["is_shown_to_member"] or caller.role is Role.STAFF:
            remark = Remark.model_validate(row | {"by": row["author_role"]})
            remarks.setdefault(row["geoname_id"], []).append(remark)
    return remarks


def _listed(
    matching: Matching, file: ResearchFile, said: dict[int, list[Remark]], caller: Caller
) -> list[ListedView]:
    adjustments = matching.adjustments(file.id) if caller.role is Role.STAFF else None
    excluded = adjustments.excluded if adjustments else {}
    return [
        ListedView(
            listing_id=told.city.listing_id,
            place=told.city.place,
            profile=told.city.profile,
            is_on_map=told.city.is_on_map,
            availability=told.city.availability,
            fits=told.fits,
            is_excluded=(
                told.city.place.geoname_id in excluded if caller.role is Role.STAFF else None
            ),
            score=told.score,
            why=told.why,
            remarks=said.get(told.city.place.geoname_id, []),
        )
        for told in looking.listed_tier(matching, file)
    ]


def _prospect(
    file: ResearchFile,
    prospect: Place,
    said: dict[int, list[Remark]],
    caller: Caller,
    verdicts: Verdicts,
    availability: Availability | None,
    why: str,
) -> ProspectView:
    votes = file.votes.get(prospect.geoname_id, {})
    given = list(votes.values())
    return ProspectView(
        place=prospect,
        is_proposed=prospect.geoname_id in file.proposed,
        is_shortlisted=file.is_shortlisted(prospect),
        can_be_chosen=_can_be_chosen(file, prospect, verdicts, availability),
        availability=availability,
        why=why,
        votes_for=given.count(Vote.FOR),
        votes_against=given.count(Vote.AGAINST),
        your_vote=votes.get(caller.subject),
        remarks=said.get(prospect.geoname_id, []),
    )


def _can_be_chosen(
    file: ResearchFile, city: Place, verdicts: Verdicts, availability: Availability | None
) -> bool:
    taken = [city.community_id] if availability is Availability.PARTNERED else []
    is_barred = verdicts.barrier(city) or file.is_taken(city, taken)
    return city.geoname_id in file.choosable and not is_barred


def _pairs(file: ResearchFile) -> list[PairView]:
    under_way = [
        PairView(community_id=file.city_of(each), place=city)
        for each, city in file.open_pairs.items()
    ]
    return under_way + [
        PairView(community_id=file.city_of(each), place=file.tried[each], failed=reason)
        for each, reason in file.lost_pairs.items()
    ]
