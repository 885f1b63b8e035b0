"""What can be done next in a case, and by whom: the way out of every state."""

from enum import StrEnum

from services.matching.domain.research_file import SHORTLIST_SIZES, ResearchFile, Stage
from shared.context import Role


class Way(StrEnum):
    ADD_PROSPECT = "add_prospect"
    PROPOSE = "propose"
    REOPEN = "reopen"
    MARK_EXHAUSTED = "mark_exhausted"
    VOTE = "vote"
    SELECT_SHORTLIST = "select_shortlist"
    EXPRESS_INTEREST = "express_interest"


WAYS = {
    Role.STAFF: (Way.ADD_PROSPECT, Way.PROPOSE, Way.REOPEN, Way.MARK_EXHAUSTED),
    Role.ADMINISTRATOR: (Way.VOTE, Way.SELECT_SHORTLIST, Way.EXPRESS_INTEREST),
    Role.COMMITTEE_MEMBER: (Way.VOTE,),
}


def ways_on(file: ResearchFile, role: Role) -> list[Way]:
    """What this role can do now, rightly filled in; dues in good standing are taken for granted."""
    return [way for way in WAYS.get(role, ()) if _is_open(file, way)]


def _is_open(file: ResearchFile, way: Way) -> bool:
    if not file.is_open:
        return False
    if way is Way.ADD_PROSPECT:
        return file.stage is not Stage.REQUESTED
    if file.is_paused:
        return False
    return _is_open_while_going_on(file, way)


def _is_open_while_going_on(file: ResearchFile, way: Way) -> bool:
    is_choosing = file.stage in (Stage.PROPOSED, Stage.REOPENED)
    match way:
        case Way.PROPOSE:
            is_settled = file.stage in (Stage.REQUESTED, Stage.SHORTLISTED)
            offered = [city.geoname_id for city in file.offerable]
            is_free = file.barred.isdisjoint(offered)
            return not is_settled and is_free and len(offered) >= min(SHORTLIST_SIZES)
        case Way.REOPEN:
            return file.stage is Stage.SHORTLISTED
        case Way.MARK_EXHAUSTED:
            is_early = file.stage in (Stage.REQUESTED, Stage.EXHAUSTED)
            return not is_early and not file.live_pairs
        case Way.VOTE:
            return is_choosing and bool(file.proposed)
        case Way.SELECT_SHORTLIST:
            return is_choosing and len(file.choosable) >= min(SHORTLIST_SIZES)
        case _:
            return True
