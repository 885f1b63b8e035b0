"""How places, numbers, distances, climates and languages are written for readers in a city hall."""

from calendar import month_name
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from babel import Locale

from services.matching.world.columns import World
from shared import countries

ENGLISH = Locale("en")
MILES_PER_KM = 0.621371
FEET_PER_METRE = 3.28084
SHORT_KM = 1.5
"""Up to here kilometres round to one, and miles are less than one."""
HOME = "US"

DESCRIBED = frozenset(
    {
        "Area",
        "Azores",
        "Borough",
        "Country",
        "Department",
        "District",
        "Division",
        "Federation",
        "Governorate",
        "Islands",
        "Krai",
        "Municipality",
        "Oblast",
        "Region",
        "Republic",
        "State",
        "Territory",
        "Urban",
    }
)
"""Words with which a region's name takes "the"."""

DIRECTIONS = frozenset(
    {"Central", "East", "Eastern", "North", "Northern", "South", "Southern", "West", "Western"}
)

CLIMATES = {
    "Af": "hot and wet all year",
    "Am": "hot all year with a short dry season",
    "As": "hot all year with dry summers",
    "Aw": "hot all year with a dry season in winter",
    "BSh": "hot and rather dry",
    "BSk": "rather dry with cool or cold winters",
    "BWh": "hot desert",
    "BWk": "desert with cool or cold winters",
    "Cfa": "temperate with hot summers, without a dry season",
    "Cfb": "temperate with warm summers, without a dry season",
    "Cfc": "temperate with short mild summers, without a dry season",
    "Csa": "temperate with hot dry summers",
    "Csb": "temperate with warm dry summers",
    "Csc": "temperate with short dry summers",
    "Cwa": "temperate with hot summers and dry winters",
    "Cwb": "temperate with warm summers and dry winters",
    "Cwc": "temperate with short summers and dry winters",
    "Dfa": "cold winters and hot summers, without a dry season",
    "Dfb": "cold winters and warm summers, without a dry season",
    "Dfc": "long cold winters and short mild summers, without a dry season",
    "Dfd": "severe winters and short mild summers, without a dry season",
    "Dsa": "cold winters and hot dry summers",
    "Dsb": "cold winters and warm dry summers",
    "Dsc": "long cold winters and short dry summers",
    "Dsd": "severe winters and short dry summers",
    "Dwa": "cold dry winters and hot wet summers",
    "Dwb": "cold dry winters and warm wet summers",
    "Dwc": "long cold dry winters and short wet summers",
    "Dwd": "severe dry winters and short wet summers",
    "ET": "cold all year",
}
"""Koeppen-Geiger classes in words that hold on the coast and in the mountains: C is called temperate, no more."""

ORDINALS = (
    "",
    "",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
CONTINENTS = {
    "AF": "Africa",
    "AN": "Antarctica",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}


country = countries.country
"""A country's name as it stands inside a sentence."""


@lru_cache(maxsize=1024)
def language(code: str) -> str:
    return str(ENGLISH.languages.get(code, code))


def climate(code: str) -> str:
    """The words with the class for those who want to look it up: "hot desert (Koeppen BWh)"."""
    return f"{CLIMATES[code]} (Koeppen {code})"


def ordinal(number: int) -> str:
    """ "second" up to "tenth", then "11th", "22nd"; empty for the first: "the largest" needs no number."""
    if number < len(ORDINALS):
        return ORDINALS[number]
    ending = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number:,}{ending}"


def number(count: int) -> str:
    return {5: "five", 10: "ten"}.get(count, f"{count:,}")


def superlative(rank: int) -> str:
    """ "largest", "second largest"."""
    return f"{ordinal(rank)} largest".lstrip()


