"""Who holds which role: people of staff and operators, and the administrator's role handed from one to another."""

from typing import Any, Literal
from uuid import UUID, uuid4

from services.intake import audit, rows
from services.intake.application import Intake
from services.intake.domain.account import check_appointment
from services.intake.domain.community import Community
from services.intake.domain.person import Departure
from services.intake.rows import Contact
from shared.application import Receipt
from shared.context import Caller, Role, act_as
from shared.recorder import Write
from shared.refusals import NotFound

StaffRole = Literal["staff", "operator"]


def appoint_staff(intake: Intake, caller: Caller, contact: Contact, role: StaffRole) -> UUID:
    """The same address and role is the same person. Raises OnlyOperatorsAppoint."""
    check_appointment(role, caller.role)
    found = intake.rows(
        "SELECT person_id FROM people WHERE email_digest = %(email)s AND role = %(role)s",
        email=intake.vault.digest(contact.email),
        role=role,
    )
    person_id: UUID = found[0]["person_id"] if found else uuid4()
    intake.keep(
        rows.person(intake.vault, person_id, role, contact),
        # Members see by name who works on their case.
        rows.staff_name(intake.vault, str(person_id), contact.name),
        audit.entry(intake, f"{role}_appointed", person_id=person_id),
    )
    return person_id


def dismiss_staff(intake: Intake, caller: Caller, person_id: UUID) -> None:
    """Role and sessions end; open cases are nobody's, what was written keeps the name. Raises NotFound."""
    found = intake.rows(
        "SELECT role FROM people WHERE person_id = %(id)s AND role IN ('staff', 'operator')",
        id=person_id,
    )
    if not found:
        raise NotFound(thing="person of staff", id=person_id)
    role = found[0]["role"]
    check_appointment(role, caller.role)
    leaving = [
        rows.forget_person(person_id),
        _end_sessions(intake, person_id),
        audit.entry(intake, f"{role}_dismissed", person_id=person_id),
    ]
    if role != "staff":
        intake.keep(*leaving)
        return
    searches, none_besides = intake.let_go(person_id, intake.clock())
    departure = Departure(person_id, intake.clock())
    intake.record(departure, *searches, also=[*leaving, none_besides])


def _end_sessions(intake: Intake, person_id: UUID) -> Write:
    ended: dict[str, Any] = {"id": person_id, "now": intake.clock()}
    return lambda curs: curs.execute(
        "UPDATE sessions SET ended_at = %(now)s WHERE person_id = %(id)s AND ended_at IS NULL",
        ended,
    )


def offer_administration(intake: Intake, caller: Caller, of: UUID, contact: Contact) -> Receipt:
    """The other one is asked by mail, and accepts by signing in; until then nothing changes."""
    community = intake.load(Community, of)
    person_id = intake.person_id(of, contact)
    community.offer_administration(caller, person_id, intake.clock())
    community.keep_on_committee(person_id, intake.clock())
    return intake.record(
        community,
        also=[
            rows.person(intake.vault, person_id, "committee_member", contact, community_id=of),
        ],
    )


def accept_administration(intake: Intake, of: UUID, person_id: UUID) -> None:
    """Whoever the role is offered to has signed in; the one before stays on the committee."""
    community = intake.find(Community, of)
    if community is None or community.offered_to != person_id:
        return
    act_as(Caller(str(person_id), Role.COMMITTEE_MEMBER, community_id=of))
    before, now = community.administrator_id, intake.clock()
    community.appoint_administrator(person_id, now, is_invited=False)
    if before is not None:
        community.keep_on_committee(before, now)
    intake.record(
        community,
        also=[
            rows.keep_on_committee(of),
            lambda curs: curs.execute(
                "UPDATE people SET role = 'administrator' WHERE person_id = %(id)s",
                {"id": person_id},
            ),
        ],
    )
