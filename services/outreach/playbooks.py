"""Playbooks of countries: the shipped ones in a file, what staff made of them in versions, and what programs know."""

import json
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated, NamedTuple
from uuid import UUID, uuid5

import holidays
from babel import Locale
from babel.languages import get_official_languages
from pydantic import BaseModel, Field

from services.outreach.domain.playbook import (
    Content,
    check_corrected,
    check_country,
    next_days_off,
)
from shared.application import Receipt, Service
from shared.context import Caller, current_command
from shared.gazetteer import Gazetteer
from shared.personal import opened
from shared.refusals import ChangedMeanwhile

PLAYBOOKS = UUID("5b1f2b52-6b0f-5d0c-8a57-3d1f4f0e9c21")
DAYS_OFF = 8
"""How many public holidays to come are told."""


class DayOff(BaseModel):
    day: date
    name: str


class Experience(BaseModel):
    """What pairs have learned of how their cities are governed (B10)."""

    pairs: Annotated[int, Field(description="Pairs of this country in which it was learned.")]
    decided_by: dict[str, int]
    needed_national_approval: int
    needed_none: int


class PlaybookItem(BaseModel):
    country: str
    name: str
    version: Annotated[int, Field(description="0: as it was shipped.")]
    known: Annotated[list[str], Field(description="The fields that are known.")]


class Playbook(BaseModel):
    version: Annotated[int, Field(description="First, so that it becomes the ETag.")]
    country: str
    name: str
    is_shipped: Annotated[bool, Field(description="As it came; staff have not corrected it.")]
    written_at: datetime | None
    content: Content
    not_known: list[str]
    official_languages: Annotated[list[str], Field(description="ISO 639 codes.")]
    languages_source: str
    days_off: Annotated[list[DayOff], Field(description="The next public holidays.")]
    days_off_source: str
    experience: Annotated[Experience, Field(description="What our own pairs have learned there.")]


class PlaybookVersion(BaseModel):
    version: int
    written_by: Annotated[str, Field(description="Id of a person of staff.")]
    written_at: datetime
    content: Content


class Row(NamedTuple):
    country: str
    version: int
    written_by: str
    written_at: datetime
    content: Content


class Playbooks(Service):
    """The part of outreach that keeps what is known of countries; rows, not events. The rest stands in `Outreach`."""

    gazetteer: Gazetteer

    def correct_playbook(self, caller: Caller, country: str, content: Content) -> Receipt:
        """A new version; earlier ones stay. Raises NoSuchCountry, PlaybookSaysSo, ChangedMeanwhile."""
        check_country(country, self.gazetteer.continents.get(country))
        now, text = self.clock(), self.vault.seal(content.model_dump_json())
        with self.transaction() as curs:
            # Of two corrections at once the second waits here for the first.
            curs.execute("SELECT pg_advisory_xact_lock(hashtext('playbooks/' || %s))", [country])
            newest, known = _newest(self, country)
            _expect(newest)
            check_corrected(content, known, now)
            curs.execute(
                "INSERT INTO playbooks (country, version, sealed, written_by, written_at)"
                " VALUES (%(country)s, %(version)s, %(sealed)s, %(by)s, %(now)s)",
                {
                    "country": country,
                    "version": newest + 1,
                    "sealed": text,
                    "by": caller.subject,
                    "now": now,
                },
            )
            position = self._last_public(curs, None)
        return Receipt(id=uuid5(PLAYBOOKS, country), version=newest + 1, position=position)


def _expect(newest: int) -> None:
    """If-Match speaks of the playbook's version. Raises ChangedMeanwhile."""
    command = current_command.get()
    if command is not None and command.expected_version not in (None, newest):
        raise ChangedMeanwhile


@cache
def shipped() -> dict[str, Content]:
    text = files("services.outreach").joinpath("data/playbooks.json").read_text()
    return {country: Content.model_validate(told) for country, told in json.loads(text).items()}


def _newest(service: Service, country: str) -> tuple[int, Content]:
    found = _written(service, country, most=1)
    return (found[0].version, found[0].content) if found else (0, shipped().get(country, Content()))


def _written(service: Service, country: str | None = None, most: int | None = None) -> list[Row]:
    """What staff wrote, of one country or of all, the newest first."""
    found = service.rows(
        "SELECT country, version, written_by, written_at, sealed FROM playbooks"
        " WHERE %(country)s::text IS NULL OR country = %(country)s ORDER BY version DESC LIMIT %(most)s",
        country=country,
        most=most,
    )
    return [
        Row(**row, content=Content.model_validate_json(text) if text is not None else Content())
        for row, text in opened(service, found)
    ]


def playbooks(service: Service) -> list[PlaybookItem]:
    """Countries of which something is known."""
    told = {country: (0, content) for country, content in shipped().items()}
    told |= {row.country: (row.version, row.content) for row in reversed(_written(service))}
    return [
        PlaybookItem(
            country=country, name=_name(country), version=number, known=list(content.facts)
        )
        for country, (number, content) in sorted(told.items())
    ]


def playbook(outreach: Playbooks, country: str) -> Playbook:
    """Raises NoSuchCountry."""
    check_country(country, outreach.gazetteer.continents.get(country))
    number, content = _newest(outreach, country)
    written = _written(outreach, country, most=1)
    days, days_source = _days_off(country, outreach.clock().date())
    return Playbook(
        version=number,
        country=country,
        name=_name(country),
        is_shipped=number == 0,
        written_at=written[0].written_at if written else None,
        content=content,
        not_known=content.not_known,
        official_languages=list(get_official_languages(country)),
        languages_source=f"Unicode CLDR, in Babel {version('babel')}",
        days_off=days,
        days_off_source=days_source,
        experience=_experience(outreach, country),
    )


def versions(outreach: Playbooks, country: str) -> list[PlaybookVersion]:
    """The newest first. Raises NoSuchCountry."""
    check_country(country, outreach.gazetteer.continents.get(country))
    return [PlaybookVersion(**row._asdict()) for row in _written(outreach, country)]


def _name(country: str) -> str:
    return str(Locale("en").territories.get(country, country))


def _days_off(country: str, today: date) -> tuple[list[DayOff], str]:
    """Public holidays that the whole country keeps; none where the calendar does not know it."""
    years = (today.year, today.year + 1)
    try:
        calendar = holidays.country_holidays(country, years=years, language="en_US")
    except NotImplementedError:  # how the package says that it does not know a country
        return [], "The holidays package does not know this country."
    days = next_days_off(dict(calendar), today, DAYS_OFF)
    told = [DayOff(day=day, name=name) for day, name in days.items()]
    return told, f"The holidays package {version('holidays')}"


def _experience(service: Service, country: str) -> Experience:
    found = service.rows(
        "SELECT decided_by, needs_national_approval AS needs, count(*) AS n FROM pairs"
        " LEFT JOIN communities USING (community_id) WHERE country = %(country)s"
        " AND (decided_by <> 'unknown' OR needs_national_approval IS NOT NULL)"
        " AND NOT coalesce(communities.is_demonstration, false) GROUP BY decided_by, needs",
        country=country,
    )
    decided: dict[str, int] = {}
    for row in found:
        if row["decided_by"] != "unknown":
            decided[row["decided_by"]] = decided.get(row["decided_by"], 0) + row["n"]
    return Experience(
        pairs=sum(row["n"] for row in found),
        decided_by=decided,
        needed_national_approval=sum(row["n"] for row in found if row["needs"] is True),
        needed_none=sum(row["n"] for row in found if row["needs"] is False),
    )
