"""Advice on one search: where to begin, what to loosen, where many look; on the world and on a real database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.platform import Platform
from services.matching import advice
from services.matching.advice import Advice
from services.matching.advising.ground import Ground
from services.matching.advising.narrowing import (
    NEAR_BEST,
    best_of_countries,
    listed_first,
    narrow,
)
from services.matching.advising.saturation import Interest, Saturation, of_countries, saturation
from services.matching.advising.widening import ENOUGH, Widen, widen
from services.matching.application import Matching
from services.matching.domain.listed_cities import Availability, ListedCity
from services.matching.domain.rules import Terms, verdicts
from services.matching.explaining import wording
from services.matching.ranking import Found, Ranking, Search
from services.matching.score import Seeker
from services.matching.wished import Wish, masks
from shared.context import Role
from shared.examples import ASHIKAGA, SPRINGFIELD, TARTU
from shared.values import Continent, Place, Preferences, PublicProfile, Standing, Theme
from tests.clients import Clients
from tests.matching.alone import Clock, hear, matching_alone, the_ranking
from tests.matching.histories import FULDA, GDANSK, LISTED, LISTED_ASHIKAGA, law, listed
from tests.matching.test_matching import MATCHING, a_search

DAY = date(2027, 6, 1)
NOBODY = Interest([], {}, {})
MALTA = Preferences(countries=("MT",), population_min=15_000)
FEW = Preferences(countries=("IE", "SI"), population_min=60_000, population_max=80_000)


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return the_ranking()


def ground(
    ranking: Ranking,
    *rules: Terms,
    listings: Sequence[ListedCity] = (),
    interest: Interest = NOBODY,
    for_staff: bool = True,
    profile: PublicProfile | None = None,
    **known: Any,
) -> Ground:
    """What is known of a search of Springfield that wishes for nothing."""
    home = ranking.world.index(SPRINGFIELD.geoname_id)
    about = Search(
        home=SPRINGFIELD,
        seeker=Seeker(home, profile=profile or PublicProfile()),
        day=DAY,
        verdicts=verdicts(rules, SPRINGFIELD, Standing.GOOD, (), DAY),
        listings={city.place.geoname_id: city for city in listings},
        **known,
    )
    return Ground(ranking, about, Found(ranking, about).open, interest, for_staff)


@lru_cache(maxsize=1)
def the_plain_ground() -> Ground:
    return ground(the_ranking())


@pytest.fixture(scope="module")
def plain() -> Ground:
    return the_plain_ground()


def starts(found: Ground) -> list[str]:
    told = narrow(found, Preferences())
    assert told
    return [each.country for each in told.starts]


def widened(found: Ground, wished: Preferences) -> Widen:
    told = widen(found, wished)
    assert told
    return told


# Where to begin.


def test_a_boundless_request_is_given_five_countries_to_begin_with(plain: Ground) -> None:
    """B8: the best first, each with the region of its best and why, and encouraged to narrow by region or programme."""
    told = narrow(plain, Preferences())
    assert told
    assert len({each.country for each in told.starts}) == 5
    scores = [each.score for each in told.starts]
    assert scores == sorted(scores, reverse=True)
    assert "US" not in starts(plain)
    assert "by region" in told.sentence
    assert "by programme" in told.sentence
    first = told.starts[0]
    assert first.why[:2] == [
        f"{first.best[0]}, {first.best[1]} and {first.best[2]} are its best candidates for this member.",
        f"Its best places for this member lie in {wording.region_in_sentence(first.region)}: begin there.",
    ]


def test_a_country_is_as_good_as_its_five_best_candidates(plain: Ground) -> None:
    """The number that is told is their mean, and no country with five candidates has a better one."""
    world, scores = plain.world, plain.scores
    means = {
        code: float(np.sort(mine)[-5:].mean())
        for number, code in enumerate(world.countries)
        if len(mine := scores[(world.country == number) & (scores >= 0)]) >= 5
    }
    best = sorted(means, key=lambda code: (-means[code], code))[:5]
    assert starts(plain) == best
    told = narrow(plain, Preferences())
    assert told
    assert [each.score for each in told.starts] == [
        pytest.approx(means[code], abs=1e-4) for code in best
    ]


@pytest.mark.parametrize(
    "wished",
    [
        Preferences(countries=("JP",)),
        Preferences(countries=("FR",), continents=(Continent.ASIA,)),
        Preferences(population_min=1_000_000),
        Preferences(continents=(Continent.EUROPE,), population_min=100_000),
        Preferences(languages=("ja",)),
    ],
)
def test_who_asks_for_few_places_is_not_told_to_narrow(plain: Ground, wished: Preferences) -> None:
    """A named country is a bound, 2,000 places are, and a language of one country."""
    assert narrow(plain, wished) is None


@pytest.mark.parametrize(
    ("wished", "begin", "asked"),
    [
        (Preferences(continents=(Continent.OCEANIA,)), {"AU", "NZ"}, "(Oceania)"),
        (Preferences(population_max=50_000), set(), "(at most 50,000 people)"),
        (
            Preferences(
                continents=(Continent.EUROPE, Continent.AFRICA),
                languages=("fr", "pt"),
                population_min=500,
                population_max=9_000,
            ),
            {"FR"},
            "(Europe and Africa; 500 to 9,000 people; French or Portuguese spoken)",
        ),
    ],
)
def test_a_wish_that_thousands_meet_is_no_bound(
    plain: Ground, wished: Preferences, begin: set[str], asked: str
) -> None:
    """B8: they are counted, the wish is told again, and all beginnings and their best cities meet it."""
    told = narrow(plain, wished)
    assert told
    among = np.logical_and.reduce([plain.free, *masks(plain.world, wished).values()])
    countries = len(np.unique(plain.world.country[among]))
    assert told.sentence.startswith(
        f"This request names no country: {np.count_nonzero(among):,} places in {countries} countries"
        f" meet what it asks for {asked}. Narrow it by region, "
    )
    assert begin <= {each.country for each in told.starts}
    met = {plain.world.name(row) for row in np.flatnonzero(among).tolist()}
    assert all(met.issuperset(each.best) for each in told.starts)


@pytest.mark.parametrize(
    ("wished", "known"),
    [
        (
            Preferences(themes=(Theme.EDUCATION, Theme.CULTURE)),
            "2 of those that are free name education or culture, in Japan and Poland.",
        ),
        (
            Preferences(priority_project=Theme.CULTURE),
            "1 of those that are free names culture, in Poland.",
        ),
        (
            Preferences(themes=(Theme.SPORTS,)),
            "none of those that are free names sports.",
        ),
        (
            Preferences(continents=(Continent.ASIA,), themes=(Theme.CULTURE,)),
            "none of those that are free where the member looks names culture; elsewhere 1 does, in Poland.",
        ),
        (
            Preferences(continents=(Continent.EUROPE,), themes=(Theme.CULTURE,)),
            "1 of those that are free where the member looks names culture, in Poland.",
        ),
    ],
)
def test_themes_are_no_bound_in_the_world(
    ranking: Ranking, wished: Preferences, known: str
) -> None:
    """Only listings tell themes: how many of the free ones do, where the member looks, is said beside the regions."""
    cultured = LISTED.model_copy(update={"profile": PublicProfile(themes=(Theme.CULTURE,))})
    taught = LISTED_ASHIKAGA.model_copy(
        update={"profile": PublicProfile(themes=(Theme.EDUCATION,))}
    )
    told = narrow(ground(ranking, listings=[cultured, taught, listed(FULDA)]), wished)
    assert told
    assert len(told.starts) == 5
    assert told.sentence.endswith(f"Only listed cities say which themes are theirs: {known}")
    assert "by programme" not in told.sentence


@pytest.mark.parametrize(
    ("cities", "said"),
    [
        (
            [TARTU],
            "Tartu is worked on; for the rest of the search, this request names no country, ",
        ),
        (
            [TARTU, FULDA],
            "Tartu and Fulda are worked on; for the rest of the search, this request ",
        ),
        ([TARTU, FULDA, GDANSK, ASHIKAGA], "4 cities are worked on; for the rest of the search, "),
    ],
)
def test_cities_in_outreach_bound_no_search_besides(
    plain: Ground, cities: list[Place], said: str
) -> None:
    """B8: a member has what it named worked on; where else to look is a question of its own."""
    told = narrow(replace(plain, worked_on=cities), Preferences())
    assert told
    assert told.sentence.startswith(said)


def test_no_barred_country_is_a_beginning(plain: Ground) -> None:
    """What a rule bars is not proposed; the next country moves up."""
    best = starts(plain)
    barred = ground(plain.ranking, law(countries=(best[0],)))
    assert starts(barred)[:4] == best[1:]


def test_what_the_case_has_already_is_no_beginning(plain: Ground) -> None:
    """A prospect, a city that staff left out, and one known under another record are not among the best."""
    told = narrow(plain, Preferences())
    assert told
    names = told.starts[0].best
    _, rows = best_of_countries(plain, plain.free)[0]
    first, second, third = (plain.world.place(row) for row in rows[:3])
    again = ground(
        plain.ranking,
        taken={first.geoname_id},
        excluded={second.geoname_id},
        records={third.community_id},
    )
    found = dict(best_of_countries(again, again.free))[told.starts[0].country]
    assert not {plain.world.name(row) for row in found[:3]} & set(names)


def test_a_member_reads_of_countries_and_not_of_cities(plain: Ground) -> None:
    """Candidates that staff did not propose are for staff; the countries are the same."""
    told = narrow(replace(plain, for_staff=False), Preferences())
    for_staff = narrow(plain, Preferences())
    assert told
    assert for_staff
    assert [each.country for each in told.starts] == [each.country for each in for_staff.starts]
    hidden = [name for each in for_staff.starts for name in each.best]
    assert hidden
    assert all(each.best == [] for each in told.starts)
    assert not any("candidates" in sentence for each in told.starts for sentence in each.why)


def test_a_beginning_says_who_is_listed_and_who_else_looks_there(plain: Ground) -> None:
    """Few other searches and a listed city speak for a country; both are numbers of today."""
    code = starts(plain)[0]
    interest = Interest([(frozenset({code}), frozenset(), 3)], {code: 1}, {})
    told = narrow(replace(plain, interest=interest), Preferences())
    assert told
    first, second = told.starts[:2]
    assert (first.listed, first.searches) == (1, 3)
    assert first.why[-2:] == [
        "1 listed city there is free.",
        f"3 other searches name {first.name}.",
    ]
    assert second.why[-1] == f"No other search names {second.name}."


def test_the_profile_says_which_programme_to_begin_with(ranking: Ranking) -> None:
    """Themes of the public profile are a hint for the themes of the search."""
    told = narrow(ground(ranking, profile=PublicProfile(themes=(Theme.TRADE,))), Preferences())
    assert told
    assert told.sentence.endswith("the profile speaks of trade.")


# What to loosen.


def test_each_wish_is_told_with_what_it_costs(plain: Ground) -> None:
    """The one that costs most first; the numbers are those of places that meet all others."""
    told = widened(plain, MALTA)
    world, free = plain.world, plain.free
    is_large = world.population >= 15_000
    is_malta = world.country == world.countries.index("MT")
    assert told.candidates == np.count_nonzero(free & is_large & is_malta) < ENOUGH
    assert [(each.wish, each.candidates) for each in told.wishes] == [
        (Wish.REGION, int(np.count_nonzero(free & is_large))),
        (Wish.SIZE, int(np.count_nonzero(free & is_malta))),
    ]
    assert told.wishes[1].sentence == (
        "Dropping the size (at least 15,000 people) would give"
        f" {told.wishes[1].candidates} places instead of {told.candidates}."
    )


def test_enough_candidates_need_no_advice(plain: Ground) -> None:
    """Twenty places that meet all wishes are enough where no listed city waits elsewhere."""
    assert widen(plain, Preferences(countries=("PT",))) is None
    assert widen(plain, Preferences()) is None


def test_where_no_listed_city_fits_the_member_is_told_where_some_wait(ranking: Ranking) -> None:
    """B7: cities that ask for a partner are worth a wider look, as long as they can be had."""
    wished = Preferences(countries=("PT",))
    told = widened(ground(ranking, listings=[LISTED, LISTED_ASHIKAGA]), wished)
    assert told.sentence == (
        "No listed city lies where the member looks; 2 wait elsewhere, in Japan and Poland."
    )
    assert (told.listed, told.larger) == (0, None)
    talking = listed(ASHIKAGA, availability=Availability.IN_CONVERSATION)
    none_left = ground(
        ranking, law(countries=("PL",)), listings=[LISTED, talking, listed(FULDA)],
        excluded={FULDA.geoname_id},
    )  # fmt: skip
    assert widen(none_left, wished) is None
    assert widen(ground(ranking, listings=[LISTED]), Preferences(countries=("PL",))) is None


def test_of_many_countries_with_listed_cities_three_are_told(ranking: Ranking) -> None:
    """Those with the most; that others have some too is said."""
    cities = [LISTED, LISTED_ASHIKAGA, *map(listed, (FULDA, TARTU))]
    told = widened(ground(ranking, listings=cities), Preferences(countries=("PT",)))
    assert told.sentence.endswith("4 wait elsewhere, among others in Germany, Estonia and Japan.")


def test_neighbours_share_a_border_or_a_part_of_the_continent(plain: Ground) -> None:
    """Of named countries, and not looked at already; an island's neighbours are those of its part of the world."""
    told = widened(plain, FEW)
    said = {each.country: each.sentence for each in told.neighbours}
    assert said["GB"].startswith("The United Kingdom borders Ireland: ")
    assert {"HR", "HU", "IT"} <= set(said)
    malta = widened(plain, MALTA).neighbours
    assert malta[0].sentence.startswith(f"{malta[0].name} lies in Southern Europe, as Malta does: ")
    europe = FEW.model_copy(update={"continents": (Continent.EUROPE,), "languages": ("ja",)})
    assert widened(plain, europe).neighbours == []


