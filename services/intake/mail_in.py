"""What a mail that came in does in intake: a member's word in its case, or a city's answer to a question."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from services.intake import rows
from services.intake.application import Intake
from services.intake.domain.listing import Listing
from services.intake.domain.search import Search
from services.intake.letters import TO_THE_UNPROVED, matter_of
from shared.context import Caller, Role
from shared.inbound import InboundKind
from shared.inbox import Arrival, Inbox
from shared.mail import Effect
from shared.recorder import Write
from shared.return_address import About, Matter, ReturnAddresses

LONGEST = 4000
MEMBERS = ("administrator", "committee_member")
FROM_STAFF = "It is from our staff: what is meant for the member is written in the case."
STRANGER = "Its sender is nobody whom we know here: see who wrote it."
PUT_HERE = "put here by our staff"
OF_BEFORE = (
    (
        "UPDATE messages SET written_by = %(person_id)s::text, spoke_as = 'somebody_else'"
        " WHERE message_id = %(id)s AND written_by = ''"
    ),
    (
        "UPDATE remarks SET written_by = %(person_id)s::text WHERE written_by = '' AND (listing_id, written_at) ="
        " (SELECT subject_id, received_at FROM inbound WHERE inbound_id = %(id)s AND about = 'listing')"
    ),
)
"""What staff put from mails into cases and listings when strangers had no ids."""
NOT_OF_IT = "We know its sender, not as somebody who speaks here: see who wrote it."


def inbox(intake: Intake, addresses: ReturnAddresses) -> Inbox:
    def take(arrival: Arrival, matter: Matter, writes: Sequence[Write]) -> str:
        return _take(intake, arrival, matter, writes)

    return Inbox(
        intake,
        addresses,
        take,
        lambda email, matter: _who(intake, email, matter),
        lambda it: _matter(intake, it),
        lambda it: _is_to_the_unproved(intake, it),
        OF_BEFORE,
    )


def _who(intake: Intake, email: str, matter: Matter | None) -> UUID | None:
    """One address can stand for several roles: of a matter whoever is concerned with it speaks."""
    found = intake.people_with(email)
    concerned = filter(_concerned(intake, matter), found) if matter else iter(())
    person = next(concerned, found[0] if found else {"person_id": None})
    person_id: UUID | None = person["person_id"]
    return person_id


def _concerned(intake: Intake, matter: Matter) -> Callable[[dict[str, Any]], bool]:
    match matter.about:
        case About.CASE:
            cases = intake.rows(
                "SELECT community_id FROM cases WHERE case_id = %(id)s", id=matter.id
            )
            of = cases[0]["community_id"] if cases else matter.id
            guests = intake.load(Search, matter.id).attendees if cases else ()
            return lambda it: (
                it["community_id"] == of and (it["role"] in MEMBERS or it["person_id"] in guests)
            )
        case About.CASE_OF_STAFF:
            return lambda it: it["role"] == "staff"
    return lambda it: it["listing_id"] == matter.id


def _take(intake: Intake, arrival: Arrival, matter: Matter, writes: Sequence[Write]) -> str:
    match arrival.reading.kind, matter.about:
        case InboundKind.REPLY, About.CASE:
            return _say(intake, arrival, matter.id, writes)
        case InboundKind.REPLY, About.CASE_OF_STAFF:
            return _say_for_staff(intake, arrival, matter.id, writes)
        case InboundKind.REPLY, About.LISTING:
            return _answer(intake, arrival, matter.id, writes)
        case ((InboundKind.AUTOMATIC | InboundKind.DELAYED), _):
            intake.keep(*writes)
            return ""
        case InboundKind.BOUNCE, About.LISTING if not intake.load(Listing, matter.id).is_in_sight:
            # Anybody can put any address into the form: staff see nothing of it, nor of what comes back.
            intake.keep(*writes)
            return ""
    return "A mail of this kind has no effect here: see what it says."


def _say(intake: Intake, arrival: Arrival, case_id: UUID, writes: Sequence[Write]) -> str:
    """In the one conversation of the case (B12), also of a guest of its debriefing; a stranger's word waits for staff,
    and stands there if they say so."""
    search, person = intake.load(Search, case_id), _person(intake, arrival)
    if person.get("role") == "staff":
        return FROM_STAFF
    is_theirs = person.get("community_id") == search.community_id and person.get("role") in MEMBERS
    is_guest = not is_theirs and arrival.person_id in search.attendees
    if not (is_theirs or is_guest or arrival.is_judged):
        return NOT_OF_IT if person else STRANGER
    told = "a guest of the debriefing" if is_guest else PUT_HERE
    text = _text(arrival, is_theirs=is_theirs, told=told)
    spoke_as: rows.Spoke = person["role"] if is_theirs else "guest" if is_guest else "somebody_else"
    return _leave(intake, search, arrival, text, writes, spoke_as)


def _say_for_staff(intake: Intake, arrival: Arrival, case_id: UUID, writes: Sequence[Write]) -> str:
    """From the address of somebody on staff, to one that staff alone are written from."""
    if _person(intake, arrival).get("role") != "staff":
        return STRANGER
    search = intake.load(Search, case_id)
    text = _text(arrival, is_theirs=True)
    return _leave(intake, search, arrival, text, writes, "staff")


def _leave(
    intake: Intake,
    search: Search,
    arrival: Arrival,
    text: str,
    writes: Sequence[Write],
    spoke_as: rows.Spoke,
) -> str:
    search.leave_message(arrival.inbound_id, spoke_as == "staff", arrival.at)
    message = rows.message(
        intake.vault,
        arrival.inbound_id,
        search.id,
        text,
        arrival.at,
        str(arrival.person_id or ""),
        spoke_as,
    )
    intake.record(search, also=[*writes, message])
    return ""


def _answer(intake: Intake, arrival: Arrival, listing_id: UUID, writes: Sequence[Write]) -> str:
    """To what staff have asked. Raises NothingAsked."""
    person = _person(intake, arrival)
    is_theirs = person.get("listing_id") == listing_id
    if not (is_theirs or arrival.is_judged):
        return NOT_OF_IT if person else STRANGER
    listing, subject = intake.load(Listing, listing_id), str(arrival.person_id or "")
    listing.answer(Caller(subject, Role.FOREIGN_OFFICIAL, listing_id=listing_id), arrival.at)
    text = _text(arrival, is_theirs=is_theirs)
    answer = rows.remark(intake.vault, listing_id, "answer", text, arrival.at, subject)
    intake.record(listing, also=[*writes, answer])
    return ""


def _text(arrival: Arrival, *, is_theirs: bool, told: str = PUT_HERE) -> str:
    """As it came; of a guest, and where staff have put it there, with who wrote it."""
    reading = arrival.reading
    if is_theirs:
        return reading.text[:LONGEST]
    name = f"{reading.sender_name} <{reading.sender}>" if reading.sender_name else reading.sender
    return f"By mail from {name}, {told}:\n\n{reading.text}"[:LONGEST]


def _person(intake: Intake, arrival: Arrival) -> dict[str, Any]:
    found = intake.rows(
        "SELECT role, community_id, listing_id FROM people WHERE person_id = %(id)s",
        id=arrival.person_id,
    )
    return found[0] if found else {}


def _is_to_the_unproved(intake: Intake, effect_id: UUID) -> bool:
    found = intake.rows("SELECT kind FROM effects WHERE id = %(id)s", id=effect_id)
    return bool(found) and found[0]["kind"] in TO_THE_UNPROVED


def _matter(intake: Intake, effect_id: UUID) -> Matter | None:
    found = intake.rows(
        "SELECT id, kind, subject_id, recipient_id, facts, attempts FROM effects WHERE id = %(id)s",
        id=effect_id,
    )
    matter = matter_of(intake, Effect(**found[0])) if found else None
    if matter is not None and matter.about is About.CASE_OF_STAFF:
        # Numbers of letters can be guessed: the signed address alone lets somebody speak for staff.
        return Matter(About.CASE, matter.id)
    return matter
