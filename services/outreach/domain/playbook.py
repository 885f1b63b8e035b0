"""Playbooks: how a country makes partnerships; each fact with its source and the day on which it was seen."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.outreach.domain import refusals as no
from services.outreach.domain.partnership import check_past
from shared.forms import PROSE, Day
from shared.values import Value

Said = Annotated[str, Field(min_length=1, max_length=2000, pattern=PROSE)]
Source = Annotated[
    str,
    Field(min_length=1, max_length=500, pattern=PROSE, description="Where it stands, to look up."),
]
Link = Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\s\x00]+)?$")]
QUESTIONS = {
    "who_signs": "Who signs for a city there",
    "national_approval": "Whether a national approval is needed",
    "naming": "What a partnership is called there, and what that word asks for",
    "holidays": "When nobody is in the office there, beside public holidays",
    "language": "In which language one writes, and how one addresses an office",
}
"""What a playbook answers, by the names of its fields."""


class Fact(Value):
    """A sentence about a country, none about a person: offices are named, not who holds them."""

    text: Said
    source: Source
    link: Link = ""
    checked_on: Annotated[Day, Field(description="When somebody last saw it there.")]


class Content(Value):
    """A field that is null is not known yet."""

    who_signs: Fact | None = None
    national_approval: Fact | None = None
    naming: Fact | None = None
    holidays: Fact | None = None
    language: Fact | None = None

    @property
    def facts(self) -> dict[str, Fact]:
        told = {name: getattr(self, name) for name in QUESTIONS}
        return {name: fact for name, fact in told.items() if fact is not None}

    @property
    def not_known(self) -> list[str]:
        return [
            f"{words} is not known yet."
            for name, words in QUESTIONS.items()
            if name not in self.facts
        ]


def check_corrected(content: Content, known: Content, now: datetime) -> None:
    """Raises PlaybookSaysSo, NotYetHappened."""
    if content == known:
        raise no.PlaybookSaysSo
    for fact in content.facts.values():
        check_past(None, fact.checked_on, now)


def check_country(country: str, known: object) -> None:
    """`known`: what the gazetteer has of it. Raises NoSuchCountry."""
    if known is None:
        raise no.NoSuchCountry(country=country)


def next_days_off(days: dict[date, str], today: date, most: int) -> dict[date, str]:
    return dict([(day, name) for day, name in sorted(days.items()) if day >= today][:most])
