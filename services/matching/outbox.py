"""Which of matching's events the other services hear, and in what words."""

from typing import Any

from services.matching.domain.research_file import ResearchFile
from services.matching.domain.rules import Rule, effective
from services.matching.domain.screening import MOST_NAMED, Screening, Words
from shared import events as public


def translate(event: Any) -> public.PublicEvent | None:  # noqa: PLR0911  # one return for each public event
    case_id = event.originator_id
    match event:
        case ResearchFile.ListedCitiesReviewed():
            return public.ListedCitiesReviewed(
                happened_at=event.at,
                case_id=case_id,
                community_id=event.community_id,
                listing_ids=event.listing_ids,
            )
        case ResearchFile.ProspectsProposed():
            return public.ProspectsProposed(
                happened_at=event.at,
                case_id=case_id,
                community_id=event.community_id,
                prospects=event.prospects,
            )
        case ResearchFile.InterestExpressed():
            return public.InterestExpressed(
                happened_at=event.at,
                case_id=case_id,
                community_id=event.community_id,
                place=event.place,
                listing_id=event.listing_id,
                foreign_place=event.foreign_place,
            )
        case ResearchFile.ShortlistSelected():
            return public.ShortlistSelected(
                happened_at=event.at,
                case_id=case_id,
                community_id=event.community_id,
                place=event.place,
                choices=event.choices,
                lane=event.lane,
            )
        case ResearchFile.ShortlistReopened():
            return public.ShortlistReopened(
                happened_at=event.at, case_id=case_id, community_id=event.community_id
            )
        case ResearchFile.SearchExhausted():
            return public.SearchExhausted(
                happened_at=event.at, case_id=case_id, community_id=event.community_id
            )
        case Rule.RuleChanged():
            return _rule_changed(event)
        case Screening.CaseRechecked():
            return _case_rechecked(event)
        case _:
            return None


def _rule_changed(event: Rule.RuleChanged) -> public.RuleChanged:
    terms = effective(event.terms, event.retired_on)
    return public.RuleChanged(
        happened_at=event.at,
        rule=terms.slug,
        kind=terms.kind,
        bars=terms.bars,
        effect=terms.effect,
        states=terms.states,
        geoname_ids=terms.communities,
        countries=terms.countries,
        in_force_from=terms.in_force_from,
        in_force_until=terms.in_force_until,
    )


def _case_rechecked(event: Screening.CaseRechecked) -> public.CaseRechecked:
    """What only staff may read of is counted, and not named in any way."""
    words = event.words or Words()
    blocked = [each for each in event.blocked if each not in words.hidden]
    warned = [each for each in event.warned if each not in words.hidden]
    return public.CaseRechecked(
        happened_at=event.at,
        case_id=event.case_id,
        community_id=event.community_id,
        rule=event.rule,
        blocked=tuple(blocked),
        warned=tuple(warned),
        more_blocked=len(event.blocked) - len(blocked),
        more_warned=len(event.warned) - len(warned),
        title=words.title,
        citation=words.citation,
        cities=words.cities[:MOST_NAMED],
    )
