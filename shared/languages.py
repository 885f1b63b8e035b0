"""Languages in which people write today, by CLDR: official somewhere, or spoken by one in a hundred of a territory."""

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from shared.refusals import Refusal

ONE_IN_A_HUNDRED = 1.0
UNDETERMINED = "und"


class UnknownLanguage(Refusal):
    """{code} is the code of no language in which people write today."""

    status = 422
    next_step = "Give the code of ISO 639 in small letters, such as fr, pt or uk."


@cache
def written_today() -> Mapping[str, str]:
    """Code -> name in English."""
    names = Locale("en").languages
    codes = {
        tag.partition("_")[0]
        for territory in get_global("territory_languages").values()
        for tag, told in territory.items()
        if told.get("official_status") or told.get("population_percent", 0) >= ONE_IN_A_HUNDRED
    }
    return {code: str(names[code]) for code in sorted(codes - {UNDETERMINED}) if code in names}


def check_language(code: str) -> None:
    """Raises UnknownLanguage."""
    if code not in written_today():
        raise UnknownLanguage(code=code)
