"""The doors to communities: their membership, their profile, their people."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.intake import reading
from services.intake.api.forms import (
    CONTACT,
    PROFILE,
    Abilities,
    Cursor,
    Limit,
    ProfileForm,
    Waiting,
    Wanted,
)
from services.intake.application import Intake
from services.intake.domain.community import Community, Membership, Waiver
from services.intake.rows import Contact
from shared.application import Receipt
from shared.context import Caller, Role
from shared.forms import Day, Form
from shared.http import Door, May, Staff, StaffOrAdministrator
from shared.pages import Page
from shared.refusals import Refusal
from shared.values import CommunityKind, GeonameId, Place, PublicProfile, Standing

router = APIRouter(prefix="/communities", tags=["communities"], route_class=Door)
Readers = Annotated[
    Caller, Depends(May(Role.STAFF, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER, Role.SERVICE))
]


class CommunityForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "geoname_id": 4250542,
                "kind": "city",
                "is_member": True,
                "joined_on": "2015-03-01",
                "sister_cities_at_joining": 2,
                "paid_through": "2027-06-30",
                "administrator": CONTACT,
            }
        }
    )

    geoname_id: GeonameId
    kind: CommunityKind = CommunityKind.CITY
    is_member: Annotated[
        bool | None,
        Field(description="Left out: yes where a date of joining or of payment is given."),
    ] = None
    joined_on: Day | None = None
    sister_cities_at_joining: Annotated[int | None, Field(ge=0, le=500)] = None
    paid_through: Day | None = None
    administrator: Contact | None = None
    is_demonstration: bool = False

    def membership(self) -> Membership:
        has_dates = self.joined_on is not None or self.paid_through is not None
        return Membership(
            is_member=has_dates if self.is_member is None else self.is_member,
            joined_on=self.joined_on,
            sister_cities_at_joining=self.sister_cities_at_joining,
            paid_through=self.paid_through,
        )


class StandingForm(Form):
    """What is left out stays as it was."""

    model_config = ConfigDict(json_schema_extra={"example": {"paid_through": "2027-06-30"}})

    paid_through: Annotated[
        Day | None, Field(description="Last day that the dues cover; null where none are paid.")
    ]
    is_member: bool = True
    joined_on: Day | None = None
    sister_cities_at_joining: Annotated[int | None, Field(ge=0, le=500)] = None


class ProfileChange(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"profile": PROFILE}})

    profile: ProfileForm


class MergeForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"into_geoname_id": 4250542}})

    into_geoname_id: GeonameId


class WaiverView(BaseModel):
    waiver: Waiver
    why: str


class CommunityView(BaseModel):
    community_id: UUID
    version: int
    place: Place
    kind: CommunityKind
    standing: Standing
    standing_needs: Annotated[
        str, Field(description="How to join or to renew; empty in good standing.")
    ]
    membership: Membership
    profile: PublicProfile
    proposed_profile: Annotated[
        PublicProfile | None, Field(description="Waits until staff have assessed it.")
    ]
    open_case_id: UUID | None
    listing_id: UUID | None
    waivers: list[WaiverView]
    people: list[reading.PersonView]
    merged_into: UUID | None
    is_demonstration: bool


@router.post("", status_code=201)
def register_community(form: CommunityForm, intake: Abilities, caller: Staff) -> Receipt:
    """Put a community on record: a member, a U.S. community that is none, or a city abroad."""
    return intake.register(
        form.geoname_id,
        form.kind,
        form.membership(),
        form.administrator,
        is_demonstration=form.is_demonstration,
    )


@router.get("")
def list_communities(
    intake: Abilities,
    caller: Staff,
    q: Wanted = None,
    standing: Standing | None = None,
    waiting: Waiting = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[reading.CommunityItem]:
    """By name; `q` is how a name begins."""
    return reading.communities(intake, q, standing, waiting, limit, cursor)


@router.get("/{community_id}")
def read_community(community_id: UUID, intake: Abilities, caller: Readers) -> CommunityView:
    """Staff, the community's own administrator and committee, and the other services."""
    community = intake.load(Community, community_id)
    if caller.role is not Role.SERVICE:
        community.admit(caller, committee=True)
    return _view(intake, community)


@router.post("/{community_id}/profile")
def update_profile(
    community_id: UUID, form: ProfileChange, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """Staff's word is published; the administrator's waits until staff have assessed it."""
    return intake.update_profile(caller, community_id, form.profile)


@router.post("/{community_id}/profile/approve")
def approve_profile(community_id: UUID, intake: Abilities, caller: Staff) -> Receipt:
    """Publish the profile that the administrator proposed."""
    return intake.approve_profile(community_id)


@router.post("/{community_id}/standing")
def record_dues(
    community_id: UUID, form: StandingForm, intake: Abilities, caller: Staff
) -> Receipt:
    """Dues were paid, or the record of the membership was wrong."""
    changes: dict[str, Any] = form.model_dump(exclude_unset=True) | {"is_member": form.is_member}
    return intake.record_membership(community_id, changes)


@router.post("/{community_id}/administrator")
def appoint_administrator(
    community_id: UUID, form: Contact, intake: Abilities, caller: Staff
) -> Receipt:
    """The person who may act for the community; takes the role over from an earlier one."""
    return intake.appoint_administrator(community_id, form)


@router.post("/{community_id}/committee")
def invite_committee_member(
    community_id: UUID, form: Contact, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """Committee members read, comment and vote."""
    return intake.invite_committee_member(caller, community_id, form)


@router.post("/{community_id}/committee/{person_id}/remove")
def remove_committee_member(
    community_id: UUID, person_id: UUID, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    return intake.remove_committee_member(caller, community_id, person_id)


@router.post("/{community_id}/merge")
def merge_communities(
    community_id: UUID, form: MergeForm, intake: Abilities, caller: Staff
) -> Receipt:
    """Two records proved to be one place: this one is no longer used, the other remains."""
    return intake.merge(community_id, form.into_geoname_id)


def _view(intake: Intake, community: Community) -> CommunityView:
    return CommunityView(
        community_id=community.id,
        version=community.version,
        place=community.place,
        kind=community.kind,
        standing=community.standing,
        standing_needs=_needs(intake, community),
        membership=community.membership,
        profile=community.profile,
        proposed_profile=intake.draft(community.id) if community.has_proposed_profile else None,
        open_case_id=community.search.case_id if community.search else None,
        listing_id=community.listing_id,
        waivers=[WaiverView(waiver=w, why=w.why) for w in community.waivers],
        people=reading.people(intake, "community_id", community.id),
        merged_into=community.merged_into,
        is_demonstration=community.is_demonstration,
    )


def _needs(intake: Intake, community: Community) -> str:
    try:
        community.guard_standing(intake.addresses.info)
    except Refusal as refusal:
        return f"{refusal.sentence} {refusal.next_step}"
    return ""