@lru_cache(maxsize=8192)
def rounded(number: float) -> int:
    """To three digits, from a thousand on; below to the nearest ten from a hundred on."""
    if number < 100:
        return round(number)
    step = 10 ** max(1, len(str(int(number))) - 3)
    return int((number + step / 2) // step * step)


def people(population: int) -> str:
    return f"about {rounded(population):,} people"


def people_near(population: int, bounds: Sequence[int | None]) -> str:
    """Rounded, or exact where rounding would put it on the wrong side of a bound."""
    about = rounded(population)
    if any(bound is not None and (about < bound) != (population < bound) for bound in bounds):
        return f"{population:,} people"
    return people(population)


def distance(km: float, reader: str) -> str:
    """In miles with kilometres for a reader in the United States, else in kilometres: "6 miles (10 km)"."""
    metric = f"{km:,.0f} km" if km >= 1 else "less than 1 km"
    if reader != HOME:
        return metric
    miles = round(km * MILES_PER_KM)
    if km < SHORT_KM:
        return f"less than a mile ({metric})"
    return f"{miles:,} {'mile' if miles == 1 else 'miles'} ({metric})"


def far(km: float, reader: str) -> str:
    """As `distance`, to two digits, to follow "about": "6,100 miles (9,800 km)"."""
    metric = f"{_two_digits(km):,} km"
    if reader != HOME:
        return metric
    miles = _two_digits(km * MILES_PER_KM)
    return f"{miles:,} {'mile' if miles == 1 else 'miles'} ({metric})"


def _two_digits(number: float) -> int:
    step = 100 if number >= 1000 else 10 if number >= 100 else 1
    return max(round(number / step) * step, 1)


def height(metres: int, reader: str) -> str:
    """Above the sea, from data to the nearest 100 m: "about 5,200 feet (1,600 m)"."""
    if abs(metres) < 100:
        return f"less than {'300 feet (100 m)' if reader == HOME else '100 m'}"
    metric = f"{metres:,} m"
    return (
        f"about {round(metres * FEET_PER_METRE / 100) * 100:,} feet ({metric})"
        if reader == HOME
        else f"about {metric}"
    )


def shore(km: float, reader: str) -> str:
    """How far the sea is: "right on the coast", "2 miles (3 km) from the coast"."""
    return f"{distance(km, reader)} from the coast" if km >= 1 else "right on the coast"


def quarters(hours: float) -> str:
    """Of an hour: "8", "5½"."""
    whole, part = divmod(round(hours * 4), 4)
    return f"{whole or ''}{('', '¼', '½', '¾')[part]}"


def hours(number: float) -> str:
    """ "1 hour", "½ hour", "5½ hours"."""
    return f"{quarters(number)} {'hour' if number <= 1 else 'hours'}"


def overlap(common: tuple[float, float]) -> str:
    """Of office hours, in January and July, after "office hours"."""
    winter, summer = common
    if not winter and not summer:
        return "do not overlap"
    if winter == summer:
        return f"overlap by {hours(winter)} a day"
    if not winter or not summer:
        some, month = (winter, "January") if winter else (summer, "July")
        return f"overlap by {hours(some)} a day in {month}, and not at all half a year later"
    return f"overlap by {hours(winter)} a day in January and {hours(summer)} in July"


def ahead(by: tuple[float, float], where: str) -> str:
    """How clocks differ in January and July: "it is 8 hours later there"."""
    winter, summer = by
    if winter == summer:
        return f"it is {_shift(winter)} {where}"
    if winter * summer > 0:
        how = "later" if winter > 0 else "earlier"
        both = f"{hours(abs(winter))} {how} {where} in January, {quarters(abs(summer))} in July"
        return f"it is {both}"
    return f"it is {_shift(winter)} {where} in January, {_shift(summer)} in July"


def _shift(by: float) -> str:
    if not by:
        return "the same time"
    return f"{hours(abs(by))} {'later' if by > 0 else 'earlier'}"


def share(value: float) -> str:
    """Of people: "96%", "less than 1%"."""
    if value < 0.01:
        return "less than 1%"
    return f"{value * 100:.0f}%"


def listing(words: Sequence[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def day(value: date) -> str:
    """ "3 March 2027" with the month in words, so that nobody on either side misreads it."""
    return f"{value.day} {month_name[value.month]} {value.year}"


def region(world: World, row: int) -> str:
    """The first-level region's name, or "" where it is not known or says no more than the country or the city."""
    name = world.region_of(row).name
    return "" if name in (world.name(row), world.country_of(row).name) else name


@lru_cache(maxsize=8192)
def region_in_sentence(name: str) -> str:
    """With "the" where English needs it: "the Bicol Region", "the State of Berlin", "Ohio"."""
    words = name.split()
    if DIRECTIONS.issuperset(words):
        return f"the {name} region"
    first, last = words[0], words[-1]
    is_described = " of " in name and first in DESCRIBED
    takes = is_described or last in DESCRIBED or "Capital" in words
    return f"the {name}" if takes else name


def full_name(world: World, row: int) -> str:
    """ "Gyumri, Shirak, Armenia"; "Toledo, Ohio"; "Yerevan, Armenia", whose region has its name; "Singapore"."""
    code = world.country_code(row)
    parts = [world.name(row), world.region_of(row).name]
    if code != HOME or not parts[1]:
        parts.append(country(code).removeprefix("the "))
    kept = parts if code == HOME else dict.fromkeys(parts)
    return ", ".join(part for part in kept if part)


def count_of(number: int, one: str, many: str) -> str:
    """ "no city", "1 city", "2 cities"."""
    return f"{number:,} {many}" if number > 1 else f"{number or 'no'} {one}"


def sentence(text: str) -> str:
    """With a capital."""
    return f"{text[0].upper()}{text[1:]}"
