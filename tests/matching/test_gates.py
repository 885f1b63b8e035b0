"""Rules stand outside every score: what they bar reaches no shortlist, since when, by whose word, and until when."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deploy.local.platform import Platform
from services.matching import looking, outbox, screening
from services.matching.api_rules import RuleForm
from services.matching.application import Matching
from services.matching.domain import refusals as no
from services.matching.domain.research_file import ResearchFile
from services.matching.domain.rules import (
    EXAMPLE,
    Cited,
    Rule,
    Terms,
    Verdicts,
    check_terms,
    verdicts,
)
from services.matching.domain.screening import LiveCities, Screening, screening_id
from services.matching.domain.ways import Way, ways_on
from shared.context import Caller, Role
from shared.events import CaseRechecked
from shared.examples import ASHIKAGA, CASE, COIMBRA, HOPES, SPRINGFIELD, TARTU
from shared.refusals import Refusal
from shared.sentences import sentence
from shared.values import (
    FailureReason,
    NextStep,
    Party,
    Place,
    Preferences,
    RuleBars,
    RuleEffect,
    RuleKind,
    Standing,
)
from tests.clients import Clients, eventually
from tests.intake.people import a_place
from tests.matching.alone import Clock, hear, let_time_work, matching_alone
from tests.matching.histories import (
    ADMINISTRATOR,
    AT,
    FULDA,
    GDANSK,
    LATER,
    LYNGBY,
    MORELIA,
    NO_PARTNERS,
    PEORIA,
    PIRAN,
    PROPOSED,
    debriefed,
    law,
    listed,
    place,
    proposed,
)
from tests.matching.test_matching import MATCHING, a_search

DAY = AT.date()
STANDING = "intake.MembershipStandingChanged.v1"
COUNTRIES = ("CN", "DE", "DK", "EE", "JP", "MX", "PL", "PT", "SI", "TW")
STAFF = Caller("ana", Role.STAFF)
NARVA = place(590031, "Narva", "EE")
SUZHOU = place(1886760, "Suzhou", "CN")
SAPPORO = place(2128295, "Sapporo", "JP")


def found(
    *rules: Terms,
    seeker: Place = SPRINGFIELD,
    standing: Standing = Standing.GOOD,
    partners: tuple[Place, ...] = (),
    day: date = DAY,
) -> Verdicts:
    return verdicts(rules, seeker, standing, partners, day)


def says(verdicts: Verdicts, city: Place) -> list[str]:
    return [each.slug for each in verdicts.of(city.geoname_id, city.country)]


# What a rule finds.


@pytest.mark.parametrize(
    ("terms", "seeker", "binds"),
    [
        ({"states": ("IL",)}, SPRINGFIELD, True),
        ({"states": ("TX", "IL")}, SPRINGFIELD, True),
        ({"states": ("TX",)}, SPRINGFIELD, False),
        ({"states": (), "communities": (SPRINGFIELD.geoname_id,)}, SPRINGFIELD, True),
        ({"states": (), "communities": (PEORIA.geoname_id,)}, SPRINGFIELD, False),
        ({"states": ("TX",), "communities": (SPRINGFIELD.geoname_id,)}, SPRINGFIELD, True),
        ({"states": ()}, SPRINGFIELD, True),
        ({"states": ("IL",)}, ASHIKAGA.model_copy(update={"admin1": "IL"}), False),
    ],
)
def test_whom_a_rule_binds(terms: dict[str, Any], seeker: Place, binds: bool) -> None:
    """A state's law binds its own communities, a policy one community, a rule that names nobody everyone."""
    assert found(law(**terms), seeker=seeker).is_blocked(TARTU.geoname_id, "EE") is binds


@pytest.mark.parametrize(
    ("first", "last", "day", "is_in_force"),
    [
        (None, None, DAY, True),
        (DAY, None, DAY, True),
        (DAY, None, DAY - timedelta(days=1), False),
        (None, DAY, DAY, True),
        (None, DAY, DAY + timedelta(days=1), False),
    ],
)
def test_a_rule_holds_from_its_first_day_to_its_last(
    first: date | None, last: date | None, day: date, is_in_force: bool
) -> None:
    """Dates are days, both counted in."""
    rule = law(in_force_from=first, in_force_until=last)
    assert found(rule, day=day).is_blocked(TARTU.geoname_id, "EE") is is_in_force


def test_block_wins_and_every_finding_is_kept() -> None:
    """Several rules about one place: what blocks stands first, a warning and a preference stay beside it."""
    rules = [law(effect.value, effect=effect) for effect in reversed(RuleEffect)]
    verdict = found(*rules)
    assert says(verdict, TARTU) == ["block", "warn", "prefer"]
    assert verdict.is_blocked(TARTU.geoname_id, "EE")
    assert says(verdict, COIMBRA) == []


@pytest.mark.parametrize("effect", [RuleEffect.WARN, RuleEffect.PREFER])
def test_a_warning_and_a_preference_bar_nothing(effect: RuleEffect) -> None:
    """They are said, and the choice stays free."""
    verdict = found(law(effect=effect))
    assert says(verdict, TARTU) == ["a-law"]
    assert verdict.barrier(TARTU) is None
    file = debriefed()
    file.add_prospect(TARTU, is_partner=False, verdicts=verdict, at=LATER)
    assert TARTU.geoname_id in file.prospects


def test_one_partner_in_each_country() -> None:
    """A council's policy bars a second partner where there is one, not the partner itself, nor other countries."""
    policy = law("one-each", bars=RuleBars.SECOND_IN_COUNTRY)
    verdict = found(policy, partners=(ASHIKAGA,))
    assert says(verdict, SAPPORO) == ["one-each"]
    assert says(verdict, ASHIKAGA) == []
    assert says(verdict, COIMBRA) == []
    assert says(found(policy), SAPPORO) == []


def test_links_and_standing_are_always_rules() -> None:
    """An existing partner and lapsed dues are found without any rule of staff; good and waived standing are not."""
    verdict = found(*screening.BUILT_IN, partners=(ASHIKAGA,), standing=Standing.LAPSED)
    assert says(verdict, ASHIKAGA) == ["existing-link"]
    assert says(verdict, SAPPORO) == []
    assert [each.slug for each in verdict.own] == ["own-standing"]
    assert found(*screening.BUILT_IN, standing=Standing.WAIVED).own == []


def test_a_finding_says_since_when_by_whose_word_and_that_it_is_an_example() -> None:
    """The case shows a date, the rule and its sentence; an example says that it is none of legal advice."""
    (texas,) = [
        each
        for each in screening.read_rules(screening.DATA / "rules.json")
        if each.slug == "texas-gov-code-795"
    ]
    houston = SPRINGFIELD.model_copy(update={"admin1": "TX"})
    (said,) = found(texas, seeker=houston).of(SUZHOU.geoname_id, "CN")
    assert said.about("Suzhou") == (
        "Since 1 September 2025, Texas Government Code ch. 795 bars Suzhou: Texas law forbids its cities to establish,"
        " maintain or renew a sister-city agreement with a community in China, Iran, North Korea or Russia. Example,"
        " not legal advice. (Tex. Gov't Code § 795.003, added by H.B. 128, 89th Leg., R.S. (2025), ch. 540, eff."
        " 1 September 2025)"
    )
    assert said.link.startswith("https://")
    (own,) = found(law()).of(TARTU.geoname_id, "EE")
    assert own.about("Tartu") == "A law bars Tartu: Illinois forbids it. (Chapter 1)"


