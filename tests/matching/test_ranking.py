"""One search over the whole world: tiers of their own, gates beside the score, and nothing that goes missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

import services.matching
from deploy.local.platform import Platform
from services.matching import adjusting, exposure, looking, screening
from services.matching.answers import Candidate, Look, Tier
from services.matching.application import Matching
from services.matching.domain.listed_cities import Availability, fits
from services.matching.domain.refusals import (
    NotAbroad,
    NotProposed,
    NotYours,
    UnknownCountry,
    WrongNumberToCompare,
)
from services.matching.domain.rules import Terms, verdicts
from services.matching.exposure import SEASON, Shown
from services.matching.ranking import Ranking, Search
from services.matching.score import Factor, Seeker, Side, published
from services.matching.wished import WORTH, Wish, Wishes, masks
from shared.context import Caller, Role
from shared.examples import ASHIKAGA, COIMBRA, HOPES, SPRINGFIELD, SPRINGFIELDS_PROFILE, TARTU
from shared.values import (
    Continent,
    Place,
    Preferences,
    PublicProfile,
    RuleBars,
    RuleEffect,
    Standing,
)
from tests.clients import Clients
from tests.matching.alone import Clock, hear, matching_alone, the_ranking
from tests.matching.histories import (
    FULDA,
    GDANSK,
    LISTED,
    LISTED_ASHIKAGA,
    LYNGBY,
    MORELIA,
    PIRAN,
    law,
    listed,
    place,
)
from tests.matching.test_matching import a_search

DAY = date(2027, 6, 1)
ANA = Caller("ana", Role.STAFF)
TEXARKANA = place(4133367, "Texarkana", "US")
HAMLET = place(2**31 - 1, "Hamlet", "FR")
"""Too small for the world, and so is Zumpano in Italy."""
ZUMPANO = 2522677


def nobody_was_shown(_: Sequence[int]) -> Mapping[int, int]:
    return {}


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return the_ranking()


def search(ranking: Ranking, *rules: Terms, partners: Sequence[Place] = (), **given: Any) -> Search:
    known: dict[str, Any] = {
        "home": SPRINGFIELD,
        "seeker": Seeker(
            ranking.world.index(SPRINGFIELD.geoname_id), HOPES, SPRINGFIELDS_PROFILE, published()
        ),
        "day": DAY,
        "verdicts": verdicts(rules, SPRINGFIELD, Standing.GOOD, partners, DAY),
    }
    return Search(**known | given)


def wishing(ranking: Ranking, wished: Preferences | None = None) -> Seeker:
    """Springfield with these wishes, or none."""
    return Seeker(ranking.world.index(SPRINGFIELD.geoname_id), wished or Preferences())


def look(ranking: Ranking, asked: Search, **how: Any) -> Look:
    return ranking.look(asked, nobody_was_shown, **how).answer(1, [])


def names(candidates: Sequence[Candidate]) -> list[str]:
    return [each.place.name for each in candidates]


def ids(candidates: Sequence[Candidate | Shown]) -> set[int]:
    return {each.place.geoname_id for each in candidates}


def test_the_tiers_stand_apart(ranking: Ranking) -> None:
    """B7, B8: named cities and listed ones come first, each in a tier of its own, and in no other tier again."""
    asked = search(ranking, named=[TARTU], tier=[LISTED, LISTED_ASHIKAGA])
    found = look(ranking, asked, limit=200)
    assert (names(found.named), names(found.listed)) == (["Tartu"], ["Ashikaga", "Gdansk"])
    tiers = {each.tier for each in found.others}
    assert tiers == {Tier.WORLD}
    assert len(found.others) == 200
    assert not ids(found.others) & ids([*found.named, *found.listed])


def test_a_listing_adds_nothing_to_the_place_of_others(ranking: Ranking) -> None:
    """B7: the tier is no bonus in a score: with it or without, the world is ranked the same."""
    with_tier = look(ranking, search(ranking, tier=[LISTED_ASHIKAGA]), limit=100, is_diverse=False)
    without = look(ranking, search(ranking), limit=101, is_diverse=False)
    assert names(with_tier.others) == [n for n in names(without.others) if n != "Ashikaga"][:100]


def test_named_cities_appear_whatever_their_score(ranking: Ranking) -> None:
    """B8: also one far outside the wishes, and one that is too small to be ranked."""
    found = look(ranking, search(ranking, named=[HAMLET, MORELIA]), country="JP", limit=1)
    assert names(found.named) == ["Morelia", "Hamlet"]
    morelia, hamlet = found.named
    assert morelia.position is not None
    assert morelia.position > 1000
    assert (hamlet.score, hamlet.explanation, hamlet.measures) == (None, None, [])


def test_gates_never_leak(ranking: Ranking) -> None:
    """What a rule blocks stands in no tier, but where it can be seen, with the rule and its whole country."""
    bars = law(countries=("JP", "PT"))
    asked = search(
        ranking,
        *screening.BUILT_IN,
        bars,
        partners=[GDANSK],
        named=[COIMBRA, TARTU],
        tier=[LISTED_ASHIKAGA, LISTED],
    )
    found = look(ranking, asked, limit=50)
    shown = [*found.named, *found.listed, *found.others]
    assert all(each.place.country not in ("JP", "PT") for each in shown)
    assert not any(each.is_blocked for each in shown)
    assert all(each.is_blocked and each.findings for each in found.blocked)
    told = {(each.place.name, each.tier) for each in found.blocked}
    assert {("Coimbra", "named"), ("Ashikaga", "listed"), ("Gdansk", "listed")} <= told
    assert sum(each.tier is Tier.WORLD for each in found.blocked) > 10
    assert [(each.country, each.sentence) for each in found.blocked_countries] == [
        ("JP", f"All {ranking.places['JP']:,} places of Japan are barred: Illinois forbids it."),
        ("PT", f"All {ranking.places['PT']:,} places of Portugal are barred: Illinois forbids it."),
    ]


POOL = (ASHIKAGA, COIMBRA, TARTU, GDANSK, FULDA, PIRAN, LYNGBY, MORELIA, HAMLET)
COUNTRIES = ("CU", "DE", "DK", "EE", "FR", "GB", "JP", "MX", "PL", "PT", "SI")
RULES = st.builds(
    law,
    st.sampled_from(["one", "two", "three"]),
    countries=st.sets(st.sampled_from(COUNTRIES), min_size=1, max_size=4).map(tuple),
    effect=st.sampled_from(RuleEffect),
)
SOME = st.lists(st.sampled_from(POOL), max_size=3, unique_by=lambda place: place.geoname_id)


@settings(max_examples=25)
@given(st.lists(RULES, max_size=3), SOME, SOME, SOME, SOME, st.sampled_from([None, "JP", "EE"]))
def test_no_gate_leaks_and_no_city_goes_missing(
    rules: list[Terms],
    named: list[Place],
    tier: list[Place],
    partners: list[Place],
    excluded: list[Place],
    country: str | None,
) -> None:
    """Whatever the rules: blocked is blocked and nothing else, each city stands once, named and listed ones always."""
    ranking = the_ranking()
    asked = search(
        ranking,
        *screening.BUILT_IN,
        *rules,
        partners=partners,
        named=named,
        tier=[listed(city) for city in tier],
        excluded={city.geoname_id for city in excluded},
    )
    found = look(ranking, asked, limit=20, country=country)
    free = [*found.named, *found.listed, *found.others]
    barred = {code for rule in rules if rule.effect is RuleEffect.BLOCK for code in rule.countries}
    linked = {city.geoname_id for city in partners}
    for each in (*free, *found.blocked):
        is_barred = each.place.country in barred or each.place.geoname_id in linked
        assert is_barred is each.is_blocked is (each not in free)
        effects = [finding.effect for finding in each.findings]
        assert (RuleEffect.BLOCK in effects) is is_barred
    every = [each.place.geoname_id for each in (*free, *found.blocked)]
    assert len(every) == len(set(every))
    left_out = {city.geoname_id for city in excluded} - {city.geoname_id for city in named}
    assert set(every) == set(every) - left_out
    assert {city.geoname_id for city in (*named, *tier)} - left_out <= set(every)


def test_a_blocked_city_keeps_its_score_and_its_place(ranking: Ranking) -> None:
    """A gate stands outside the score: with the law or without, Ashikaga is as good."""
    free = look(ranking, search(ranking, tier=[LISTED_ASHIKAGA])).listed[0]
    barred = look(ranking, search(ranking, law(countries=("JP",)), tier=[LISTED_ASHIKAGA])).blocked[
        0
    ]
    assert (free.score, free.position) == (barred.score, barred.position)
    assert barred.explanation == free.explanation


@pytest.mark.parametrize("effect", [RuleEffect.WARN, RuleEffect.PREFER])
def test_a_warning_and_a_preference_stand_beside_the_city(
    ranking: Ranking, effect: RuleEffect
) -> None:
    """They move no city, and are said with each that they are about."""
    plain = look(ranking, search(ranking))
    told = look(ranking, search(ranking, law(countries=("JP",), effect=effect)))
    assert names(plain.others) == names(told.others)
    for each in told.others:
        said = [finding.effect for finding in each.findings]
        assert said == [effect] * (each.place.country == "JP")
    assert (told.blocked, told.blocked_countries) == ([], [])


def test_lapsed_dues_are_told_of_the_member(ranking: Ranking) -> None:
    """B3: they bar every choice, so they are said once and hide no city."""
    rule = law(bars=RuleBars.LAPSED_STANDING, states=())
    found = verdicts([rule], SPRINGFIELD, Standing.LAPSED, (), DAY)
    seen = look(ranking, search(ranking, verdicts=found))
    assert [each.slug for each in seen.about_you] == ["a-law"]
    assert len(seen.others) == 25


def test_what_the_case_works_on_and_what_staff_left_out_is_passed_over(ranking: Ranking) -> None:
    """Prospects, cities that were tried and excluded ones do not come back, under no record."""
    first = look(ranking, search(ranking), limit=6, is_diverse=False).others
    prospect, tried, excluded, other = first[:4]
    asked = search(
        ranking,
        taken={prospect.place.geoname_id, tried.place.geoname_id},
        excluded={excluded.place.geoname_id},
        records={other.place.community_id},
    )
    again = look(ranking, asked, limit=6, is_diverse=False).others
    assert names(again)[:2] == names(first)[4:]


def test_a_partner_known_under_another_record_is_blocked_too(ranking: Ranking) -> None:
    """Two records of one city: the link that exists bars both, and is told."""
    best = look(ranking, search(ranking), limit=1).others[0]
    asked = search(ranking, partners=(), link=looking.LINK)
    asked = replace(asked, partners={best.place.community_id})
    found = look(ranking, asked, limit=1)
    assert names(found.blocked) == [best.place.name]
    assert found.blocked[0].findings == [looking.LINK]
    assert names(found.others) != [best.place.name]


def test_a_candidate_is_complete_and_its_numbers_agree(ranking: Ranking) -> None:
    """Place, both sides, every factor, reasons: and the score is what the measures come to."""
    for each in look(ranking, search(ranking, tier=[LISTED_ASHIKAGA]), limit=20).others:
        assert each.explanation
        assert each.explanation.suits_you
        assert each.explanation.you_suit_them
        assert each.country_name
        assert 1_000 < each.distance_km < 20_016
        assert {(m.factor, m.side) for m in each.measures} > {(f, Side.YOU) for f in Factor}
        assert all((m.value is None) is not m.is_known for m in each.measures)
        sides = {
            side: [m for m in each.measures if m.side is side and m.value is not None]
            for side in Side
        }
        you, them = (
            sum((m.value or 0) * m.weight for m in side) / sum(m.weight for m in side)
            for side in (sides[Side.YOU], sides[Side.THEM])
        )
        assert each.you == pytest.approx(you, abs=1e-3)
        assert each.them == pytest.approx(them, abs=1e-3)
        assert each.score == pytest.approx(2 * you * them / (you + them), abs=1e-3)


def test_without_diversity_the_order_is_the_scores(ranking: Ranking) -> None:
    """diverse=false: falling scores, rising places; with it the same best city, and no more than asked for."""
    asked = search(ranking, seeker=wishing(ranking))
    raw = look(ranking, asked, limit=100, is_diverse=False)
    scores = [each.score or 0 for each in raw.others]
    assert scores == sorted(scores, reverse=True)
    assert [each.position for each in raw.others] == list(range(1, 101))
    assert (raw.held_back, raw.held_back_because, raw.wishes) == ([], "", "")
    raw = look(ranking, asked, country="JP", limit=20, is_diverse=False)
    spread = look(ranking, asked, country="JP", limit=20)
    assert spread.others[0].place == raw.others[0].place
    held = {each.geoname_id for each in spread.held_back}
    assert held
    assert held == ids(raw.others) - ids(spread.others)
    assert spread.held_back_because.startswith(f"{len(held)} cities stand further down")


WISHED = st.builds(
    Preferences,
    countries=st.sets(st.sampled_from(("EE", "JP", "LI", "MT")), max_size=3).map(tuple),
    continents=st.sets(st.sampled_from(Continent), max_size=1).map(tuple),
    population_min=st.sampled_from((None, 20_000, 3_000_000)),
    population_max=st.sampled_from((None, 5_000_000)),
    languages=st.sets(st.sampled_from(("es", "et")), max_size=1).map(tuple),
)


@settings(max_examples=25)
@given(WISHED, st.booleans())
def test_what_the_member_wished_for_goes_before_history(
    wished: Preferences, is_diverse: bool
) -> None:
    """No place outside the named countries stands before one inside, nor one that misses a wish before one that meets
    all, however well real partnerships speak for it; and each says what it misses."""
    ranking = the_ranking()
    asked = search(ranking, law(countries=("EE",)), seeker=wishing(ranking, wished))
    found = look(ranking, asked, limit=30, is_diverse=is_diverse)
    away = [Wish.REGION in each.misses for each in found.others]
    assert away == sorted(away)
    for outside in (False, True):
        missed = [
            len(each.misses) for each in found.others if (Wish.REGION in each.misses) is outside
        ]
        assert missed == sorted(missed)
    for each in found.others:
        row, place = ranking.world.index(each.place.geoname_id), each.place
        fits_there = fits(wished, place, ranking.world.country_of(row).continent)
        assert (Wish.REGION not in each.misses) is fits_there
        most = wished.population_max or place.population
        is_sized = (wished.population_min or 0) <= place.population <= most
        assert (Wish.SIZE not in each.misses) is is_sized


@settings(max_examples=25)
@given(WISHED)
def test_wishes_are_the_same_for_one_place_and_for_all(wished: Preferences) -> None:
    """What a place misses, how many steps that is, and what advice counts: three ways to ask, one answer."""
    world = the_ranking().world
    wishes, met = Wishes(world, wished), masks(world, wished)
    assert wishes.made == [wish for wish in Wish if wish in met]
    for row in range(0, len(world), 997):
        missed = [wish for wish in wishes.made if not met[wish][row]]
        assert wishes.misses(row) == missed
        assert wishes.steps[row] == sum(WORTH[wish] for wish in missed)


def test_a_wish_for_a_language_is_met_where_the_country_speaks_it(ranking: Ranking) -> None:
    """Official in the whole country, or spoken by half of its people; not what many have learned at school."""
    world = ranking.world
    expected = {
        "fr": ({"FR", "BE", "CH", "CA", "SN"}, {"IT", "DE", "RO", "GB", "IE", "PT"}),
        "es": ({"ES", "MX", "PE"}, {"FR", "RO", "PT", "US"}),
        "en": ({"GB", "IE", "GH", "IN"}, {"MX", "IT", "RO"}),
        "ca": ({"AD"}, {"ES", "FR"}),
    }
    for language, (met, missed) in expected.items():
        found = masks(world, Preferences(languages=(language,)))[Wish.LANGUAGE]
        said = {code: found[world.country == world.countries.index(code)] for code in met | missed}
        assert {code for code, places in said.items() if places.all()} == met, language
        assert not any(said[code].any() for code in missed), language


def test_the_look_says_how_many_places_meet_the_wishes(ranking: Ranking) -> None:
    """Liechtenstein has few places: all stand first, then come others; and what nobody meets is said."""
    small = look(ranking, search(ranking, seeker=wishing(ranking, Preferences(countries=("LI",)))))
    inside = [each for each in small.others if not each.misses]
    count = ranking.places["LI"]
    assert len(inside) == count < 50
    assert small.wishes.startswith(f"{count} places meet the wish for a part of the world")
    asked = search(
        ranking, law(countries=("LI",)), seeker=wishing(ranking, Preferences(countries=("LI",)))
    )
    assert look(ranking, asked).wishes.startswith("No place that no rule bars meets the wish")
    none = Preferences(countries=("LI",), population_min=1_000_000)
    assert look(ranking, search(ranking, seeker=wishing(ranking, none))).wishes.startswith(
        "No place"
    )


def test_listed_cities_are_bounded_too_and_counted(ranking: Ranking) -> None:
    """The best of the tier up to the limit; barred ones stand apart whatever the limit."""
    tier = [LISTED_ASHIKAGA, LISTED, listed(FULDA), listed(COIMBRA)]
    found = look(ranking, search(ranking, law(countries=("PT",)), tier=tier), limit=2)
    assert (len(found.listed), found.listed_in_all) == (2, 3)
    every = look(ranking, search(ranking, law(countries=("PT",)), tier=tier), limit=3)
    assert names(every.listed)[:2] == names(found.listed)
    assert "Coimbra" in names(found.blocked)
    barred = look(ranking, search(ranking, law(countries=("PT", "JP")), tier=tier), limit=1).blocked
    told = {each.place.name: each.explanation is not None for each in barred if each.listing_id}
    assert sorted(told.values()) == [False, True]
    assert set(told) == {"Coimbra", "Ashikaga"}


def test_listed_sections_of_a_city_stand_by_what_their_listing_says(ranking: Ranking) -> None:
    """They are no candidates, yet a listing puts them in the tier, where they are in the order of their scores."""
    world = ranking.world
    rows = np.flatnonzero(world.is_section & (world.population > 400_000))[:40].tolist()
    places = [each for each in map(world.place, rows) if each.is_abroad]
    tier = [
        listed(each, profile=SPRINGFIELDS_PROFILE if i % 2 else PublicProfile())
        for i, each in enumerate(places)
    ]
    asked = search(ranking, tier=tier, seeker=wishing(ranking))
    scores = [each.score or 0 for each in look(ranking, asked, limit=200).listed]
    assert len(scores) == len(tier) > 5
    assert scores == sorted(scores, reverse=True)


def test_an_empty_world_says_why(ranking: Ranking) -> None:
    """A floor that nobody reaches is told, and so is where."""
    found = look(ranking, search(ranking), country="EE", floor=5_000_000)
    assert found.others == []
    assert found.not_ranked.startswith("No place in Estonia of at least 5,000,000 people is left")


def test_country_and_size_narrow_the_world_alone(ranking: Ranking) -> None:
    """The other tiers stay whole; a country that a rule bars shows nothing but what is blocked."""
    asked = search(ranking, law(countries=("JP",)), named=[TARTU])
    found = look(ranking, asked, country="EE", floor=20_000)
    assert {each.place.country for each in found.others} == {"EE"}
    assert all(each.place.population >= 20_000 for each in found.others)
    assert names(found.named) == ["Tartu"]
    barred = look(ranking, asked, country="JP", limit=5)
    assert (barred.others, len(barred.blocked)) == ([], 5)


def test_a_member_that_the_world_does_not_have_still_sees_its_tiers(ranking: Ranking) -> None:
    """A county, or a hamlet: nothing is ranked, which is said, and nothing is hidden."""
    asked = search(ranking, seeker=None, named=[TARTU], tier=[LISTED_ASHIKAGA])
    found = look(ranking, asked)
    assert (names(found.named), names(found.listed), found.others) == (["Tartu"], ["Ashikaga"], [])
    assert "nothing is ranked" in found.not_ranked
    assert found.named[0].score is None


def test_a_listing_that_has_ended_leaves_the_tier(ranking: Ranking) -> None:
    """Off the map or partnered: the world has it again, not the tier; one that talks with another city says so."""
    talking = listed(ASHIKAGA, availability=Availability.IN_CONVERSATION)
    tier = [
        talking,
        listed(GDANSK, is_on_map=False),
        listed(FULDA, availability=Availability.PARTNERED),
    ]
    on_map = {ASHIKAGA.geoname_id: talking}
    found = look(ranking, search(ranking, tier=tier, listings=on_map))
    assert [(each.place.name, each.availability) for each in found.listed] == [
        ("Ashikaga", Availability.IN_CONVERSATION)
    ]
    in_poland = look(ranking, search(ranking, tier=tier), country="PL", limit=200).others
    assert GDANSK.geoname_id in ids(in_poland)


def test_listed_cities_are_ordered_among_themselves(ranking: Ranking) -> None:
    """The best first; one that cannot be ranked last; where nothing is listed nothing fails."""
    seeker, hamlet = search(ranking).seeker, listed(HAMLET)
    ordered = ranking.order_listed(seeker, [hamlet, LISTED, LISTED_ASHIKAGA], DAY)
    assert ordered == [LISTED_ASHIKAGA, LISTED, hamlet]
    assert ranking.order_listed(None, [LISTED, hamlet], DAY) == [LISTED, hamlet]
    assert ranking.order_listed(seeker, [], DAY) == []


def test_a_listed_city_fits_where_the_member_looks() -> None:
    """B7: countries and continents decide; who names neither looks everywhere (B2)."""
    assert fits(Preferences(), ASHIKAGA, "AS")
    assert fits(Preferences(countries=("JP",)), ASHIKAGA, "AS")
    assert fits(Preferences(continents=(Continent.ASIA,)), ASHIKAGA, "AS")
    assert not fits(Preferences(countries=("PT",), continents=(Continent.EUROPE,)), ASHIKAGA, "AS")


def test_the_less_shown_of_equals_comes_first(ranking: Ranking) -> None:
    """Cities that many members were shown give way to others within a hundredth, never the best one."""
    plain = look(ranking, search(ranking), limit=20)
    times = dict.fromkeys(ids(plain.others), 7)
    found = ranking.look(search(ranking), lambda _: times, limit=20).answer(1, [])
    assert found.others[0].place == plain.others[0].place
    assert found.others[0].exposure == 7
    assert ids(found.others) != ids(plain.others)
    assert {each.exposure for each in found.others} == {0, 7}


# On a real database.


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def matching(platform: Platform, clock: Clock) -> Iterator[Matching]:
    with matching_alone(platform, "matching_ranking", clock) as service:
        yield service


def a_case(matching: Matching, **facts: Any) -> UUID:
    case_id = uuid4()
    known = {"case_id": case_id, "community_id": uuid4(), "named_cities": ()}
    hear(matching, "intake.CitySeekingRequested.v1", **known | facts)
    hear(matching, "intake.DebriefCompleted.v1", case_id=case_id)
    return case_id


def seen(matching: Matching, case_id: UUID, **how: Any) -> Look:
    return looking.look(matching, matching.case(case_id), **how)


def propose(matching: Matching, case_id: UUID, *cities: Place) -> None:
    for city in cities:
        matching.add_prospect(case_id, city.geoname_id, "", ANA)
    matching.propose(case_id, None)


def test_a_case_is_looked_at_with_all_that_is_known_of_it(matching: Matching) -> None:
    """Named cities, those that staff excluded with their reason, changed weights, the version: all in one answer."""
    case_id = a_case(matching, named_cities=(TARTU,))
    before = seen(matching, case_id, limit=5)
    assert names(before.named) == ["Tartu"]
    gone = before.others[0].place
    adjusting.exclude(matching, case_id, gone.geoname_id, "It has no time.", ANA)
    adjusting.change_weights(matching, case_id, {"affinity": 1, "role": 90}, "Role counts.", ANA)
    after = seen(matching, case_id, limit=5)
    assert gone.geoname_id not in ids(after.others)
    (left_out,) = after.excluded
    assert (left_out.place.name, left_out.by, left_out.reason) == (
        gone.name,
        Role.STAFF,
        "It has no time.",
    )
    assert left_out.at == matching.clock()
    weights = {each.factor: each.weight for each in after.others[0].measures}
    assert (weights[Factor.ROLE], weights[Factor.AFFINITY]) == (90, 1)
    assert after.version == matching.case(case_id).version


def test_the_listed_tier_follows_the_wishes_of_today(matching: Matching) -> None:
    """B7: a city looked at before the member narrowed its search is no part of the tier any more, and says so in the
    case; those that meet more of the wishes stand first."""
    cities = (ASHIKAGA, FULDA, GDANSK)
    for city in cities:
        known = {"listing_id": uuid4(), "community_id": city.community_id, "place": city}
        hear(matching, "intake.ForeignCityListed.v1", **known)
    case_id = a_case(matching, preferences=Preferences())
    assert {city.geoname_id for city in cities} <= ids(seen(matching, case_id, limit=200).listed)
    wished = Preferences(countries=("JP", "PL"), population_min=400_000)
    hear(matching, "intake.DebriefCompleted.v1", case_id=case_id, preferences=wished)
    found = seen(matching, case_id)
    assert names(found.listed)[:2] == ["Gdansk", "Ashikaga"]
    assert {each.place.country for each in found.listed} <= {"JP", "PL"}
    assert found.listed_in_all == len(found.listed)
    told = looking.listed_tier(matching, matching.case(case_id))
    fitting = [each.fits for each in told]
    assert fitting == sorted(fitting, reverse=True)
    assert {each.city.place: each.fits for each in told}[FULDA] is False


def test_a_country_that_there_is_not_is_refused(matching: Matching) -> None:
    """Nothing to rank is no answer to a misspelled country, nor to the member's own."""
    for code in ("XX", "UK", "US"):
        with pytest.raises(UnknownCountry, match=code):
            seen(matching, a_case(matching), country=code)


