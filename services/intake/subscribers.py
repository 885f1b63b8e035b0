"""What intake hears of matching and outreach: who has the ball in a case, and what becomes of a listing."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from services.intake.application import Intake
from services.intake.domain.ball import Ball, Milestone
from services.intake.domain.calendar import due_in
from services.intake.domain.search_facts import ShortlistNews
from shared.events import (
    ChannelContacted,
    CityContactFound,
    ContactRetracted,
    CouncilResolutionAdopted,
    EmbassyContacted,
    FollowUpDue,
    FollowUpSent,
    HandedOverToMember,
    HandOverRetracted,
    InterestGauged,
    IntroductionArranged,
    IntroductionCalledOff,
    IntroductionHeld,
    InvitationSent,
    LetterOfIntentSigned,
    MessageBounced,
    PairEvent,
    PairFailed,
    PairReopened,
    PartnershipEnded,
    PartnershipFormed,
    PartnershipRetracted,
    ProspectsProposed,
    PublicEvent,
    ReplyReceived,
    ReplyRetracted,
    SearchExhausted,
    ShortlistReopened,
    ShortlistSelected,
)
from shared.place_names import full_name
from shared.process_manager import Handler
from shared.values import Interest, Lane, NextStep, Party, pair_id


def handlers(intake: Intake) -> Mapping[type[PublicEvent], Handler]:
    return {
        **_from_matching(intake),
        **_on_the_way(intake),
        **_at_the_end(intake),
        **_of_partnerships(intake),
    }


def _from_matching(intake: Intake) -> dict[type[PublicEvent], Handler]:
    def moves_to(
        step: NextStep,
        holder: Party,
        days: int,
        news: Callable[[Any], ShortlistNews] | None = None,
    ) -> Handler:
        ball_of = _then(step, holder, days)

        def on_event(event: Any) -> None:
            told = news(event) if news else None
            intake.note_research(event.case_id, ball_of(event), event.happened_at, told)

        return on_event

    to_outreach = moves_to(NextStep.WRITE_TO_CHANNELS, Party.STAFF, 7, _chosen)

    def on_shortlist_selected(event: ShortlistSelected) -> None:
        # A named city is worked on beside everything else (B8): the case itself goes its usual way.
        if event.lane is Lane.SHORTLIST:
            to_outreach(event)

    return {
        ProspectsProposed: moves_to(NextStep.CHOOSE_SHORTLIST, Party.MEMBER, 30, _proposed),
        ShortlistSelected: on_shortlist_selected,
        ShortlistReopened: moves_to(NextStep.CHOOSE_SHORTLIST, Party.MEMBER, 30, _reopened),
        SearchExhausted: moves_to(NextStep.REVIEW, Party.STAFF, 14),
    }


def _proposed(event: ProspectsProposed) -> ShortlistNews:
    return ShortlistNews(what="proposed", cities=tuple(map(full_name, event.prospects)))


def _reopened(_: ShortlistReopened) -> ShortlistNews:
    return ShortlistNews(what="reopened")


def _chosen(event: ShortlistSelected) -> ShortlistNews:
    pairs = tuple(pair_id(event.case_id, city.community_id) for city in event.choices)
    return ShortlistNews(what="chosen", cities=tuple(map(full_name, event.choices)), pairs=pairs)


def _on_the_way(intake: Intake) -> dict[type[PublicEvent], Handler]:
    def pair_waits(milestone: Milestone, ball_of: Callable[[Any], Ball]) -> Handler:
        def on_event(event: PairEvent) -> None:
            ball = ball_of(event)
            intake.note_pair(event.case_id, event.pair_id, milestone, ball, event.happened_at)

        return on_event

    def on_introduction_arranged(event: IntroductionArranged) -> None:
        intake.note_introduction(
            event.case_id,
            event.pair_id,
            Milestone.ARRANGED,
            ball_of_introduction(event),
            event.listing_id,
            event.happened_at,
        )

    def on_contact_found(event: CityContactFound) -> None:
        if event.waits is not None:
            pair_waits(Milestone.LETTERS, lambda event: _ball(**event.waits.model_dump()))(event)

    return {
        **{event: pair_waits(Milestone.LETTERS, ball_of) for event, ball_of in LETTERS.items()},
        **{event: pair_waits(*reached) for event, reached in MILESTONES.items()},
        CityContactFound: on_contact_found,
        InterestGauged: pair_waits(Milestone.INTEREST, ball_of_interest),
        IntroductionArranged: on_introduction_arranged,
    }


def _at_the_end(intake: Intake) -> dict[type[PublicEvent], Handler]:
    def on_contact_retracted(event: ContactRetracted) -> None:
        # With another thread the pair goes on as it was.
        if event.threads_left == 0:
            intake.note_retraction(event.case_id, event.pair_id, event.happened_at)

    def on_hand_over_retracted(event: HandOverRetracted) -> None:
        ball = WRITE_INVITATION(event)
        intake.note_hand_over_retraction(event.case_id, event.pair_id, ball, event.happened_at)

    def on_introduction_called_off(event: IntroductionCalledOff) -> None:
        ball = FIND_ANOTHER_DATE(event)
        intake.note_lost_introduction(event.case_id, event.pair_id, ball, event.happened_at)

    def on_pair_failed(event: PairFailed) -> None:
        intake.note_failure(event.case_id, event.pair_id, event.listing_id, event.happened_at)

    def on_pair_reopened(event: PairReopened) -> None:
        ball = WRITE_AGAIN(event)
        intake.note_reopening(
            event.case_id, event.pair_id, ball, event.listing_id, event.happened_at
        )

    return {
        ContactRetracted: on_contact_retracted,
        HandOverRetracted: on_hand_over_retracted,
        IntroductionCalledOff: on_introduction_called_off,
        PairFailed: on_pair_failed,
        PairReopened: on_pair_reopened,
    }


def _of_partnerships(intake: Intake) -> dict[type[PublicEvent], Handler]:
    def on_partnership_formed(event: PartnershipFormed) -> None:
        # A stepping stone, such as a friendship city, leaves the search and the listing as they are.
        if event.ends_search:
            intake.note_partnership(
                event.partnership_id,
                event.case_id,
                event.listing_id,
                event.foreign_community_id,
                event.pair_id,
                event.happened_at,
            )

    def on_partnership_ended(event: PartnershipEnded) -> None:
        intake.note_end_of_partnership(
            event.partnership_id, event.foreign_community_id, event.happened_at
        )

    def on_partnership_retracted(event: PartnershipRetracted) -> None:
        intake.note_partnership_retraction(
            event.partnership_id,
            event.listing_id,
            event.foreign_community_id,
            event.pair_id,
            event.happened_at,
        )

    return {
        PartnershipFormed: on_partnership_formed,
        PartnershipEnded: on_partnership_ended,
        PartnershipRetracted: on_partnership_retracted,
    }


def _ball(step: NextStep, holder: Party, due_on: date) -> Ball:
    return Ball(step=step, holder=holder, due_on=due_on)


def _then(step: NextStep, holder: Party, days: int) -> Callable[[PublicEvent], Ball]:
    return lambda event: _ball(step, holder, due_in(event.happened_at.date(), days, holder))


def ball_of_interest(event: InterestGauged) -> Ball:
    if event.waits is not None:
        return _ball(**event.waits.model_dump())
    if event.interest is Interest.YES:
        return _then(NextStep.HOLD_INTRODUCTION, Party.STAFF, 14)(event)
    return ASK_AGAIN(event) if event.interest is Interest.LATER else CLOSE_PAIR(event)


def ball_of_introduction(event: IntroductionArranged) -> Ball:
    return _ball(NextStep.HOLD_INTRODUCTION, Party.STAFF, event.starts_at.date())


def ball_of_silence(event: FollowUpDue) -> Ball:
    """After the last of the silences another channel is tried, which takes a day longer."""
    return _then(NextStep.WRITE_TO_CHANNELS, Party.STAFF, 3 if event.days_silent >= 28 else 2)(
        event
    )


ASK_AGAIN = _then(NextStep.WRITE_TO_CHANNELS, Party.STAFF, 90)
CLOSE_PAIR = _then(NextStep.REVIEW, Party.STAFF, 7)
READ_ANSWER = _then(NextStep.AWAIT_REPLIES, Party.STAFF, 3)
AWAIT_REPLIES = _then(NextStep.AWAIT_REPLIES, Party.CHANNEL, 28)
WRITE_AGAIN = _then(NextStep.WRITE_TO_CHANNELS, Party.STAFF, 7)
FIND_ANOTHER_DATE = _then(NextStep.HOLD_INTRODUCTION, Party.STAFF, 14)
WRITE_INVITATION = _then(NextStep.WRITE_INVITATION, Party.STAFF, 7)


def _as_told(older: Callable[[Any], Ball]) -> Callable[[Any], Ball]:
    """As outreach counts it; `older`: of events that do not say so."""
    return lambda event: _ball(**event.waits.model_dump()) if event.waits else older(event)


LETTERS: dict[type[PublicEvent], Callable[[Any], Ball]] = {
    EmbassyContacted: _as_told(AWAIT_REPLIES),
    ChannelContacted: _as_told(AWAIT_REPLIES),
    FollowUpDue: _as_told(ball_of_silence),
    FollowUpSent: _as_told(AWAIT_REPLIES),
    MessageBounced: _as_told(_then(NextStep.WRITE_TO_CHANNELS, Party.STAFF, 3)),
    ReplyReceived: _as_told(READ_ANSWER),
    ReplyRetracted: _as_told(AWAIT_REPLIES),
}
"""What a pair waits for once outreach has said this of its letters."""

MILESTONES: dict[type[PublicEvent], tuple[Milestone, Callable[[Any], Ball]]] = {
    IntroductionHeld: (Milestone.INTRODUCED, WRITE_INVITATION),
    HandedOverToMember: (
        Milestone.HANDED_OVER,
        _then(NextStep.WRITE_INVITATION, Party.MEMBER, 30),
    ),
    InvitationSent: (
        Milestone.INVITED,
        _then(NextStep.SIGN_AGREEMENT, Party.MEMBER, 30),
    ),
    LetterOfIntentSigned: (
        Milestone.INTENT,
        _then(NextStep.SIGN_AGREEMENT, Party.MEMBER, 30),
    ),
    CouncilResolutionAdopted: (
        Milestone.RESOLUTION,
        _then(NextStep.SIGN_AGREEMENT, Party.MEMBER, 30),
    ),
}
"""How far a pair has come with this, and what it waits for then."""