@pytest.mark.parametrize(
    ("terms", "days", "effect"),
    [
        ({}, 0, RuleEffect.BLOCK),
        ({}, 1, RuleEffect.WARN),
        ({}, 180, RuleEffect.WARN),
        ({}, 181, None),
        ({"effect": RuleEffect.WARN}, 1, RuleEffect.WARN),
        ({"effect": RuleEffect.PREFER}, 1, None),
        ({"in_force_until": DAY}, 1, None),
        ({"states": ("TX",)}, 1, None),
    ],
)
def test_a_rule_is_told_half_a_year_before_it_begins(
    terms: dict[str, Any], days: int, effect: RuleEffect | None
) -> None:
    """As a warning that names the day, of what it will bar; a preference, a rule retired before and others' are not."""
    verdict = found(law(in_force_from=DAY + timedelta(days=days), **terms))
    said = verdict.of(TARTU.geoname_id, "EE")
    assert [each.effect for each in said] == [effect] * bool(effect)
    assert (verdict.barrier(TARTU) is not None) == (effect is RuleEffect.BLOCK)
    is_told = effect is not None and days > 0
    assert [each.is_upcoming for each in said if days] == [True] * is_told
    assert not is_told or verdict.effects([TARTU], "a-law") == {}


def test_what_begins_soon_is_told_with_its_day() -> None:
    """The day stands in the sentence, since when it binds in `since`."""
    (said,) = found(law(in_force_from=DAY + timedelta(days=1))).of(TARTU.geoname_id, "EE")
    assert said.sentence == "From 4 March 2027: Illinois forbids it."
    assert said.since == DAY + timedelta(days=1)
    assert said.about("Tartu") == (
        "A law warns of Tartu: From 4 March 2027: Illinois forbids it. (Chapter 1)"
    )


# Gates before every choice.


def _select(*cities: Place) -> Callable[[ResearchFile, Verdicts], object]:
    return lambda file, verdict: file.select_shortlist(
        ADMINISTRATOR, cities, Standing.GOOD, partners=NO_PARTNERS, verdicts=verdict, at=LATER
    )


def _ask(file: ResearchFile, city: Place, verdict: Verdicts) -> None:
    file.express_interest(
        ADMINISTRATOR,
        listed(city),
        Standing.GOOD,
        partners=NO_PARTNERS,
        verdicts=verdict,
        at=LATER,
    )


GATES: dict[str, tuple[Callable[[], ResearchFile], Callable[[ResearchFile, Verdicts], object]]] = {
    "add a prospect": (
        debriefed,
        lambda file, v: file.add_prospect(TARTU, is_partner=False, verdicts=v, at=LATER),
    ),
    "propose": (proposed, lambda file, v: file.propose(None, LATER, v)),
    "choose": (proposed, _select(ASHIKAGA, COIMBRA, TARTU)),
    "express interest": (debriefed, lambda file, v: _ask(file, TARTU, v)),
}


@pytest.mark.parametrize("gate", GATES)
def test_a_blocked_city_passes_no_gate(gate: str) -> None:
    """Adding, proposing, choosing and interest are refused with rule, citation and what to do; other cities pass."""
    state, act = GATES[gate]
    file = state()
    before = len(file.pending_events)
    with pytest.raises(no.BarredByRule) as refused:
        act(file, found(law(is_example=True)))
    assert refused.value.sentence == (
        "Tartu cannot become a partner as the rules stand: Illinois forbids it. Example, not legal advice."
        " (A law: Chapter 1)"
    )
    assert "city attorney" in refused.value.next_step
    assert len(file.pending_events) == before
    act(file, found(law(countries=("MX",))))
    assert len(file.pending_events) > before


def test_staff_are_not_told_to_ask_staff() -> None:
    """Where others are sent to staff, staff are told what they can do themselves; some refusals meet members alone."""
    members_alone = {no.NothingProposed, no.NotProposed, no.NotShown}
    refusals = [each for each in vars(no).values() if isinstance(each, type)]
    sent = {each for each in refusals if issubclass(each, Refusal) and "staff" in each.next_step}
    assert sent >= members_alone | {no.BarredByRule, no.ShortlistStands}
    for each in sent - members_alone:
        assert each.for_staff
        assert "staff" not in each.for_staff


def test_a_named_city_that_is_blocked_stays_away_from_outreach() -> None:
    """B8: nobody can be refused what was heard; the barred city is given back, the others go to outreach."""
    file = debriefed()
    barred = file.name_cities(
        [TARTU, COIMBRA], partners=NO_PARTNERS, verdicts=found(law()), at=LATER
    )
    assert barred == (TARTU,)
    assert list(file.open_pairs) == [COIMBRA.community_id]


def test_what_a_pair_has_signed_does_not_bar_that_pair() -> None:
    """A policy of one partner for each country does not turn on the partner itself, chosen again after a reopening."""
    file = proposed()
    policy = law("one-each", bars=RuleBars.SECOND_IN_COUNTRY)
    _select(ASHIKAGA, COIMBRA, TARTU)(file, found(policy, partners=(ASHIKAGA,)))
    assert len(file.shortlist) == 3


def _terms() -> st.SearchStrategy[Terms]:
    days = st.none() | st.sampled_from([DAY + timedelta(days=n) for n in (-2, -1, 0, 1, 2)])
    facts = st.fixed_dictionaries(
        {
            "states": st.sampled_from([(), ("IL",), ("TX",), ("IL", "TX")]),
            "communities": st.sampled_from([(), (SPRINGFIELD.geoname_id,), (PEORIA.geoname_id,)]),
            "countries": st.lists(st.sampled_from(COUNTRIES), max_size=4).map(tuple),
            "bars": st.sampled_from([RuleBars.COUNTRIES, RuleBars.SECOND_IN_COUNTRY]),
            "effect": st.sampled_from(list(RuleEffect)),
            "in_force_from": days,
            "in_force_until": days,
        }
    )
    return facts.map(lambda given: law().model_copy(update=dict(given)))


def _is_barred(city: Place, rules: list[Terms], partners: list[Place]) -> bool:
    """Said once more, in other words than the code's."""
    for rule in rules:
        nobody_named = not rule.states and not rule.communities
        is_ours = nobody_named or "IL" in rule.states or 4250542 in rule.communities
        is_today = (rule.in_force_from or date.min) <= DAY <= (rule.in_force_until or date.max)
        if rule.bars is RuleBars.COUNTRIES:
            is_meant = city.country in rule.countries
        else:
            is_meant = (
                any(
                    each.country == city.country and each.geoname_id != city.geoname_id
                    for each in partners
                )
                and city not in partners
            )
        if is_ours and is_today and is_meant and rule.effect is RuleEffect.BLOCK:
            return True
    return False


POOL = (*PROPOSED, GDANSK, MORELIA, SUZHOU, SAPPORO)


@given(
    st.lists(_terms(), max_size=5),
    st.lists(st.sampled_from(POOL), unique=True, max_size=3),
    st.lists(st.sampled_from(POOL), unique=True, min_size=3, max_size=10),
    st.lists(st.sampled_from(POOL), unique=True, max_size=2),
)
def test_no_blocked_city_reaches_a_shortlist(
    rules: list[Terms], partners: list[Place], cities: list[Place], named: list[Place]
) -> None:
    """Whatever rules there are: of the cities tried, a barred one is no prospect, no choice, no interest, no pair."""
    verdict = found(*rules, partners=tuple(partners))
    free = [city for city in cities if not _is_barred(city, rules, partners)]
    file = debriefed()
    for city in cities:
        with suppress(Refusal):
            file.add_prospect(city, is_partner=False, verdicts=verdict, at=LATER)
    assert set(file.prospects) == {city.geoname_id for city in free}
    for act in (lambda f, v: f.propose(None, LATER, v), _select(*cities[:5]), _select(*free[:5])):
        with suppress(Refusal):
            act(file, verdict)
    file.name_cities(named, partners=NO_PARTNERS, verdicts=verdict, at=LATER)
    for city in cities:
        with suppress(Refusal):
            _ask(file, city, verdict)
    chosen = [*map(_in_pool, file.shortlist), *file.open_pairs.values()]
    assert not [city.name for city in chosen if _is_barred(city, rules, partners)]
    if len(free) >= 3:
        assert len(file.shortlist) == len(free[:5])


