"""A first ranking of cities abroad for a member: a few plain measures, each named in the sentence that explains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import numpy as np
from babel import Locale
from babel.core import get_global
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from services.matching.domain.listed_cities import ListedCity
from shared.gazetteer import Gazetteer
from shared.values import Place, Preferences, PublicProfile

WEIGHTS = {
    "region": 0.35,  # lies in a country (1) or continent (0.8) that the member named
    "size": 0.25,  # as many people as the member: 1; ten times as many or as few, or outside its range: 0
    "language": 0.20,  # share of the country's people who speak a language that the member named, else English
    "distance": 0.10,  # up to 3,000 km: 1; up to 8,000 km: 0.7; beyond: 0.4
    "themes": 0.10,  # share of the member's themes that the city's assessed profile names
}
SMALLEST = 1_000
ENGLISH, SPOKEN = Locale("en"), get_global("territory_languages")
Numbers = NDArray[np.float64]


class Candidate(BaseModel):
    """A city abroad with its place in the ranking, and why."""

    place: Place
    score: Annotated[float, Field(description="0 to 1; what is not known is left out of it.")]
    distance_km: int
    why: Annotated[str, Field(description="One sentence; it says what is not known.")]
    listing_id: UUID | None = None


@dataclass(frozen=True)
class Wish:
    """Who looks, and for what."""

    home: Place
    preferences: Preferences
    profile: PublicProfile

    def themes_in_common(self, profile: PublicProfile) -> list[str] | None:
        wanted = self.preferences.themes or self.profile.themes
        return sorted({*wanted} & {*profile.themes}) if wanted and profile.themes else None


class Ranking:
    """Holds the places abroad as columns; loaded once, in about a second."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        places = [place for place in gazetteer.all(SMALLEST) if place.is_abroad]
        self.ids = np.array([place.geoname_id for place in places])
        self.countries, self.columns = _columns(places)

    def best(
        self, wish: Wish, leave_out: set[int], country: str | None = None, limit: int = 50
    ) -> list[Candidate]:
        """The cities that suit best, the best first; listed cities are to be left out, they are a tier of their own."""
        scores = self._scores(wish, self.countries, self.columns, np.full(len(self.ids), np.nan))
        scores[np.isin(self.ids, list(leave_out))] = -1
        scores[(self.countries != country) & (country is not None)] = -1
        order = [i for i in np.lexsort((self.ids, -scores))[:limit] if scores[i] >= 0]
        found = [(self.gazetteer.find(int(self.ids[i])), scores[i]) for i in order]
        return [self._candidate(wish, place, score) for place, score in found if place]

    def listed(self, wish: Wish, cities: Sequence[ListedCity]) -> list[Candidate]:
        """Listed cities among themselves, the best first (B7)."""
        common = [wish.themes_in_common(city.profile) for city in cities]
        wanted = len(wish.preferences.themes or wish.profile.themes)
        themes = np.array([np.nan if c is None else len(c) / wanted for c in common], dtype=float)
        scores = self._scores(wish, *_columns([city.place for city in cities]), themes)
        ranked = sorted(zip(cities, scores, strict=True), key=lambda pair: -pair[1])
        return [self._candidate(wish, city.place, score, city) for city, score in ranked]

    def _scores(
        self, wish: Wish, countries: NDArray[np.str_], columns: Numbers, themes: Numbers
    ) -> Numbers:
        """The weighted mean of what is known; a measure that is not known (NaN) takes no part."""
        names, of_place = np.unique(countries, return_inverse=True)
        region = np.array([self._region(wish, str(name)) for name in names])[of_place]
        language = np.array([_spoken(wish, str(name))[1] for name in names])[of_place]
        away = distance_km(wish.home, columns[0], columns[1])
        near = np.select([away <= 3_000, away <= 8_000], [1.0, 0.7], 0.4)
        # In the order of WEIGHTS.
        values = np.stack([region, _size(wish, columns[2]), language, near, themes])
        weights = np.array(list(WEIGHTS.values()))[:, None] * ~np.isnan(values)
        return np.asarray(np.nansum(values * weights, axis=0) / weights.sum(axis=0))

    def _region(self, wish: Wish, country: str) -> float:
        wanted = wish.preferences
        if not wanted.countries and not wanted.continents:
            return np.nan
        if country in wanted.countries:
            return 1.0
        return 0.8 if self.gazetteer.continents.get(country) in wanted.continents else 0.0

    def _candidate(
        self, wish: Wish, place: Place, score: float, listed: ListedCity | None = None
    ) -> Candidate:
        away = int(distance_km(wish.home, place.latitude, place.longitude))
        region, (code, share) = self._region(wish, place.country), _spoken(wish, place.country)
        common = wish.themes_in_common(listed.profile) if listed else None
        why = (
            f"{place.name} has {place.population:,} people to your {wish.home.population:,}, lies {away:,} km away in"
            f" {ENGLISH.territories.get(place.country, place.country)}"
            f"{'' if np.isnan(region) else ', where you look' if region else ', outside the regions you named'}; "
            f"{f'{ENGLISH.languages.get(code, code)} is spoken by {share:.0%} there; ' if code else ''}"
            f"{'its themes are not known' if common is None else 'shared themes: ' + (', '.join(common) or 'none')}."
        )
        known = {"place": place, "score": round(score, 3), "distance_km": away, "why": why}
        return Candidate.model_validate(known | {"listing_id": listed and listed.listing_id})


def _columns(places: Sequence[Place]) -> tuple[NDArray[np.str_], Numbers]:
    rows = [(place.latitude, place.longitude, place.population) for place in places]
    countries = np.array([place.country for place in places], dtype=str)
    return countries, np.array(rows, dtype=float).reshape(-1, 3).T


def _size(wish: Wish, population: Numbers) -> Numbers:
    known = np.where(population > 0, population, np.nan)
    closeness = 1 - np.clip(np.abs(np.log10(known / max(wish.home.population, 1))), 0, 1)
    closeness[known < (wish.preferences.population_min or 0)] = 0
    closeness[known > (wish.preferences.population_max or np.inf)] = 0
    return closeness


def _spoken(wish: Wish, country: str) -> tuple[str, float]:
    """The language that most people of a country share with the member, and their share (CLDR); NaN if unknown."""
    wanted, known = wish.preferences.languages or ("en",), SPOKEN.get(country, {})
    shares = {each: known.get(each, {}).get("population_percent", 0) / 100 for each in wanted}
    code = max(shares, key=lambda each: shares[each])
    return (code, min(shares[code], 1.0)) if known else ("", np.nan)


def distance_km(home: Place, latitude: Numbers | float, longitude: Numbers | float) -> Numbers:
    """Great-circle distance (haversine), kilometres."""
    lat1, lat2 = np.radians(home.latitude), np.radians(latitude)
    half = np.sin(np.radians(np.asarray(longitude) - home.longitude) / 2) ** 2
    step = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * half
    return np.asarray(12_742 * np.arcsin(np.sqrt(np.clip(step, 0, 1))))