def test_neighbours_with_listed_cities_come_first_and_barred_ones_never(ranking: Ranking) -> None:
    """Who waits for a partner is asked first; a law's countries are no way out."""
    interest = Interest([], {"HR": 2}, {})
    found = ground(ranking, law(countries=("GB",)), interest=interest)
    told = widened(found, FEW).neighbours
    assert told[0].country == "HR"
    assert told[0].sentence.endswith("and 2 cities are listed there.")
    assert "GB" not in {each.country for each in told}


def people_between(found: Ground, wished: Preferences, least: int, most: int) -> int:
    """Free places of the wished countries with so many people."""
    world = found.world
    is_there = np.isin(world.country, [world.countries.index(code) for code in wished.countries])
    is_sized = (world.population >= least) & (world.population <= most)
    return int(np.count_nonzero(found.free & is_there & is_sized))


def test_the_next_larger_range_of_sizes_is_given_with_its_count(plain: Ground) -> None:
    """Half the least and double the most until there are enough, and no further."""
    larger = widened(plain, FEW).larger
    assert larger
    ranges = [(30_000, 160_000), (15_000, 320_000), (7_500, 640_000)]
    counts = [people_between(plain, FEW, *each) for each in ranges]
    first = next(i for i, count in enumerate(counts) if count >= ENOUGH)
    assert 0 < first < len(ranges) - 1
    least, most = ranges[first]
    found = (larger.population_min, larger.population_max, larger.candidates)
    assert found == (least, most, counts[first])
    assert larger.sentence.startswith(f"With {least:,} to {most:,} people, {larger.candidates} ")
    assert widened(plain, Preferences(countries=("AQ",))).larger is None