def _in_pool(geoname_id: int) -> Place:
    return next(city for city in POOL if city.geoname_id == geoname_id)


# A rule's life.


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"states": ("ZZ",)}, no.UnknownState),
        ({"states": ()}, no.NobodyBound),
        ({"kind": RuleKind.COUNCIL_POLICY}, no.NobodyBound),
        ({"citation": "  "}, no.NoCitation),
        ({"countries": ("UK",)}, no.UnknownCountry),
        ({"countries": ("US",)}, no.UnknownCountry),
        ({"countries": ("PR",)}, no.UnknownCountry),
        ({"countries": ()}, no.NoCountries),
        ({"bars": RuleBars.SECOND_IN_COUNTRY, "countries": ("EE",)}, no.CountriesNotMeant),
        ({"in_force_from": DAY, "in_force_until": DAY - timedelta(days=1)}, no.EndsBeforeItBegins),
        (
            {"bars": RuleBars.SECOND_IN_COUNTRY, "effect": RuleEffect.PREFER},
            no.OnlyCountriesPreferred,
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    terms: dict[str, Any], refusal: type[Refusal]
) -> None:
    """Each mistake that staff can make in a rule has its sentence and its next step."""
    with pytest.raises(refusal) as refused:
        check_terms(law(**terms), (*COUNTRIES, "US", "PR"))
    assert refused.value.next_step


def _adopted(**terms: Any) -> Rule:
    return Rule.adopt(law(**terms), COUNTRIES, AT)


def test_adopting_twice_is_one_rule_and_the_same_again_no_news() -> None:
    """A rule's id comes from its slug; the same words, in whatever order, record nothing."""
    rule = _adopted(countries=("EE", "PL"))
    assert rule.id == _adopted().id
    before = len(rule.pending_events)
    rule.import_again(law(countries=("PL", "EE", "PL")), COUNTRIES, LATER)
    rule.change(law(countries=("PL", "EE")), COUNTRIES, LATER)
    assert len(rule.pending_events) == before
    rule.change(law(countries=("PL",)), COUNTRIES, LATER)
    assert rule.terms.countries == ("PL",)
    with pytest.raises(no.SlugStays):
        rule.change(law("another"), COUNTRIES, LATER)


def test_a_retired_rule_binds_nobody_from_that_day_on_and_no_file_brings_it_back() -> None:
    """Its day can be corrected; a change of its own puts it in force again."""
    rule = _adopted()
    rule.retire(DAY + timedelta(days=9), LATER)
    rule.retire(DAY + timedelta(days=5), LATER)
    last = DAY + timedelta(days=4)
    assert rule.effective.is_in_force(last)
    assert not rule.effective.is_in_force(last + timedelta(days=1))
    rule.import_again(law(), COUNTRIES, LATER)
    with pytest.raises(no.RuleRetired):
        rule.import_again(law(title="Another title"), COUNTRIES, LATER)
    rule.change(law(), COUNTRIES, LATER)
    assert rule.effective.is_in_force(DAY + timedelta(days=99))


def test_time_asks_for_the_days_on_which_a_rule_begins_and_ends() -> None:
    """Each day of a rule is a deadline once, at midnight UTC; one that lies in the past asks for nothing."""
    first, last = DAY + timedelta(days=10), DAY + timedelta(days=20)
    rule = _adopted(in_force_from=first, in_force_until=last)
    rule.check_cases(None, AT)
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    assert rule.deadlines() == {"rule_date": begins}
    rule.reach_date(begins - timedelta(seconds=1))
    assert rule.deadlines() == {"rule_date": begins}
    rule.reach_date(begins)
    assert rule.deadlines() == {"check_cases": begins, "rule_date": ends}
    rule.check_cases(CASE, begins)
    assert rule.last_case_id == CASE
    rule.check_cases(None, begins)
    rule.reach_date(ends)
    rule.check_cases(None, ends)
    assert rule.deadlines() == {}
    assert _adopted(in_force_from=date(2001, 11, 7)).deadlines() == {"check_cases": AT}


def test_a_rule_retired_before_it_begins_never_was_in_force() -> None:
    """It binds nobody on any day, asks time for nothing, says that it is void, and is told so; a later day mends it."""
    first = DAY + timedelta(days=10)
    rule = _adopted(in_force_from=first)
    rule.check_cases(None, AT)
    rule.retire(first, LATER)
    rule.check_cases(None, LATER)
    void = rule.effective
    assert void.is_void
    assert not any(void.is_in_force(first + timedelta(days=n)) for n in (-1, 0, 1))
    assert rule.deadlines() == {}
    told = outbox.translate(rule.pending_events[-2])
    assert told is not None
    assert "never comes into force" in sentence(told, str)
    rule.retire(first + timedelta(days=1), LATER)
    mended = rule.effective
    assert mended.is_in_force(first)
    assert not mended.is_void


def _recheck(
    known: Screening, before: dict[int, RuleEffect], now: dict[int, RuleEffect]
) -> list[str]:
    count = len(known.pending_events)
    known.recheck(
        Cited(slug="a-law"),
        community_id=SPRINGFIELD.community_id,
        before=before,
        now=now,
        live=LiveCities([place(number, "A city", "EE") for number in (1, 2, 3)]),
        at=LATER,
    )
    return [type(each).__name__ for each in known.pending_events[count:]]


def test_only_a_change_for_a_case_is_recorded() -> None:
    """The same finding again is no news; what was recorded of a city counts for more than what the rule said before."""
    known = Screening(case_id=CASE, at=AT)
    block, warn = RuleEffect.BLOCK, RuleEffect.WARN
    assert _recheck(known, {}, {}) == []
    assert _recheck(known, {1: block}, {1: block}) == []
    assert _recheck(known, {}, {1: block, 2: warn}) == ["CaseRechecked"]
    assert (known.with_effect(block), known.with_effect(warn)) == ([1], [2])
    assert _recheck(known, {}, {1: block, 2: warn}) == []
    # Changed back before the pass was through: the cases that it had come to are told so.
    assert _recheck(known, {}, {}) == ["CaseRechecked"]
    assert known.with_effect(block) == []
    assert _recheck(known, {1: block}, {}) == []


# The files that are shipped.


def test_every_shipped_example_says_that_it_is_one() -> None:
    """Marked as an example, with citation, link and the day of checking; what is not confirmed says so."""
    shipped = screening.read_rules(screening.DATA / "rules.json")
    assert {each.slug for each in shipped} >= {
        "texas-gov-code-795",
        "indiana-hea-1120-2024",
        "arkansas-code-14-1-116",
        "portland-or-one-per-country",
    }
    for each in shipped:
        assert each.is_example
        assert each.note.startswith(EXAMPLE)
        assert "To be checked:" in each.note
        assert each.citation
        assert each.link
        assert each.checked_on
        assert each.in_force_from


def test_the_built_in_rules_are_no_examples() -> None:
    """The programme's own rules bind everyone, have no dates, and are kept apart from what staff import."""
    shipped = {each.slug for each in screening.read_rules(screening.DATA / "rules.json")}
    for each in screening.BUILT_IN:
        assert not each.is_example
        assert not each.states + each.communities
        assert each.slug not in shipped


# On a real database.


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def matching(platform: Platform, clock: Clock) -> Iterator[Matching]:
    with matching_alone(platform, "matching_gates", clock) as service:
        yield service


@pytest.fixture
def town(matching: Matching, clock: Clock) -> Place:
    """A member of its own for each test, in a state of its own, so that no rule meets another test's cases."""
    return SPRINGFIELD.model_copy(update={"geoname_id": a_place().geoname_id})


