"""What each of the nine documents is made of; the texts of its parts stand in the files of `clauses/`."""

from dataclasses import dataclass
from enum import StrEnum

from services.outreach.domain.document import ARTICLES
from shared.values import DocumentKind


class Style(StrEnum):
    HEAD = "head"
    """At the head of a letter: where and when it is written, and to whom."""
    PARAGRAPH = "paragraph"
    ARTICLE = "article"
    """Has a heading and is numbered."""
    FIELDS = "fields"
    """An article with the list of the fields of cooperation."""
    DELEGATES = "delegates"
    """A heading with the table of a delegation's members."""


@dataclass(frozen=True, slots=True)
class Part:
    id: str
    style: Style = Style.PARAGRAPH
    choices: tuple[str, ...] = ()
    """Where one of several texts is taken: the first that applies."""


@dataclass(frozen=True, slots=True)
class Structure:
    parts: tuple[Part, ...]
    has_witnesses: bool = False
    is_attested: bool = False
    is_letter: bool = False
    """Its day stands at its head; nobody dates the signature by hand."""


def _agreement() -> Structure:
    articles = (
        Part("purpose", Style.ARTICLE),
        *(Part(each, Style.FIELDS if each == "fields" else Style.ARTICLE) for each in ARTICLES),
    )
    return Structure((Part("opening"), *articles, Part("closing")), has_witnesses=True)


def _of(*names: str) -> tuple[Part, ...]:
    return tuple(CHOICES.get(name) or Part(name) for name in names)


CHOICES = {
    "head": Part("head", Style.HEAD),
    "salutation": Part("salutation", choices=("salutation", "salutation_unknown")),
    "visit": Part("visit", choices=("visit", "visit_open")),
    "costs": Part("costs", choices=("costs_host", "costs_delegation")),
    "delegates": Part("delegates", Style.DELEGATES),
}
KINDS: dict[DocumentKind, Structure] = {
    DocumentKind.INVITATION: Structure(
        _of("head", "salutation", "opening", "reasons", "visit", "next", "closing"), is_letter=True
    ),
    DocumentKind.ACCEPTANCE: Structure(
        _of("head", "salutation", "opening", "reasons", "next", "contact", "closing"),
        is_letter=True,
    ),
    DocumentKind.LETTER_OF_INTENT: _agreement(),
    DocumentKind.FRIENDSHIP_AGREEMENT: _agreement(),
    DocumentKind.COUNCIL_RESOLUTION: Structure(
        _of(
            *("whereas_met", "whereas_fields", "whereas_terms", "resolved"),
            *("endorsement", "authority", "money", "effect", "closing", "vote"),
        ),
        is_attested=True,
    ),
    DocumentKind.SISTER_CITY_AGREEMENT: _agreement(),
    DocumentKind.PROCLAMATION: Structure(
        _of("whereas_link", "whereas_people", "proclaimed", "call", "closing")
    ),
    DocumentKind.VISA_SUPPORT_LETTER: Structure(
        _of(
            *("head", "salutation", "opening", "delegates", "reasons", "costs"),
            *("return", "passports", "closing"),
        ),
        is_letter=True,
    ),
    DocumentKind.DELEGATION_LIST: Structure(_of("opening", "delegates", "privacy")),
}
