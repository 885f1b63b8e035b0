"""Which of outreach's events everybody hears, and in what words."""

from typing import Any

from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import PairEvent
from services.outreach.domain.partnership import Partnership
from services.outreach.domain.steps import Step, Waiting
from shared import events as said
from shared.values import NextStep, PairWaits

MEANS = {
    Step.WRITE_TO_CHANNELS: NextStep.WRITE_TO_CHANNELS,
    Step.AWAIT_REPLY: NextStep.AWAIT_REPLIES,
    Step.FOLLOW_UP: NextStep.WRITE_TO_CHANNELS,
    Step.TRY_ANOTHER_CHANNEL: NextStep.WRITE_TO_CHANNELS,
    Step.FIND_ANOTHER_CONTACT: NextStep.WRITE_TO_CHANNELS,
    Step.ASK_AGAIN: NextStep.WRITE_TO_CHANNELS,
    Step.GAUGE_INTEREST: NextStep.AWAIT_REPLIES,
    Step.FIND_CITY_CONTACT: NextStep.HOLD_INTRODUCTION,
    Step.ARRANGE_INTRODUCTION: NextStep.HOLD_INTRODUCTION,
    Step.HOLD_INTRODUCTION: NextStep.HOLD_INTRODUCTION,
    Step.HAND_OVER: NextStep.WRITE_INVITATION,
    Step.WRITE_INVITATION: NextStep.WRITE_INVITATION,
    Step.SIGN_LETTER_OF_INTENT: NextStep.SIGN_AGREEMENT,
    Step.ADOPT_RESOLUTION: NextStep.SIGN_AGREEMENT,
    Step.SIGN_AGREEMENT: NextStep.SIGN_AGREEMENT,
    Step.CLOSE_PAIR: NextStep.REVIEW,
}
"""What everybody calls a step of outreach."""


def translate(event: Any) -> said.PublicEvent | None:
    if isinstance(event, PairEvent):
        return _of_threads(event) or _of_the_city(event) or _of_the_member(event)
    return _of_partnerships(event)


def _whose(event: Any) -> dict[str, Any]:
    return {"pair_id": event.originator_id, "happened_at": event.at, **event.sides.model_dump()}


def _of_threads(event: Any) -> said.PublicEvent | None:
    if isinstance(event, Pair.ContactRetracted):
        return said.ContactRetracted(
            **_whose(event), thread_id=event.thread_id, threads_left=event.threads_left
        )
    return _of_letters(event, _whose(event)) if isinstance(event, Pair.LetterEvent) else None


def _of_letters(event: Any, whose: dict[str, Any]) -> said.PublicEvent | None:  # noqa: PLR0911  # a case for each event
    whose = whose | {"waits": _waits(event.waits)}
    match event:
        case Pair.EmbassyContacted(thread_id=thread, channel=channel, country=country):
            return said.EmbassyContacted(
                **whose, thread_id=thread, channel=channel, country=country
            )
        case Pair.ChannelContacted(thread_id=thread, channel=channel):
            return said.ChannelContacted(**whose, thread_id=thread, channel=channel)
        case Pair.FollowUpDue(thread_id=thread, days_silent=days):
            return said.FollowUpDue(**whose, thread_id=thread, days_silent=days)
        case Pair.FollowUpSent(thread_id=thread):
            return said.FollowUpSent(**whose, thread_id=thread)
        case Pair.ReplyReceived(thread_id=thread):
            return said.ReplyReceived(**whose, thread_id=thread)
        case Pair.ReplyRetracted(thread_id=thread):
            return said.ReplyRetracted(**whose, thread_id=thread)
        case Pair.MessageBounced(thread_id=thread):
            return said.MessageBounced(**whose, thread_id=thread)
    return None


def _waits(waiting: Waiting | None) -> PairWaits | None:
    if waiting is None or waiting.due_on is None or waiting.step not in MEANS:
        return None
    return PairWaits(step=MEANS[waiting.step], holder=waiting.holder, due_on=waiting.due_on)