def a_case(matching: Matching, town: Place, *cities: Place, **facts: Any) -> UUID:
    case_id = uuid4()
    facts |= {"case_id": case_id, "community_id": town.community_id, "place": town}
    facts.setdefault("named_cities", ())
    hear(matching, "intake.CitySeekingRequested.v1", **facts)
    hear(matching, "intake.DebriefCompleted.v1", case_id=case_id, community_id=town.community_id)
    for city in cities:
        matching.add_prospect(case_id, city.geoname_id, "", STAFF)
    return case_id


def for_town(town: Place, slug: str = "", **terms: Any) -> Terms:
    slug = slug or f"for-{town.geoname_id}"
    return law(slug, **{"states": (), "communities": (town.geoname_id,)} | terms)


def amend(matching: Matching, case_id: UUID, *named: Place, **facts: Any) -> None:
    facts |= {"case_id": case_id, "community_id": matching.case(case_id).community_id}
    hear(matching, "intake.CitySeekingAmended.v1", named_cities=named, **facts)


def administrator_of(town: Place) -> Caller:
    return Caller("ann", Role.ADMINISTRATOR, community_id=town.community_id)


def rechecked(matching: Matching, case_id: UUID) -> list[tuple[list[int], list[int]]]:
    """What each CaseRechecked of the case said: blocked, warned."""
    known = matching.rows(
        "SELECT convert_from(state, 'utf8')::json AS state FROM events WHERE originator_id = %(id)s"
        " AND topic = 'matching.Screening.CaseRechecked' ORDER BY originator_version",
        id=screening_id(case_id),
    )
    return [(each["state"]["blocked"], each["state"]["warned"]) for each in known]


def test_a_file_imported_twice_records_nothing_twice(matching: Matching, town: Place) -> None:
    """The shipped file comes in whole, and again as no news; a mistake in one rule keeps all of them out."""
    shipped = screening.read_rules(screening.DATA / "rules.json")
    first = screening.import_rules(matching, shipped)
    assert (first.adopted, first.changed, first.unchanged) == (len(shipped), 0, 0)
    count = len(matching.rows("SELECT 1 FROM events"))
    again = screening.import_rules(matching, shipped)
    assert (again.adopted, again.changed, again.unchanged) == (0, 0, len(shipped))
    assert len(matching.rows("SELECT 1 FROM events")) == count
    good, bad = for_town(town), for_town(town, "bad", countries=("QQ",))
    with pytest.raises(no.UnknownCountry):
        screening.import_rules(matching, [good, bad])
    with pytest.raises(no.SlugRepeated):
        screening.import_rules(matching, [good, good])
    with pytest.raises(no.RuleBuiltIn):
        screening.import_rules(matching, [good, law("existing-link")])
    assert len(matching.rows("SELECT 1 FROM events")) == count
    corrected = shipped[0].model_copy(update={"title": "Texas"})
    assert screening.import_rules(matching, [corrected, *shipped[1:]]).changed == 1
    screening.import_rules(matching, shipped)


def test_a_law_of_texas_binds_texas(matching: Matching, town: Place) -> None:
    """The example of Texas keeps a Texan member from Suzhou, and leaves a member in Illinois free."""
    screening.import_rules(matching, screening.read_rules(screening.DATA / "rules.json"))
    texan = town.model_copy(update={"admin1": "TX"})
    with pytest.raises(no.BarredByRule, match="Example, not legal advice"):
        a_case(matching, texan, SUZHOU)
    free = a_case(matching, SPRINGFIELD.model_copy(update={"geoname_id": PEORIA.geoname_id}))
    matching.add_prospect(free, SUZHOU.geoname_id, "", STAFF)


def test_a_rule_that_comes_later_is_held_against_the_open_cases(
    matching: Matching, town: Place
) -> None:
    """Adopted, made a warning, retired: each time the case says so; a case without such a city says nothing."""
    case_id, other = a_case(matching, town, TARTU, COIMBRA), a_case(matching, town, FULDA)
    screening.import_rules(matching, [for_town(town)])
    let_time_work(matching)
    screening.change_rule(matching, for_town(town).slug, for_town(town, effect=RuleEffect.WARN))
    let_time_work(matching)
    screening.retire_rule(matching, for_town(town).slug, matching.clock().date())
    let_time_work(matching)
    tartu = [TARTU.geoname_id]
    assert rechecked(matching, case_id) == [(tartu, []), ([], tartu), ([], [])]
    assert rechecked(matching, other) == []
    screening.import_rules(matching, [for_town(town, effect=RuleEffect.WARN)])
    let_time_work(matching)
    assert len(rechecked(matching, case_id)) == 3


def test_other_words_alone_are_no_news_for_a_case(matching: Matching, town: Place) -> None:
    """A city that was added under a warning is told of when the rule bars it, not when its title is corrected."""
    warning = for_town(town, effect=RuleEffect.WARN)
    screening.import_rules(matching, [warning])
    let_time_work(matching)
    case_id = a_case(matching, town, TARTU)
    for terms in (
        for_town(town, effect=RuleEffect.WARN, title="A better title"),
        for_town(town, title="A better title"),
    ):
        before = rechecked(matching, case_id)
        assert before == []
        screening.change_rule(matching, warning.slug, terms)
        let_time_work(matching)
    assert rechecked(matching, case_id) == [([TARTU.geoname_id], [])]


def test_a_city_barred_meanwhile_goes_no_further(matching: Matching, town: Place) -> None:
    """Proposed before the law, chosen after it: refused, and the case names the rule, the city and the day."""
    case_id = a_case(matching, town, TARTU, COIMBRA, FULDA, PIRAN)
    matching.propose(case_id, None)
    screening.import_rules(matching, [for_town(town, in_force_from=DAY)])
    administrator = Caller("ann", Role.ADMINISTRATOR, community_id=town.community_id)
    ids = [city.geoname_id for city in (TARTU, COIMBRA, FULDA)]
    with pytest.raises(no.BarredByRule):
        matching.select_shortlist(case_id, ids, administrator)
    (told,) = screening.findings(matching, matching.case(case_id), for_staff=False)
    assert told.is_blocked
    assert [each.text for each in told.said] == [
        "Since 3 March 2027, A law bars Tartu: Illinois forbids it. (Chapter 1)"
    ]
    ids[0] = PIRAN.geoname_id
    matching.select_shortlist(case_id, ids, administrator)


def test_whom_a_rule_bound_before_is_told_too(matching: Matching, town: Place) -> None:
    """A rule that passes from one community to another clears the cases of the first, and bars those of the second."""
    other = town.model_copy(update={"geoname_id": a_place().geoname_id})
    cases = [a_case(matching, each, TARTU) for each in (town, other)]
    first = for_town(town)
    for terms in (first, first.model_copy(update={"communities": (other.geoname_id,)})):
        screening.import_rules(matching, [terms])
        let_time_work(matching)
    barred, cleared = ([TARTU.geoname_id], list[int]()), (list[int](), list[int]())
    assert [rechecked(matching, each) for each in cases] == [[barred, cleared], [barred]]