def test_a_city_that_staff_left_out_keeps_what_rules_say_of_it(matching: Matching) -> None:
    """An excluded city that a law bars is told with the law, so that nobody readmits it for nothing."""
    case_id = a_case(matching)
    adjusting.exclude(matching, case_id, COIMBRA.geoname_id, "It has no time.", ANA)
    screening.import_rules(matching, [law("bars-portugal", countries=("PT",))])
    (left_out,) = seen(matching, case_id, limit=5).excluded
    assert [each.slug for each in left_out.findings] == ["bars-portugal"]
    screening.retire_rule(matching, "bars-portugal", DAY)


def test_a_listed_city_is_told_once_under_one_of_its_records(matching: Matching) -> None:
    """B7: a city listed under one of two records that were merged is in its tier, and in the world under neither."""
    first, second = (each.place for each in seen(matching, a_case(matching), limit=2).others)
    listing_id = uuid4()
    known = {"listing_id": listing_id, "community_id": first.community_id, "place": first}
    hear(matching, "intake.ForeignCityListed.v1", **known)
    merge = {"community_id": second.community_id, "into_community_id": first.community_id}
    hear(matching, "intake.CommunitiesMerged.v1", **merge)
    found = seen(matching, a_case(matching), limit=20)
    assert first in [each.place for each in found.listed]
    assert not {first.geoname_id, second.geoname_id} & ids(found.others)
    hear(matching, "intake.ListingWithdrawn.v1", listing_id=listing_id)
    assert first in [each.place for each in seen(matching, a_case(matching), limit=20).others]


