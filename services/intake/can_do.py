"""What the member itself can do now in its case (B19), in sentences."""

from datetime import datetime

from services.intake.application import Intake
from services.intake.domain.ball import Milestone
from services.intake.domain.search import Search
from services.intake.domain.search_facts import SearchState
from shared import meeting_rows
from shared.values import NextStep, Party

ALWAYS = [
    "Log your own research, contacts and meetings: what is done locally is what works best.",
    "Ask your contact at Sister Cities International anything, in the conversation of this case.",
]
BY_STATE = {
    SearchState.INVITED: [
        "Propose a time for the debriefing.",
        "Answer the optional questions, or name cities that you have in mind.",
    ],
    SearchState.SCHEDULED: ["Invite fellow members to the debriefing."],
    SearchState.DEBRIEFED: ["Narrow the search by region or programme in your answers."],
    SearchState.PAUSED: ["Resume the search."],
}
PREPARE = "Prepare the conversation with the other city; its day and time stand in our letter."
CHOOSE_CITIES = "Choose three to five of the proposed cities."
CHOOSE_A_TIME = "Choose one of the times that are proposed for the debriefing."
BY_STEP = {
    NextStep.CHOOSE_SHORTLIST: [CHOOSE_CITIES],
    NextStep.WRITE_INVITATION: ["Write your letter of invitation."],
    NextStep.SIGN_AGREEMENT: ["Prepare the council's resolution and the agreement."],
}


def can_do_next(intake: Intake, search: Search) -> list[str]:
    """What was promised in a meeting first."""
    return _promised(intake, search) + by_stand(search, intake.clock())


def times_to_choose(search: Search, now: datetime) -> list[datetime]:
    """Of those that staff have proposed for the debriefing, the ones to come."""
    if not search.is_open or search.is_paused or search.debriefed_on is not None:
        return []
    return [each for each in search.debrief_slots if each > now]


def _promised(intake: Intake, search: Search) -> list[str]:
    """What was promised in the debriefing comes first."""
    if not search.actions or not search.is_open:
        return []
    found = meeting_rows.actions_of(intake, search.id, intake.clock().date())
    return [
        f"{each.who}: {each.what}, by {each.due_on:%-d %B %Y}."
        for each in found
        if each.done_on is None and each.holder is Party.MEMBER
    ]


def by_stand(search: Search, now: datetime) -> list[str]:
    """What the state of the case leaves to do."""
    if not search.is_open:
        return ["Say Yes again whenever your community is ready for another search."]
    by_step = BY_STEP.get(search.ball.step, []) if search.ball.holder is Party.MEMBER else []
    is_arranged = any(each.milestone is Milestone.ARRANGED for each in search.pairs.values())
    if search.ball.step is NextStep.HOLD_INTRODUCTION and is_arranged:
        by_step = [PREPARE]
    times = [CHOOSE_A_TIME] if times_to_choose(search, now) else []
    return [*times, *by_step, *BY_STATE.get(search.state, []), *ALWAYS]