def test_a_country_that_a_rule_bars_is_told_as_such(ranking: Ranking) -> None:
    """Nothing left is not explained by the wishes alone."""
    told = widened(ground(ranking, law(countries=("PT",))), Preferences(countries=("PT",)))
    assert told.candidates == 0
    assert told.sentence.startswith("No place meets ")
    asked = Preferences(countries=("JP", "PT"))
    about = ground(ranking, law(countries=("PT",)))
    assert (
        advice.barred(about, asked) == "Of what was named, Portugal is barred: Illinois forbids it."
    )
    assert advice.barred(ground(ranking), asked) == ""


def test_a_beginning_says_what_speaks_for_the_country(ranking: Ranking) -> None:
    """The ties and habits of the state and common office hours, to staff and member alike; no city is named to it."""
    told = narrow(replace(ground(ranking), for_staff=False), Preferences())
    assert told
    why = [sentence for each in told.starts for sentence in each.why]
    assert any("partners in the National Guard" in each or "sister states" in each for each in why)
    assert any("office hours" in each for each in why)


def test_countries_as_good_as_the_best_come_first_with_a_listed_city(plain: Ground) -> None:
    """B7: within a small margin of the best; one that is far behind does not."""
    best = best_of_countries(plain, plain.free)
    means = {code: float(plain.scores[rows[:5]].mean()) for code, rows in best}
    first = means[best[0][0]]
    near = [code for code, mean in means.items() if mean >= first - NEAR_BEST]
    assert len(near) > 2
    interest = Interest([], {near[-1]: 1, best[-1][0]: 1}, {})
    ordered = [code for code, _ in listed_first(replace(plain, interest=interest), best)]
    assert ordered[:2] == [near[-1], near[0]]
    assert ordered[-1] == best[-1][0]