def test_hundreds_of_cases_are_checked_in_batches(
    matching: Matching, town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass records how far it has come with what it found, goes on behind it, and asks only whom the rule binds."""
    monkeypatch.setattr(screening, "BATCH", 2)
    cases = [a_case(matching, town, TARTU) for _ in range(5)]
    screening.import_rules(matching, [for_town(town)])
    rule_id = Rule.create_id(for_town(town).slug)
    screening.on_deadline(matching, "check_cases", rule_id, matching.clock())
    assert sum(map(len, (rechecked(matching, each) for each in cases))) == 2
    let_time_work(matching)
    assert [rechecked(matching, each) for each in cases] == [[([TARTU.geoname_id], [])]] * 5
    rule = matching.load(Rule, rule_id)
    passes = matching.rows(
        "SELECT 1 FROM events WHERE originator_id = %(id)s AND topic LIKE '%%.CasesChecked'",
        id=rule_id,
    )
    assert (rule.deadlines(), len(passes)) == ({}, 3)


def test_a_rule_begins_and_ends_by_itself(matching: Matching, clock: Clock, town: Place) -> None:
    """On its first day, and on the day after its last, the open cases are held against it without anybody's doing."""
    case_id = a_case(matching, town, TARTU)
    first, last = DAY + timedelta(days=30), DAY + timedelta(days=40)
    screening.import_rules(matching, [for_town(town, in_force_from=first, in_force_until=last)])
    let_time_work(matching)
    assert rechecked(matching, case_id) == []
    started, counts = clock.now, []
    for days in (29, 30, 40, 41):
        clock.now = started + timedelta(days=days)
        let_time_work(matching)
        counts.append(rechecked(matching, case_id)[-1:])
    clock.now = started
    tartu = [TARTU.geoname_id]
    assert counts == [[], [(tartu, [])], [(tartu, [])], [([], [])]]


def test_a_named_city_is_held_and_let_go(matching: Matching, town: Place) -> None:
    """B8: held back and shown to staff while a rule bars it; sent to outreach by itself once no rule does."""
    screening.import_rules(matching, [for_town(town)])
    let_time_work(matching)
    case_id = a_case(matching, town, named_cities=(TARTU, COIMBRA))
    assert list(matching.case(case_id).open_pairs) == [COIMBRA.community_id]
    assert rechecked(matching, case_id) == [([TARTU.geoname_id], [])]
    (told,) = screening.findings(matching, matching.case(case_id), for_staff=True)
    assert told.is_held
    hear(
        matching,
        "intake.CitySeekingAmended.v1",
        case_id=case_id,
        community_id=town.community_id,
        named_cities=(TARTU, COIMBRA),
    )
    assert matching.load(Screening, screening_id(case_id)).version == 3
    screening.retire_rule(matching, for_town(town).slug, matching.clock().date())
    let_time_work(matching)
    assert TARTU.community_id in matching.case(case_id).open_pairs
    assert matching.load(Screening, screening_id(case_id)).held == {}


def test_a_second_partner_in_a_country_is_barred_by_the_councils_policy(
    matching: Matching, town: Place
) -> None:
    """The partners that outreach tells of are counted; where the partnership has ended the country is free again."""
    policy = for_town(town, kind=RuleKind.COUNCIL_POLICY, bars=RuleBars.SECOND_IN_COUNTRY)
    screening.import_rules(matching, [policy])
    partnership = uuid4()
    hear(
        matching,
        "outreach.PartnershipFormed.v1",
        partnership_id=partnership,
        community_id=town.community_id,
        listing_id=None,
    )
    with matching.transaction() as curs:
        curs.execute(
            "UPDATE partnerships SET foreign_place = NULL"
        )  # as it was told in former times
    case_id = a_case(matching, town)
    with pytest.raises(no.BarredByRule):
        matching.add_prospect(case_id, SAPPORO.geoname_id, "", STAFF)
    hear(matching, "outreach.PartnershipEnded.v1", partnership_id=partnership)
    matching.add_prospect(case_id, SAPPORO.geoname_id, "", STAFF)


def one_each(town: Place, **terms: Any) -> Terms:
    return for_town(town, kind=RuleKind.COUNCIL_POLICY, bars=RuleBars.SECOND_IN_COUNTRY, **terms)


def partners_in(matching: Matching, town: Place, city: Place) -> UUID:
    """A sister city of the member, told by outreach; answers with the partnership's id."""
    partnership_id = uuid4()
    hear(
        matching,
        "outreach.PartnershipFormed.v1",
        partnership_id=partnership_id,
        community_id=town.community_id,
        foreign_community_id=city.community_id,
        foreign_place=city,
        listing_id=None,
    )
    return partnership_id


ENDS: dict[str, dict[str, Any]] = {
    "outreach.PartnershipEnded.v1": {},
    "outreach.PartnershipRetracted.v1": {},
    "outreach.PartnershipCorrected.v1": {"is_active": False},
}


@pytest.mark.parametrize("subject", ENDS)
def test_a_named_city_goes_out_when_the_partnership_that_barred_it_is_no_more(
    matching: Matching, town: Place, subject: str
) -> None:
    """B8: held by a policy of one partner for each country, and let go with the fact itself; again is no news."""
    screening.import_rules(matching, [one_each(town)])
    partnership_id = partners_in(matching, town, ASHIKAGA)
    case_id = a_case(matching, town, named_cities=(SAPPORO,))
    assert matching.case(case_id).open_pairs == {}
    for _ in range(2):
        hear(matching, subject, partnership_id=partnership_id, **ENDS[subject])
        assert list(matching.case(case_id).open_pairs.values()) == [SAPPORO]
    assert rechecked(matching, case_id) == [([SAPPORO.geoname_id], []), ([], [])]
    assert matching.load(Screening, screening_id(case_id)).held == {}


def test_a_case_says_so_when_a_partnership_bars_its_cities(matching: Matching, town: Place) -> None:
    """A second city in the country of a new partner is barred from that moment on, and others stay as they are."""
    screening.import_rules(matching, [one_each(town)])
    case_id = a_case(matching, town, SAPPORO, COIMBRA)
    partners_in(matching, town, ASHIKAGA)
    assert rechecked(matching, case_id) == [([SAPPORO.geoname_id], [])]
    assert matching.case(case_id).barred == {SAPPORO.geoname_id}


def test_a_named_sister_city_is_told_of_and_taken_up_once_it_is_named_again(
    matching: Matching, town: Place
) -> None:
    """B8: passed over while it is a partner, but kept as named and shown as blocked by the link; when the link is gone
    nobody writes to it by themselves, nor when another wish is changed: it is taken out and named again."""
    link = partners_in(matching, town, ASHIKAGA)
    case_id = a_case(matching, town, named_cities=(ASHIKAGA, COIMBRA))
    file = matching.case(case_id)
    assert list(file.asked_for) == [COIMBRA.geoname_id, ASHIKAGA.geoname_id]
    assert list(file.open_pairs.values()) == [COIMBRA]
    (told,) = screening.findings(matching, file, for_staff=False)
    assert (told.place, told.is_blocked) == (ASHIKAGA, True)
    assert [each.finding.slug for each in told.said] == ["existing-link"]
    hear(matching, "outreach.PartnershipRetracted.v1", partnership_id=link)
    assert list(matching.case(case_id).open_pairs.values()) == [COIMBRA]
    assert screening.findings(matching, matching.case(case_id), for_staff=False) == []
    pairs = [COIMBRA]
    for wishes, goes_out in (
        ((ASHIKAGA, COIMBRA), []),
        ((ASHIKAGA, COIMBRA, TARTU), [TARTU]),
        ((COIMBRA, TARTU), []),
        ((COIMBRA, TARTU, ASHIKAGA), [ASHIKAGA]),
    ):
        amend(matching, case_id, *wishes, preferences=HOPES.model_copy(update={"themes": ()}))
        pairs += goes_out
        assert list(matching.case(case_id).open_pairs.values()) == pairs


def test_staff_may_take_up_a_former_sister_city(matching: Matching, town: Place) -> None:
    """Once the link has ended it is a city like others, on the list of prospects, and then on the shortlist."""
    link = partners_in(matching, town, ASHIKAGA)
    case_id = a_case(matching, town, COIMBRA, FULDA, named_cities=(ASHIKAGA,))
    with pytest.raises(no.AlreadyPartners):
        matching.add_prospect(case_id, ASHIKAGA.geoname_id, "", STAFF)
    hear(matching, "outreach.PartnershipEnded.v1", partnership_id=link)
    matching.add_prospect(case_id, ASHIKAGA.geoname_id, "", STAFF)
    matching.propose(case_id, None)
    choices = [city.geoname_id for city in (ASHIKAGA, COIMBRA, FULDA)]
    matching.select_shortlist(case_id, choices, administrator_of(town))
    assert ASHIKAGA.community_id in matching.case(case_id).open_pairs


def test_what_is_heard_twice_is_done_once(matching: Matching, town: Place) -> None:
    """A request, an amendment, a partnership and a merge that come a second time record nothing."""
    screening.import_rules(matching, [one_each(town)])
    case_id, link = uuid4(), uuid4()
    member = {"community_id": town.community_id}
    wishes = {**member, "case_id": case_id, "place": town}
    other = {"community_id": a_place().community_id, "into_community_id": town.community_id}
    formed = {**member, "partnership_id": link, "foreign_place": ASHIKAGA, "listing_id": None}
    formed["foreign_community_id"] = ASHIKAGA.community_id
    for subject, facts in (
        ("intake.CitySeekingRequested.v1", wishes | {"named_cities": (COIMBRA,)}),
        ("outreach.PartnershipFormed.v1", formed),
        ("intake.CitySeekingAmended.v1", wishes | {"named_cities": (COIMBRA, SAPPORO)}),
        ("intake.CommunitiesMerged.v1", other),
        ("outreach.PartnershipEnded.v1", {"partnership_id": link}),
    ):
        hear(matching, subject, **facts)
        known = matching.rows("SELECT count(*) AS events FROM events")
        hear(matching, subject, **facts)
        assert matching.rows("SELECT count(*) AS events FROM events") == known
    assert rechecked(matching, case_id) == [([SAPPORO.geoname_id], []), ([], [])]
    assert list(matching.case(case_id).open_pairs.values()) == [COIMBRA, SAPPORO]


def test_a_member_whose_standing_is_renewed_chooses_again(matching: Matching, town: Place) -> None:
    """While its dues have lapsed the case says so and nothing is chosen; renewed, everything is as it was."""
    case_id = a_case(matching, town, TARTU, COIMBRA, FULDA)
    matching.propose(case_id, None)
    ids = [city.geoname_id for city in (TARTU, COIMBRA, FULDA)]
    member = {"community_id": town.community_id}
    for _ in range(2):
        hear(matching, STANDING, **member, standing=Standing.LAPSED)
    assert matching.verdicts(matching.case(case_id)).own
    with pytest.raises(no.NotInGoodStanding):
        matching.select_shortlist(case_id, ids, administrator_of(town))
    for _ in range(2):
        hear(matching, STANDING, **member, standing=Standing.GOOD)
    assert matching.verdicts(matching.case(case_id)).own == []
    matching.select_shortlist(case_id, ids, administrator_of(town))


# Two that act at once.


def meanwhile(
    matching: Matching, monkeypatch: pytest.MonkeyPatch, read: str, act: Callable[[], object]
) -> Callable[[], None]:
    """Once `read` has been read `act` begins in a thread; what reads goes on when that is done, or has to wait.

    To be called afterwards: it waits for the thread, and raises what went wrong there.
    """
    reads, pool, begun = getattr(matching, read), ThreadPoolExecutor(1), list[Future[object]]()

    def read_and_wait(*args: Any, **more: Any) -> Any:
        found = reads(*args, **more)
        if not begun:
            begun.append(pool.submit(act))
            while not begun[0].done() and not matching.rows(WAITING):
                time.sleep(0.01)
        return found

    monkeypatch.setattr(matching, read, read_and_wait)

    def end() -> None:
        begun[0].result()
        pool.shutdown()

    return end


WAITING = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def test_a_city_named_while_its_barrier_falls_goes_out(
    matching: Matching, town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wish is heard from intake and the end of the partnership from outreach, side by side: nothing stays held."""
    screening.import_rules(matching, [one_each(town)])
    link = partners_in(matching, town, ASHIKAGA)
    case_id = a_case(matching, town)
    gone = {"partnership_id": link}
    end = meanwhile(
        matching,
        monkeypatch,
        "verdicts",
        lambda: hear(matching, "outreach.PartnershipEnded.v1", **gone),
    )
    amend(matching, case_id, SAPPORO)
    end()
    assert list(matching.case(case_id).open_pairs.values()) == [SAPPORO]
    assert matching.load(Screening, screening_id(case_id)).held == {}


def test_a_city_named_while_a_partnership_bars_it_is_held(
    matching: Matching, town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the other way round: what a new partner bars does not go out beside the news of it."""
    screening.import_rules(matching, [one_each(town)])
    case_id = a_case(matching, town)
    end = meanwhile(matching, monkeypatch, "partners", lambda: amend(matching, case_id, SAPPORO))
    partners_in(matching, town, ASHIKAGA)
    end()
    assert matching.case(case_id).open_pairs == {}
    assert list(matching.load(Screening, screening_id(case_id)).held) == [SAPPORO.geoname_id]


def test_a_choice_made_beside_a_new_partnership_is_refused(
    matching: Matching, town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that chooses while its partnership is being recorded is told of it."""
    case_id = a_case(matching, town, ASHIKAGA, COIMBRA, FULDA)
    matching.propose(case_id, None)
    ids = [city.geoname_id for city in (ASHIKAGA, COIMBRA, FULDA)]
    end = meanwhile(
        matching,
        monkeypatch,
        "partners",
        lambda: matching.select_shortlist(case_id, ids, administrator_of(town)),
    )
    partners_in(matching, town, ASHIKAGA)
    with pytest.raises(no.AlreadyPartners):
        end()


def test_many_turns_at_once_all_come_to_an_end(matching: Matching, town: Place) -> None:
    """More callers than there are connections: each has its turn, for one member or for two in either order."""
    ids = [town.community_id, a_place().community_id]
    ran: list[int] = []

    def take(number: int) -> None:
        with matching.one_at_a_time(*ids[:: -1 if number % 2 else 1]):
            before = len(ran)
            matching.rows("SELECT 1")
            assert len(ran) == before
            ran.append(number)

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(take, range(60)))
    assert sorted(ran) == list(range(60))


# Merged records.


def test_a_merge_is_held_against_the_open_cases_of_both_records(
    matching: Matching, town: Place
) -> None:
    """A partner that the other record brings bars a second city of its country: the case says so, and it is staff's
    turn; the case of the record that is gone comes under the rules of the one that remains."""
    screening.import_rules(matching, [one_each(town)])
    other = town.model_copy(update={"geoname_id": a_place().geoname_id})
    profile = {"community_id": town.community_id, "place": town}
    hear(matching, "intake.CommunityProfileUpdated.v1", **profile)
    partners_in(matching, other, ASHIKAGA)
    cases = [
        a_case(matching, town, SAPPORO, COIMBRA, FULDA),
        a_case(matching, other, SAPPORO, COIMBRA, FULDA),
    ]
    for case_id in cases:
        matching.propose(case_id, None)
    merge = {"community_id": other.community_id, "into_community_id": town.community_id}
    for _ in range(2):
        hear(matching, "intake.CommunitiesMerged.v1", **merge)
        for case_id in cases:
            file = matching.case(case_id)
            assert file.community_id == town.community_id
            assert (set(file.barred), file.step) == ({SAPPORO.geoname_id}, NextStep.RESEARCH)
            assert rechecked(matching, case_id) == [([SAPPORO.geoname_id], [])]


def test_a_prospect_that_is_a_partner_under_its_other_record_is_not_chosen(
    matching: Matching, town: Place
) -> None:
    """It is barred by record, as the choice would be refused: staff have the ball, and take it off before proposing."""
    case_id = a_case(matching, town, SAPPORO, COIMBRA, FULDA)
    matching.propose(case_id, None)
    older = place(2128296, "Sapporo", "JP")
    merge = {"community_id": older.community_id, "into_community_id": SAPPORO.community_id}
    hear(matching, "intake.CommunitiesMerged.v1", **merge)
    assert matching.case(case_id).step is NextStep.CHOOSE_SHORTLIST
    partners_in(matching, town, older)
    file = matching.case(case_id)
    assert (set(file.barred), file.step) == ({SAPPORO.geoname_id}, NextStep.RESEARCH)
    assert Way.PROPOSE not in ways_on(file, Role.STAFF)
    with pytest.raises(no.AlreadyPartners) as refused:
        matching.propose(case_id, None)
    assert "off the list" in refused.value.for_staff
    matching.remove_prospect(case_id, SAPPORO.geoname_id, "A partner.", STAFF)
    matching.add_prospect(case_id, PIRAN.geoname_id, "", STAFF)
    matching.propose(case_id, None)
    assert matching.case(case_id).step is NextStep.CHOOSE_SHORTLIST


def test_what_was_recorded_before_names_were_kept_still_counts() -> None:
    """An old stream holds no list of names: those that went to outreach are known from there; tried ones are not."""
    file = debriefed()
    file.name_cities([TARTU, COIMBRA], partners=NO_PARTNERS, at=LATER)
    assert file.in_mind == ()
    assert list(file.asked_for) == [TARTU.geoname_id, COIMBRA.geoname_id]
    file.lose_pair(TARTU.community_id, FailureReason.DECLINED, LATER)
    assert list(file.asked_for) == [COIMBRA.geoname_id]


def test_a_law_that_leaves_too_little_gives_the_ball_to_staff(
    matching: Matching, town: Place
) -> None:
    """Three proposed, one barred: two are no shortlist, so the case waits for research, and for the member once more
    when the law is gone."""
    case_id = a_case(matching, town, TARTU, COIMBRA, FULDA)
    matching.propose(case_id, None)
    administrator = Role.ADMINISTRATOR

    def stands() -> tuple[NextStep, Party, bool, bool]:
        file = matching.case(case_id)
        (row,) = matching.rows("SELECT step FROM research_files WHERE case_id = %(id)s", id=case_id)
        assert row["step"] == file.step
        ways = ways_on(file, administrator), ways_on(file, Role.STAFF)
        return file.step, file.holder, Way.SELECT_SHORTLIST in ways[0], Way.PROPOSE in ways[1]

    assert stands() == (NextStep.CHOOSE_SHORTLIST, Party.MEMBER, True, True)
    screening.import_rules(matching, [for_town(town)])
    let_time_work(matching)
    assert stands() == (NextStep.RESEARCH, Party.STAFF, False, False)
    assert list(matching.case(case_id).deadlines()) == ["unfinished_research"]
    screening.retire_rule(matching, for_town(town).slug, matching.clock().date())
    let_time_work(matching)
    assert stands() == (NextStep.CHOOSE_SHORTLIST, Party.MEMBER, True, True)


ORIGIN = {"originator_id": CASE, "originator_version": 2}


def test_a_recheck_speaks_of_the_rule_and_the_cities_by_name(
    matching: Matching, town: Place
) -> None:
    """Title, citation and names go out; a prospect that the member has not been shown is counted, and not named."""
    case_id = a_case(matching, town, TARTU, named_cities=(NARVA,))
    screening.import_rules(matching, [for_town(town)])
    let_time_work(matching)
    (said,) = matching.rows(
        "SELECT convert_from(state, 'utf8')::json AS state FROM events WHERE originator_id = %(id)s"
        " AND topic = 'matching.Screening.CaseRechecked'",
        id=screening_id(case_id),
    )
    event = outbox.translate(Screening.CaseRechecked.model_validate(said["state"] | ORIGIN))
    assert isinstance(event, CaseRechecked)
    assert sentence(event, lambda _: "Springfield") == (
        "In the search of Springfield, A law (Chapter 1) bars Narva and 1 more city."
    )
    assert (event.blocked, event.more_blocked) == ((NARVA.geoname_id,), 1)
    assert str(TARTU.geoname_id) not in event.model_dump_json()
    old = event.model_copy(update={"title": "", "citation": "", "cities": ()})
    assert sentence(old, lambda _: "Springfield") == (
        f"In the search of Springfield, the rule {for_town(town).slug} bars 2 cities."
    )


def test_a_recheck_of_thousands_of_cities_names_five() -> None:
    """What goes out stays far below the megabyte that NATS takes, and counts the others."""
    known = Screening(case_id=CASE, at=AT)
    cities = [place(number, "A city of some name", "EE") for number in range(1, 6001)]
    known.recheck(
        Cited(slug="a-law"),
        community_id=SPRINGFIELD.community_id,
        before={},
        now={city.geoname_id: RuleEffect.BLOCK for city in cities},
        live=LiveCities(cities, frozenset({6000})),
        at=LATER,
    )
    event = outbox.translate(known.pending_events[-1])
    assert isinstance(event, CaseRechecked)
    assert (len(event.blocked), event.more_blocked, len(event.cities)) == (5999, 1, 5)
    assert len(event.model_dump_json()) < 100_000
    assert sentence(event, str).endswith(", A city of some name and 5995 more cities.")


def test_a_city_that_the_member_knows_is_not_hidden_from_it(
    matching: Matching, town: Place
) -> None:
    """A prospect that was not proposed, but that the member named or finds among the listed cities, is told with its
    rule; staff's other finds are not."""
    case_id = a_case(matching, town, TARTU, NARVA, FULDA)
    screening.import_rules(matching, [for_town(town)])

    def told() -> list[str]:
        said = screening.findings(matching, matching.case(case_id), for_staff=False)
        return sorted(each.place.name for each in said)

    assert told() == []
    amend(matching, case_id, TARTU)
    assert told() == ["Tartu"]
    listing = {"listing_id": uuid4(), "community_id": NARVA.community_id, "place": NARVA}
    hear(matching, "intake.ForeignCityListed.v1", **listing)
    amend(matching, case_id, preferences=Preferences())
    assert told() == ["Narva"]
    hear(matching, "intake.ListingWithdrawn.v1", listing_id=listing["listing_id"])
    assert told() == ["Narva"]


def test_a_recheck_without_a_change_of_the_rule_says_what_is_true(
    matching: Matching, town: Place
) -> None:
    """A prospect was taken off: the law touches no city any more, and is called as it is called today."""
    case_id = a_case(matching, town, TARTU)
    screening.import_rules(matching, [for_town(town)])
    let_time_work(matching)
    screening.change_rule(matching, for_town(town).slug, for_town(town, title="The better law"))
    let_time_work(matching)
    matching.remove_prospect(case_id, TARTU.geoname_id, "The law.", STAFF)
    *_, last = matching.repository.event_store.get(screening_id(case_id))
    event = outbox.translate(last)
    assert isinstance(event, CaseRechecked)
    assert sentence(event, lambda _: "Springfield") == (
        "In the search of Springfield, The better law (Chapter 1) touches no city any more."
    )


def test_a_rule_that_was_stored_under_looser_patterns_still_binds(
    matching: Matching, town: Place
) -> None:
    """A vertical tab in its note or a DEL in its title keeps no gate from answering; no new rule may hold them."""
    old = for_town(town, title="A law\x7f", note="One\x0btwo\x1f")
    screening.import_rules(matching, [old])
    assert matching.load(Rule, Rule.create_id(old.slug)).terms == old
    case_id = a_case(matching, town, COIMBRA)
    with pytest.raises(no.BarredByRule):
        matching.add_prospect(case_id, TARTU.geoname_id, "", STAFF)
    let_time_work(matching)
    given = old.model_dump_json()
    with pytest.raises(ValidationError) as door:
        RuleForm.model_validate_json(given)
    with pytest.raises(ValidationError) as file:
        screening.RulesFile.model_validate_json(f'{{"rules": [{given}]}}')
    assert [[each["loc"][-1] for each in told.value.errors()] for told in (door, file)] == [
        ["title", "note"]
    ] * 2


def test_a_community_abroad_is_bound_by_no_rule(matching: Matching, town: Place) -> None:
    """Members are U.S. communities: a foreign one among those bound is a mistake, and is told by its name."""
    with pytest.raises(no.BoundAbroad, match="Tartu"):
        screening.import_rules(matching, [for_town(town, communities=(TARTU.geoname_id,))])


def test_a_recheck_tells_of_all_live_cities_and_of_no_others(
    matching: Matching, town: Place
) -> None:
    """A named city that is held joins those barred before; a prospect taken off the list is told of no more."""
    case_id = a_case(matching, town, TARTU, COIMBRA)
    screening.import_rules(matching, [for_town(town)])
    let_time_work(matching)
    amended = {"case_id": case_id, "community_id": town.community_id, "named_cities": (NARVA,)}
    hear(matching, "intake.CitySeekingAmended.v1", **amended)
    both = sorted([TARTU.geoname_id, NARVA.geoname_id])
    assert rechecked(matching, case_id) == [([TARTU.geoname_id], []), (both, [])]
    matching.remove_prospect(case_id, TARTU.geoname_id, "The law.", STAFF)
    matching.remove_prospect(case_id, COIMBRA.geoname_id, "No time.", STAFF)
    assert rechecked(matching, case_id)[2:] == [([NARVA.geoname_id], [])]
    known = matching.rows("SELECT blocked FROM screenings WHERE case_id = %(id)s", id=case_id)
    assert known[0]["blocked"] == [NARVA.geoname_id]
    hear(matching, "intake.CitySeekingAmended.v1", **amended | {"named_cities": ()})
    assert rechecked(matching, case_id)[3:] == [([], [])]


def a_listing(matching: Matching, city: Place) -> UUID:
    listing_id = uuid4()
    facts = {"listing_id": listing_id, "community_id": city.community_id, "place": city}
    hear(matching, "intake.ForeignCityListed.v1", **facts)
    return listing_id


def test_every_listed_city_that_the_case_shows_is_told_as_barred(
    matching: Matching, town: Place
) -> None:
    """Also one that talks with another city, has a partner, or is a prospect that nobody proposed yet."""
    cities = [LYNGBY, place(2001, "City 1", "DK"), place(2002, "City 2", "DK")]
    free, talking, partnered = [a_listing(matching, city) for city in cities]
    wished = Preferences(countries=("DK",))
    case_id = a_case(matching, town, preferences=wished)
    matching.add_prospect(case_id, LYNGBY.geoname_id, "", STAFF)
    assert {free, talking, partnered} <= set(matching.case(case_id).listings)
    hear(matching, "outreach.IntroductionArranged.v1", listing_id=talking)
    hear(matching, "outreach.PartnershipFormed.v1", partnership_id=uuid4(), listing_id=partnered)
    screening.import_rules(matching, [for_town(town, countries=("DK",))])
    for for_staff in (False, True):
        told = screening.findings(matching, matching.case(case_id), for_staff=for_staff)
        barred = [each.place.name for each in told if each.is_blocked]
        assert sorted(barred) == sorted(city.name for city in cities)


def test_a_rule_that_begins_soon_is_told_in_the_case_and_in_the_ranking(
    matching: Matching, clock: Clock, town: Place
) -> None:
    """It bars nothing before its day: the city is added and ranked with the warning; on its day it is barred."""
    day = clock.now.date()
    screening.import_rules(
        matching, [for_town(town, countries=("EE",), in_force_from=day + timedelta(days=1))]
    )
    let_time_work(matching)
    case_id = a_case(matching, town, TARTU)
    for for_staff in (True, False):
        told = screening.findings(matching, matching.case(case_id), for_staff=for_staff)
        assert [(each.is_blocked, each.said[0].finding.effect) for each in told] == [
            (False, RuleEffect.WARN)
        ] * for_staff
    look = looking.look(matching, matching.case(case_id), country="EE", limit=3)
    assert [each.is_blocked for each in look.others] == [False] * 3
    assert all(each.findings[0].is_upcoming for each in look.others)
    assert (look.blocked, look.blocked_countries) == ([], [])
    assert rechecked(matching, case_id) == []
    clock.now += timedelta(days=1)
    let_time_work(matching)
    clock.now -= timedelta(days=1)
    assert rechecked(matching, case_id) == [([TARTU.geoname_id], [])]


# Through HTTP.


def test_staff_keep_rules_and_see_what_they_do(clients: Clients) -> None:
    """Staff import, read, change and retire rules; a blocked prospect is refused, the case is re-checked and listed."""
    search, staff = a_search(clients).debriefed(), clients.staff()
    (city, other), home = (ASHIKAGA, LYNGBY), search.member.place
    slug = f"for-{home.geoname_id}"
    terms = json.loads(for_town(home, countries=("JP",)).model_dump_json())
    staff.does(f"{search.path}/prospects", {"geoname_id": city.geoname_id})
    told = staff.post(f"{MATCHING}/rules", {"about": "A test.", "rules": [terms]}).json()
    assert (told["adopted"], told["unchanged"]) == (1, 0)
    again = staff.post(f"{MATCHING}/rules", {"rules": [terms]}).json()
    assert (again["adopted"], again["unchanged"], again["position"]) == (0, 1, "")
    kept = {each["terms"]["slug"]: each for each in staff.reads(f"{MATCHING}/rules")}
    assert kept["existing-link"]["is_built_in"]
    assert not kept[slug]["is_built_in"]
    assert search.member.administrator.reads(f"{MATCHING}/rules")
    refused = staff.is_refused(f"{search.path}/prospects", {"geoname_id": SAPPORO.geoname_id})
    assert refused["type"] == "/problems/barred-by-rule"
    assert "Chapter 1" in refused["detail"]
    assert "change or retire it" in refused["next_step"]
    assert "write to staff" not in refused["next_step"]
    staff.does(f"{search.path}/prospects", {"geoname_id": other.geoname_id})

    def listed_case() -> dict[str, Any] | None:
        items = staff.reads(f"{MATCHING}/rechecks", rule=slug)["items"]
        return next((each for each in items if each["case_id"] == search.id), None)

    def of_these(ids: Iterable[int]) -> list[int]:
        """Others may have listed cities of that country meanwhile."""
        return [each for each in ids if each in (city.geoname_id, other.geoname_id)]

    touched = eventually(listed_case)
    assert (touched["title"], of_these(touched["blocked"])) == ("A law", [city.geoname_id])
    assert city.name in [each["name"] for each in touched["cities"]]
    said = staff.reads(f"{search.path}/findings")["cities"]
    assert of_these(each["place"]["geoname_id"] for each in said) == [city.geoname_id]
    assert search.member.administrator.reads(f"{search.path}/findings")["cities"] == []
    staff.does(f"{MATCHING}/rules/{slug}/change", terms | {"effect": "warn"})
    assert eventually(lambda: of_these(listed_case()["warned"]) == [city.geoname_id])  # type: ignore[index]
    staff.does(f"{MATCHING}/rules/{slug}/retire", {"on": "2020-01-01"})
    assert eventually(lambda: listed_case()["warned"] == [])  # type: ignore[index]
    assert staff.is_refused(f"{MATCHING}/rules/existing-link/retire", {"on": "2020-01-01"})
    unknown = staff.is_refused(f"{MATCHING}/rules/no-such-rule/retire", {"on": "2020-01-01"})
    assert unknown["status"] == 404
    assert eventually(lambda: len(_told(clients, search.id)) == 3)
    told_first = (
        rf"In the search of {re.escape(home.name)}, A law \(Chapter 1\) bars \d+ cit(y|ies)\."
    )
    assert re.fullmatch(told_first, _told(clients, search.id)[0])


def _told(clients: Clients, case_id: str) -> list[str]:
    """As the casebook tells it."""
    case = clients.staff().reads(f"/api/directory/v1/cases/{case_id}")
    return [each["sentence"] for each in case["timeline"] if each["type"] == "CaseRechecked"]
