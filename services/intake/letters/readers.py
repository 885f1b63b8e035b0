"""What letters say to one reader and not to another: a search has ended, or a role has changed hands."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

from services.intake import reading
from services.intake.domain.community import Community
from services.intake.domain.search import Search
from services.intake.letters import shortlists
from shared.application import Service
from shared.mail import Effect, Letter
from shared.recorder import Write
from shared.values import ClosingReason

AGAIN = (
    "To search again, sign in and say Yes anew, on any day on which the membership is in good standing. What was"
    " learned in this search stays on record. If it was ended by mistake, say Yes anew as well."
)
OF_STAFF = (
    "Look into its pairs for a city or a mission that still waits for a word from us. The administrator can say Yes"
    " anew on any day."
)


def of_withdrawal(search: Search, by: UUID | None) -> list[Write]:
    """To the administrator, and to the person of staff whose case it is, where it was not they who withdrew it."""
    owner = [search.staff] if search.staff not in (None, by) else []
    facts = {"by": str(by)} if by else {}
    return [
        Letter("search_withdrawn", search.id, each, facts).row(
            uuid5(search.id, f"withdrawn:{search.version}:{each}")
        )
        for each in (search.community_id, *filter(None, owner))
    ]


def _of_withdrawn(service: Service, effect: Effect, reader: Mapping[str, Any]) -> dict[str, str]:
    search = service.load(Search, effect.subject_id)
    administrator = service.load(Community, search.community_id).administrator_id
    by = effect.facts.get("by")
    who = "The administrator" if by == str(administrator) else "Our staff"
    is_reader = by == str(reader["person_id"])
    is_staff = reader["role"] == "staff"
    return {
        "who": "You" if is_reader else who,
        "next": OF_STAFF if is_staff else AGAIN,
        "button": "What is due" if is_staff else "Sign in to your case",
        "page": "/digest" if is_staff else "/sign-in",
    }


def _of_hand_over(service: Service, effect: Effect, reader: Mapping[str, Any]) -> dict[str, str]:
    community = service.load(Community, effect.subject_id)
    found = reading.people(service, "community_id", community.id)
    named = [each.name for each in found if each.person_id == community.administrator_id]
    is_out = reader["person_id"] not in {community.administrator_id, *community.committee}
    return {
        "administrator": named[0] if named else "Somebody else",
        "yours": _what_is_yours(community, reader["person_id"]),
        "button": "The public map" if is_out else "Sign in",
        "page": "/" if is_out else "/sign-in",
    }


def _what_is_yours(community: Community, person_id: UUID) -> str:
    if person_id == community.administrator_id:
        return (
            "You took the role over when you signed in. The administrator before you stays on the committee, reads the"
            " case and votes. Answer this mail where that should end."
        )
    if person_id in community.committee:
        return (
            "You stay on the committee: as before you sign in, read how the search goes, and tell us by mail what you"
            " think of proposed cities."
        )
    return "You can no longer sign in for this community. Thank you for all that you did for it."


def of_closing(search: Search, reason: ClosingReason) -> list[Write]:
    """To the administrator: staff have ended the search, and know that they have."""
    letter = Letter("search_closed", search.id, search.community_id, {"reason": reason.value})
    return [letter.row(uuid5(search.id, f"closed:{search.version}"))]


CLOSED_BECAUSE = {
    ClosingReason.NO_MATCH: "no city was found that suits both sides",
    ClosingReason.NO_ANSWER: "no answer came for a long time",
    ClosingReason.DUPLICATE: "another search is the same as this one",
    ClosingReason.OTHER: "answer this mail to hear more about the reason",
}


def _of_closed(_: Service, effect: Effect, __: Mapping[str, Any]) -> dict[str, str]:
    return {"why": CLOSED_BECAUSE[ClosingReason(effect.facts["reason"])], "next": AGAIN}


FOR_READERS: dict[str, Callable[[Service, Effect, Mapping[str, Any]], dict[str, str]]] = {
    "cities_proposed": shortlists.proposed,
    "shortlist_chosen": shortlists.chosen,
    "search_withdrawn": _of_withdrawn,
    "search_closed": _of_closed,
    "handed_over": _of_hand_over,
}