def test_a_wish_for_a_language_is_met_where_it_is_spoken(plain: Ground) -> None:
    """Half are enough, or an official language; a country of which no language is on record is not ruled out."""
    met = masks(plain.world, Preferences(languages=("fr",)))[Wish.LANGUAGE]
    rows = {
        code: plain.world.country == number for number, code in enumerate(plain.world.countries)
    }
    assert met[rows["FR"]].all()
    assert met[rows["BE"]].all()
    assert not met[rows["JP"]].any()
    facts = {**plain.world.facts, "JP": replace(plain.world.facts["JP"], languages=())}
    unknown = replace(plain.world, facts=facts)
    assert masks(unknown, Preferences(languages=("fr",)))[Wish.LANGUAGE][rows["JP"]].all()


WISHES = st.builds(
    Preferences,
    countries=st.lists(
        st.sampled_from(["MT", "IE", "PT", "IS", "SG", "AD"]), max_size=3, unique=True
    ),
    continents=st.lists(st.sampled_from(list(Continent)), max_size=1),
    languages=st.lists(st.sampled_from(["en", "ja", "is", "eu"]), max_size=2, unique=True),
    population_min=st.none() | st.integers(0, 200_000),
    population_max=st.none() | st.integers(0, 400_000),
)


@settings(max_examples=40)
@given(wished=WISHES)
def test_loosening_never_takes_a_candidate_away(wished: Preferences) -> None:
    """Fewer wishes or a larger range: never fewer places; the same question has the same answer."""
    found = the_plain_ground()
    told = widen(found, wished)
    if told is None:
        met = masks(found.world, wished).values()
        assert np.count_nonzero(np.logical_and.reduce([found.free, *met])) >= ENOUGH
        return
    counts = [each.candidates for each in told.wishes]
    assert counts == sorted(counts, reverse=True)
    assert all(count >= told.candidates for count in counts)
    assert told.larger is None or told.larger.candidates > told.candidates
    assert told == widen(found, wished)