def test_before_the_debrief_the_public_profile_speaks_for_the_member(matching: Matching) -> None:
    """Then what the interview told counts."""
    case_id, member = uuid4(), uuid4()
    told = {"community_id": member, "place": SPRINGFIELD}
    profile = PublicProfile(industries=("glass",))
    hear(matching, "intake.CommunityProfileUpdated.v1", **told, profile=profile)
    hear(matching, "intake.CitySeekingRequested.v1", case_id=case_id, **told)
    before = looking.seeker(matching, matching.case(case_id))
    assert before is not None
    assert before.profile == profile
    hear(matching, "intake.DebriefCompleted.v1", case_id=case_id, profile=SPRINGFIELDS_PROFILE)
    after = looking.seeker(matching, matching.case(case_id))
    assert after is not None
    assert after.profile == SPRINGFIELDS_PROFILE


def test_exposure_counts_the_searches_to_which_a_city_was_proposed(
    matching: Matching, clock: Clock
) -> None:
    """Once for each other search, however often it is proposed there; after 12 months no more."""
    first, second, third = (a_case(matching) for _ in range(3))
    for case_id in (first, second):
        propose(matching, case_id, FULDA, PIRAN, LYNGBY)
    matching.propose(second, None)
    shown = [FULDA.geoname_id, COIMBRA.geoname_id]
    assert exposure.times_shown(matching, third, shown) == {FULDA.geoname_id: 2}
    assert exposure.times_shown(matching, second, shown) == {FULDA.geoname_id: 1}
    city = looking.candidate(matching, matching.case(third), FULDA.geoname_id, ANA)
    assert city.exposure == 2
    spread = exposure.season(matching)
    assert (spread.proposals, spread.cities, spread.gini) == (6, 3, 0)
    cities = (FULDA, PIRAN, LYNGBY)
    assert ids(spread.most_shown) == {city.geoname_id for city in cities}
    began, clock.now = clock.now, clock.now + SEASON + timedelta(days=1)
    assert exposure.times_shown(matching, third, shown) == {}
    assert exposure.season(matching).sentence == "No city has been proposed in this time."
    clock.now = began


