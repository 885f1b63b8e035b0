"""Every page that has an address, who looks at it and in which languages: `make screenshots` makes a picture of each.

`{case_id}`, `{community_id}` and `{city}` are filled in with an open case that has a shortlist, its community, and the
address of a listed city's page.
"""

from dataclasses import dataclass

BOTH = ("en", "ar")
"""What has five languages is looked at in one of each direction."""


@dataclass(frozen=True)
class Shown:
    name: str
    path: str
    who: str = ""
    """`administrator`, `staff` or `operator`; nobody where it is empty."""
    languages: tuple[str, ...] = ("en",)
    waits_for: str = ""
    """What stands there once the page is whole, besides its heading."""


MAP = '[data-map-state="idle"]'

PAGES = (
    Shown("directory", "/", languages=BOTH, waits_for=MAP),
    Shown("directory-education", "/?theme=education", waits_for=MAP),
    Shown("city", "{city}", languages=BOTH, waits_for=MAP),
    Shown("city-unknown", "/cities/jp/ashikga"),
    Shown("embed", "/embed?country=JP", waits_for=MAP),
    Shown("how-it-works", "/how-it-works", languages=(*BOTH, "ja")),
    Shown("list-your-city", "/list-your-city", languages=BOTH),
    Shown("sign-in", "/sign-in"),
    Shown("not-found", "/no-such-page"),
    Shown("signed-in-administrator", "/sign-in", "administrator"),
    Shown("signed-in-staff", "/sign-in", "staff"),
    Shown("signed-in-operator", "/sign-in", "operator"),
    Shown("passkeys", "/sign-in/passkeys", "staff"),
    Shown("digest", "/digest", "staff"),
    Shown("your-search", "/city", "administrator"),
    Shown("your-search-debriefing", "/city/debrief", "administrator"),
    Shown("your-search-wishes", "/city/answers", "administrator"),
    Shown("your-search-cities", "/city/prospects", "administrator"),
    Shown("your-search-documents", "/city/documents", "administrator"),
    Shown("your-search-conversation", "/city/conversation", "administrator"),
    Shown("your-search-log", "/city/log", "administrator"),
    Shown("your-search-people", "/city/people", "administrator"),
    Shown("your-search-withdraw", "/city/withdraw", "administrator"),
    Shown("staff", "/staff", "staff"),
    Shown("world", "/staff/world", "staff", waits_for=MAP),
    Shown("world-of-a-search", "/staff/world?case={case_id}", "staff", waits_for=MAP),
    Shown("listings", "/staff/listings", "staff", waits_for="tbody tr"),
    Shown("contacts", "/staff/contacts", "staff", waits_for="tbody tr"),
    Shown("mail", "/staff/mail", "staff"),
    Shown("letters", "/staff/letters", "staff", waits_for="tbody tr"),
    Shown("letter", "/staff/letters/intake/question/en", "staff", waits_for="textarea"),
    Shown("reports", "/staff/reports", "staff", waits_for="tbody tr"),
    Shown("staff-refused", "/staff", "administrator"),
    Shown("ops", "/ops", "operator"),
)