# On a real database.


@pytest.fixture(scope="module")
def matching(platform: Platform) -> Iterator[Matching]:
    with matching_alone(platform, "matching_advice", Clock()) as service:
        yield service


def a_case(matching: Matching, wished: Preferences, **facts: Any) -> UUID:
    case_id = uuid4()
    known = {"case_id": case_id, "community_id": uuid4(), "named_cities": ()}
    request = "intake.CitySeekingRequested.v1"
    hear(matching, request, **known | {"preferences": wished} | facts)
    return case_id


def list_city(matching: Matching, city: Place) -> None:
    hear(
        matching,
        "intake.ForeignCityListed.v1",
        listing_id=uuid4(),
        community_id=city.community_id,
        place=city,
        profile=PublicProfile(),
    )


def asked(matching: Matching, case_id: UUID, *, for_staff: bool = True) -> Advice:
    return advice.advise(matching, matching.ranking, matching.case(case_id), for_staff=for_staff)


def of(told: Sequence[Saturation], code: str) -> Saturation:
    return next(each for each in told if each.country == code)


def test_saturation_counts_searches_listings_and_partnerships(matching: Matching) -> None:
    """Open searches alone, each once; beside them those of the continent, free listed cities, sister cities."""
    for _ in range(2):
        a_case(matching, Preferences(countries=("PL", "IE")))
    ended = a_case(matching, Preferences(countries=("PL",)))
    matching.end(ended, matching.clock())
    a_case(matching, Preferences(continents=(Continent.EUROPE,)))
    mine = a_case(matching, Preferences(countries=("PL",), continents=(Continent.EUROPE,)))
    list_city(matching, GDANSK)
    hear(
        matching,
        "outreach.PartnershipFormed.v1",
        partnership_id=uuid4(),
        community_id=uuid4(),
        foreign_community_id=GDANSK.community_id,
        foreign_place=GDANSK,
        listing_id=None,
    )
    poland = of(saturation(matching), "PL")
    assert (poland.searches, poland.on_its_continent) == (3, 1)
    assert poland.sentence == (
        "3 searches look at Poland, and 1 city is listed there. 1 more looks at all of Europe."
        " Members have 1 sister city there."
    )
    ireland = of(saturation(matching), "IE")
    assert ireland.sentence == (
        "2 searches look at Ireland, and no city is listed there. 2 more look at all of Europe."
    )
    own = asked(matching, mine).saturation
    assert [each.country for each in own] == ["IE", "PL"]
    assert of(own, "PL").sentence.startswith(
        "2 other searches look at Poland, and 1 city is listed"
    )