def _of_the_city(event: Any) -> said.PublicEvent | None:  # noqa: PLR0911  # a case for each event
    whose = _whose(event)
    match event:
        case Pair.CityContactFound(contact_id=contact):
            return said.CityContactFound(**whose, contact_id=contact, waits=_waits(event.waits))
        case Pair.InterestGauged(interest=interest, listing_id=listing, waits=waits):
            return said.InterestGauged(
                **whose, interest=interest, listing_id=listing, waits=_waits(waits)
            )
        case Pair.GovernanceLearned(country=country, governance=governance):
            return said.GovernanceLearned(**whose, country=country, **governance.model_dump())
        case Pair.IntroductionArranged(starts_at=starts_at, listing_id=listing):
            return said.IntroductionArranged(**whose, starts_at=starts_at, listing_id=listing)
        case Pair.IntroductionCalledOff(starts_at=starts_at, was_missed=was_missed):
            return said.IntroductionCalledOff(**whose, starts_at=starts_at, was_missed=was_missed)
        case Pair.IntroductionHeld(held_on=day):
            return said.IntroductionHeld(**whose, held_on=day)
        case Pair.PairFailed(reason=reason, listing_id=listing, others_open=others):
            return said.PairFailed(**whose, reason=reason, listing_id=listing, others_open=others)
        case Pair.PairReopened(listing_id=listing):
            return said.PairReopened(**whose, listing_id=listing)
    return None


def _of_the_member(event: Any) -> said.PublicEvent | None:  # noqa: PLR0911  # a case for each event
    whose = _whose(event)
    match event:
        case Pair.HandedOverToMember(handed_over_on=day):
            return said.HandedOverToMember(**whose, handed_over_on=day)
        case Pair.HandOverRetracted():
            return said.HandOverRetracted(**whose)
        case Pair.InvitationSent(sent_on=day):
            return said.InvitationSent(**whose, sent_on=day)
        case Pair.LetterOfIntentSigned(signed_on=day):
            return said.LetterOfIntentSigned(**whose, signed_on=day)
        case Pair.CouncilResolutionAdopted(adopted_on=day):
            return said.CouncilResolutionAdopted(**whose, adopted_on=day)
        case Pair.DocumentIssued(document_id=document, kind=kind, document_version=version):
            return said.DocumentIssued(
                **whose, document_id=document, kind=kind, document_version=version
            )
    return None


def _of_partnerships(event: Any) -> said.PublicEvent | None:
    match event:
        case Partnership.PartnershipFormed():
            return said.PartnershipFormed(
                happened_at=event.at,
                partnership_id=event.originator_id,
                community_id=event.place.community_id,
                foreign_community_id=event.foreign_place.community_id,
                place=event.place,
                foreign_place=event.foreign_place,
                kind=event.kind,
                year=event.year,
                signed_on=event.signed_on,
                **event.origin.model_dump(),
            )
        case Partnership.PartnershipCorrected():
            return said.PartnershipCorrected(
                happened_at=event.at,
                partnership_id=event.originator_id,
                kind=event.kind,
                year=event.year,
                signed_on=event.signed_on,
                is_active=event.is_active is not False,
                ended_on=event.ended_on,
            )
        case Partnership.PartnershipEnded(ended_on=day):
            return said.PartnershipEnded(
                happened_at=event.at,
                partnership_id=event.originator_id,
                community_id=event.community_id,
                foreign_community_id=event.foreign_community_id,
                ended_on=day,
            )
        case Partnership.PartnershipRetracted(origin=origin):
            return said.PartnershipRetracted(
                happened_at=event.at,
                partnership_id=event.originator_id,
                community_id=event.community_id,
                foreign_community_id=event.foreign_community_id,
                **origin.model_dump(include={"case_id", "pair_id", "listing_id"}),
            )
        case Partnership.CheckInDue(community_id=community, months=months):
            return said.CheckInDue(
                happened_at=event.at,
                partnership_id=event.originator_id,
                community_id=community,
                months=months,
            )
    return None
