"""Fifty explanations for people to read: `python -m tests.matching.explained` writes docs/samples/explanations.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deploy.local.binaries import WORLD
from services.matching.domain.listed_cities import Availability
from services.matching.explaining import wording
from services.matching.reasons import Explanation, Reason, explain
from services.matching.score import Listed, Measure, Score, Seeker
from services.matching.score.affinity import Affinity
from services.matching.world.columns import World
from shared.examples import ASHIKAGA, ASHIKAGAS_PROFILE, COIMBRA, HOPES, SPRINGFIELDS_PROFILE
from shared.values import Continent, Preferences, PublicProfile, Theme

PAGE = Path(__file__).parents[2] / "docs" / "samples" / "explanations.md"
BY_HAND = "## What a reader complained of, and what was changed"
TODAY = date(2027, 4, 1)
HEADINGS = {
    "suits_you": "Why it suits you",
    "you_suit_them": "Why you suit them",
    "not_known": "What is not known",
}
MARKS = {"for": "+", "against": "−", "neutral": "·"}


NO_WISHES, NO_PROFILE = Preferences(), PublicProfile()


@dataclass(frozen=True)
class Search:
    """A seeker by GeoNames id, two candidates, what is wished for, and what the listings say."""

    home: int
    candidates: tuple[int, int]
    preferences: Preferences = NO_WISHES
    profile: PublicProfile = NO_PROFILE
    listings: tuple[tuple[int, PublicProfile, date | None, bool, Availability], ...] = ()
    """Id, profile, the day it was confirmed, whether it is verified, whether it has time."""


TOLEDO_ES, CIUDAD_JUAREZ, MATAMOROS, INNSBRUCK = 2510409, 4013708, 3523466, 2775220
TERRASINI, GYUMRI, ULM, TAMALE, CHINJU = 2522952, 616635, 2820256, 2294877, 1846052
SEARCHES = (
    Search(  # Springfield, Illinois
        4250542,
        (ASHIKAGA.geoname_id, COIMBRA.geoname_id),
        HOPES,
        SPRINGFIELDS_PROFILE,
        ((ASHIKAGA.geoname_id, ASHIKAGAS_PROFILE, date(2027, 3, 3), True, Availability.FREE),),
    ),
    Search(5174035, (TOLEDO_ES, 715429)),  # Toledo, Ohio: Toledo; Szeged
    Search(  # Honolulu: Hiroshima; Manila
        5856195,
        (1862415, 1701668),
        Preferences(
            continents=(Continent.ASIA,), languages=("ja", "fil"), population_max=2_000_000
        ),
    ),
    Search(5879400, (3133895, 2130452)),  # Anchorage: Tromsø; Chitose
    Search(5554072, (6180550, 2013348)),  # Juneau: Whitehorse; Vladivostok
    Search(  # El Paso: Ciudad Juárez; Chihuahua
        5520993,
        (CIUDAD_JUAREZ, 4014338),
        Preferences(languages=("es",), themes=(Theme.TRADE, Theme.HEALTH)),
        PublicProfile(
            themes=(Theme.TRADE, Theme.HEALTH, Theme.CULTURE),
            industries=("logistics", "medical devices", "defense"),
            universities=("University of Texas at El Paso",),
            languages=("en", "es"),
        ),
        (
            (
                CIUDAD_JUAREZ,
                PublicProfile(
                    themes=(Theme.TRADE,),
                    industries=("medical device assembly", "automotive parts"),
                    languages=("es",),
                ),
                date(2026, 9, 14),
                True,
                Availability.IN_CONVERSATION,
            ),
        ),
    ),
    Search(4676740, (MATAMOROS, 1668341)),  # Brownsville, Texas: Matamoros; Taipei
    Search(4959834, (6158349, 2931804)),  # Calais, Maine: St. Stephen over the bridge; Einbeck
    Search(
        5009004, (6141439, 1784712)
    ),  # Sault Ste. Marie, Michigan: its twin in Ontario; Zhengding
    Search(  # Gloucester, Massachusetts: Terrasini; Gloucester
        4937829,
        (TERRASINI, 2648404),
        Preferences(
            countries=("IT",),
            themes=(Theme.CULTURE,),
            priority_project=Theme.CULTURE,
            population_max=20_000,
        ),
        PublicProfile(themes=(Theme.CULTURE,), industries=("fishing", "tourism")),
        (
            (
                TERRASINI,
                PublicProfile(industries=("fisheries", "tourism")),
                None,
                False,
                Availability.FREE,
            ),
        ),
    ),
    Search(4160812, (3580661, 3687238)),  # Key West: George Town, Cayman Islands; Cartagena
    Search(  # Denver: Ulan Bator; Innsbruck
        5419384,
        (2028462, INNSBRUCK),
        Preferences(continents=(Continent.EUROPE,), languages=("de", "mn")),
        PublicProfile(
            universities=("University of Denver", "Metropolitan State University of Denver")
        ),
        (
            (
                INNSBRUCK,
                PublicProfile(
                    themes=(Theme.SPORTS, Theme.CLIMATE),
                    universities=("University of Innsbruck",),
                    languages=("de", "en"),
                ),
                date(2027, 1, 20),
                True,
                Availability.FREE,
            ),
        ),
    ),
    Search(5493811, (3599699, 1283240)),  # Taos, New Mexico: Antigua Guatemala; Kathmandu
    Search(5039173, (ULM, 2863941)),  # New Ulm, Minnesota: Ulm; Neu-Ulm
    Search(4717560, (2988507, 3021356)),  # Paris, Texas: Paris; Dinan
    Search(  # Dodge City, Kansas: Kokshetau; Venado Tuerto
        5445298,
        (1522203, 3833062),
        Preferences(
            countries=("AR",), population_min=20_000, population_max=100_000, languages=("es",)
        ),
    ),
    Search(4699066, (587084, 2277060)),  # Houston: Baku; Gbarnga
    Search(5128581, (1850147, 184745)),  # New York City: Tokyo; Nairobi
    Search(5880568, (3421319, 4566385)),  # Bethel, Alaska: Nuuk; Mayagüez, Puerto Rico
    Search(5855927, (6941014, 3492914)),  # Hilo: Ponta Delgada; Santiago de los Caballeros
    Search(4140963, (1835848, 1880252)),  # Washington: Seoul; Singapore
    Search(  # Lafayette, Louisiana: Namur; Tamale
        4330145,
        (2790471, TAMALE),
        Preferences(
            languages=("fr",), themes=(Theme.AGRICULTURE, Theme.YOUTH), priority_project=Theme.YOUTH
        ),
        PublicProfile(
            themes=(Theme.AGRICULTURE, Theme.YOUTH),
            industries=("energy", "rice farming"),
            languages=("en", "fr"),
        ),
        (
            (
                TAMALE,
                PublicProfile(
                    themes=(Theme.AGRICULTURE, Theme.YOUTH, Theme.HEALTH),
                    industries=("rice", "shea butter"),
                    universities=("University for Development Studies",),
                    languages=("en", "dag"),
                ),
                date(2027, 2, 11),
                True,
                Availability.FREE,
            ),
        ),
    ),
    Search(  # Eugene, Oregon: Chinju; Batumi
        5725846,
        (CHINJU, 615532),
        listings=(
            (
                CHINJU,
                PublicProfile(themes=(Theme.EDUCATION,), languages=("ko",)),
                date(2026, 11, 2),
                False,
                Availability.FREE,
            ),
        ),
    ),
    Search(
        588335, (4489985, 5234372)
    ),  # from abroad: Tartu: Salisbury, North Carolina; Burlington, Vermont
    Search(  # from abroad: Gyumri: Glendale, California; Toledo, Ohio
        GYUMRI, (5352423, 5174035), Preferences(languages=("hy",), population_max=300_000)
    ),
)


@dataclass(frozen=True)
class Sample:
    seeker: Seeker
    index: int
    listed: Listed | None
    measures: list[Measure]
    explanation: Explanation


def samples(score: Score) -> Iterator[Sample]:
    """All fifty, in the order of the page."""
    world = score.world
    for search in SEARCHES:
        seeker = Seeker(world.index(search.home), search.preferences, search.profile)
        listings = {
            geoname_id: Listed(
                world.index(geoname_id), profile, confirmed_on, verified, availability
            )
            for geoname_id, profile, confirmed_on, verified, availability in search.listings
        }
        for candidate in search.candidates:
            index, listed = world.index(candidate), listings.get(candidate)
            measures = score.measures(seeker, index, listed, TODAY)
            yield Sample(
                seeker, index, listed, measures, explain(score, seeker, index, listed, measures)
            )


def page(score: Score) -> str:
    """Everything of the page that is not written by hand."""
    parts = [INTRODUCTION]
    for number, sample in enumerate(samples(score), 1):
        home, there = (
            wording.full_name(score.world, i) for i in (sample.seeker.home, sample.index)
        )
        parts.append(f"## {number}. {home} → {there}\n")
        for field, heading in HEADINGS.items():
            found: list[Reason] = getattr(sample.explanation, field)
            lines = [f"- {MARKS[each.speaks]} {each.text} *{each.source}*" for each in found]
            parts.append("\n".join([f"**{heading}**\n", *(lines or ["- Nothing."])]) + "\n")
    return "\n".join(parts)


INTRODUCTION = """# Fifty explanations

What matching says of fifty pairs: + speaks for the pair, − against it, · neither; the source stands behind each
sentence. Listings, wishes and debriefs are made up; places and facts are real. `python -m tests.matching.explained`
writes this page again, except for its last part; `tests/matching/test_explanations.py` checks each sentence against the
sources themselves.
"""


def main() -> None:
    world = World.load(WORLD)
    text = page(Score(world, Affinity(world)))
    by_hand = PAGE.read_text(encoding="utf-8").partition(BY_HAND)[2] if PAGE.exists() else "\n"
    PAGE.write_text(f"{text}\n{BY_HAND}{by_hand}", encoding="utf-8")


if __name__ == "__main__":
    main()