@pytest.mark.parametrize(
    ("looking", "around", "listed", "said", "besides"),
    [
        (0, 0, 0, "No other search looks at Iceland, and no city is listed there.", ""),
        (1, 0, 1, "1 other search looks at Iceland, and 1 city is listed there.", ""),
        (12, 1, 2, "12 other searches look at Iceland, and 2 cities are listed there.", " 1 more looks"),
        (0, 1, 0, "No other search looks at Iceland, and no city is listed there.", " 1 looks"),
    ],
)  # fmt: skip
def test_every_number_is_good_english(
    matching: Matching, looking: int, around: int, listed: int, said: str, besides: str
) -> None:
    """None, one and many, of searches and of cities."""
    file = matching.case(a_case(matching, Preferences(countries=("IS",))))
    wishes = [(frozenset({"IS"}), frozenset[str](), looking)]
    interest = Interest([*wishes, (frozenset(), frozenset({"EU"}), around)], {"IS": listed}, {})
    (told,) = of_countries(interest, matching.gazetteer.continents, file)
    assert told.sentence == said + (f"{besides} at all of Europe." if besides else "")
    matching.end(file.id, matching.clock())


def test_advice_on_a_case_follows_its_wishes(matching: Matching) -> None:
    """Boundless: where to begin. Too narrow: what to loosen. Ended: nothing any more."""
    boundless = asked(matching, a_case(matching, Preferences()))
    assert (len(boundless.narrow.starts if boundless.narrow else []), boundless.widen) == (5, None)
    case_id = a_case(matching, FEW)
    few = asked(matching, case_id)
    assert few.narrow is None
    assert few.widen
    assert Counter(each.wish for each in few.widen.wishes) == Counter([Wish.REGION, Wish.SIZE])
    matching.end(case_id, matching.clock())
    over = asked(matching, case_id)
    assert (over.narrow, over.widen) == (None, None)


def test_a_member_that_the_world_does_not_have_is_told_where_many_look(matching: Matching) -> None:
    """Nothing can be ranked for it, and nothing fails."""
    county = SPRINGFIELD.model_copy(update={"geoname_id": 2**31 - 1})
    told = asked(matching, a_case(matching, Preferences(countries=("PL",)), place=county))
    assert (told.narrow, told.widen) == (None, None)
    assert [each.country for each in told.saturation] == ["PL"]


def test_staff_and_the_member_read_it_over_http(clients: Clients) -> None:
    """A member reads advice on its own case, without cities; how all searches spread is for staff."""
    found = a_search(clients)
    staff, member = found.staff, found.member.administrator
    told = staff.reads(f"{found.path}/advice")
    assert len(told["narrow"]["starts"]) == 5
    assert all(each["best"] for each in told["narrow"]["starts"])
    own = member.reads(f"{found.path}/advice")
    assert all(each["best"] == [] for each in own["narrow"]["starts"])
    stranger = clients.who(Role.ADMINISTRATOR, community_id=uuid4())
    assert stranger.get(f"{found.path}/advice").status_code == 403
    for read in ("saturation", "exposure"):
        assert staff.get(f"{MATCHING}/{read}").status_code == 200
        assert member.get(f"{MATCHING}/{read}").status_code == 403
    assert staff.reads(f"{MATCHING}/exposure", since="2027-01-01")["sentence"]
    assert staff.get(f"{MATCHING}/exposure", since="soon").status_code == 422