def test_proposals_of_the_time_before_are_counted_too(
    matching: Matching, platform: Platform
) -> None:
    """The migration fills its table from the proposals that were recorded before it."""
    propose(matching, a_case(matching), FULDA, PIRAN, LYNGBY)
    folder = Path(services.matching.__file__).parent / "migrations"
    fill = (folder / "0004_exposure.sql").read_text()
    fill = fill[fill.index("INSERT INTO") :].split(";")[0]
    owner = make_conninfo(platform.postgres_dsn("matching", "owner"), dbname="matching_ranking")
    every = "SELECT * FROM proposals ORDER BY case_id, geoname_id"
    with psycopg.connect(owner) as store:
        kept = store.execute(every).fetchall()
        store.execute("DELETE FROM proposals")
        store.execute(fill)
        assert store.execute(every).fetchall() == kept
    assert len(kept) >= 3


def test_a_member_sees_what_it_was_shown_and_no_more(matching: Matching) -> None:
    """Proposed, listed and named cities in full, with both sides' reasons; others, and others' cases, are refused."""
    member = uuid4()
    case_id = a_case(matching, community_id=member, named_cities=(TARTU,))
    ann = Caller("ann", Role.ADMINISTRATOR, community_id=member)
    propose(matching, case_id, FULDA, PIRAN, LYNGBY)
    file = matching.case(case_id)
    for city in (TARTU, FULDA):
        found = looking.candidate(matching, file, city.geoname_id, ann)
        assert found.explanation
        assert found.explanation.you_suit_them
    with pytest.raises(NotProposed):
        looking.candidate(matching, file, MORELIA.geoname_id, ann)
    assert looking.candidate(matching, file, MORELIA.geoname_id, ANA).place.name == "Morelia"
    small = looking.candidate(matching, file, ZUMPANO, ANA)
    assert (small.place.name, small.score, small.explanation) == ("Zumpano", None, None)
    with pytest.raises(NotAbroad):
        looking.candidate(matching, file, TEXARKANA.geoname_id, ANA)
    with pytest.raises(NotYours):
        looking.candidate(matching, file, FULDA.geoname_id, Caller("zoe", Role.ADMINISTRATOR))
    side_by_side = looking.compare(matching, file, [FULDA.geoname_id, TARTU.geoname_id], ann)
    assert [city.geoname_id for city in side_by_side.cities] == [FULDA.geoname_id, TARTU.geoname_id]
    with pytest.raises(NotProposed):
        looking.compare(matching, file, [FULDA.geoname_id, MORELIA.geoname_id], ann)
    with pytest.raises(WrongNumberToCompare):
        looking.compare(matching, file, [FULDA.geoname_id] * 2, ANA)


def test_a_sister_city_is_told_as_a_link_and_its_pair_is_not(matching: Matching) -> None:
    """A partner stands among the blocked with the link; what the case's own pair has signed does not bar that pair."""
    member, other = uuid4(), a_case(matching)
    best = seen(matching, other, limit=1).others[0].place
    case_id = a_case(matching, community_id=member, named_cities=(TARTU,))
    for city in (best, TARTU):
        hear(
            matching,
            "outreach.PartnershipFormed.v1",
            partnership_id=uuid4(),
            community_id=member,
            foreign_community_id=city.community_id,
            foreign_place=city,
            listing_id=None,
        )
    found = seen(matching, case_id, limit=1)
    assert [(each.place.name, each.findings[0].slug) for each in found.blocked] == [
        (best.name, "existing-link")
    ]
    assert [(each.place.name, each.is_blocked) for each in found.named] == [("Tartu", False)]


def test_staff_and_members_read_it_over_http(clients: Clients) -> None:
    """The look with its version as ETag, one city, a comparison, the weights; a member has no list of candidates."""
    found = a_search(clients)
    staff, member = found.staff, found.member.administrator
    answer = staff.get(f"{found.path}/candidates", limit=20)
    tiers = answer.json()
    assert answer.headers["etag"] == f'"{tiers["version"]}"' == f'"{found.now()["version"]}"'
    assert len(tiers["others"]) == 20
    best = tiers["others"][0]
    alone = staff.reads(f"{found.path}/candidates/{best['place']['geoname_id']}")
    of_city, of_both = (each["explanation"].pop("not_known") for each in (best, alone))
    assert best == alone
    assert [each for each in of_both if each not in tiers["not_known"]] == of_city
    two = [each["place"]["geoname_id"] for each in tiers["others"][:2]]
    table = staff.reads(f"{found.path}/comparison", geoname_ids=two)
    assert [city["geoname_id"] for city in table["cities"]] == two
    assert all(len(row["cells"]) == 2 for row in table["rows"])
    refusal = staff.get(f"{found.path}/comparison").json()
    assert refusal["type"] == "/problems/wrong-number-to-compare"
    assert member.get(f"{found.path}/candidates").status_code == 403
    refusal = member.get(f"{found.path}/candidates/{two[0]}").json()
    assert refusal["type"] == "/problems/not-shown"
    weights = member.reads("/api/matching/v1/weights")
    assert weights["you"]["affinity"] == published().you[Factor.AFFINITY]
