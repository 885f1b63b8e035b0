"""Laws and policies as dated data: whom a rule binds, what it bars, since when, and what it finds for a member."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, TypeVar
from uuid import UUID, uuid5

from eventsourcing.domain import event
from pydantic import AfterValidator, Field

from services.matching.domain import refusals as no
from shared.aggregates import Aggregate
from shared.forms import NO_CONTROL, PROSE
from shared.values import (
    IN_THE_UNITED_STATES,
    CountryCode,
    GeonameId,
    Place,
    RuleBars,
    RuleEffect,
    RuleKind,
    Standing,
    Value,
)

STATES = frozenset({
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC",
    "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
})  # fmt: skip
Key = TypeVar("Key", int, str)
EXAMPLE = "Example, not legal advice."
SOON = timedelta(days=180)
"""So long before its first day a rule is told of, as a warning."""
_RULES = UUID("c4f0c3a8-5f0f-4d7c-9c3e-6f1f4f6e2b91")

Slug = Annotated[
    str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80, examples=["texas-gov-code-795"])
]
StateCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="State of the U.S., e.g. TX.")]
Line = Annotated[str, Field(max_length=300)]
WrittenLine = Annotated[str, Field(max_length=300, pattern=NO_CONTROL)]


def _in_order(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


def _numbers_in_order(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers)))


class Terms(Value):
    """What a rule says, as it is stored for good; one that names neither states nor communities binds everyone.

    Its texts have no patterns here: what was taken in once is read for ever, whatever the door asks for today.
    """

    slug: Slug
    title: Annotated[Line, Field(min_length=1, examples=["Texas Government Code ch. 795"])]
    kind: RuleKind
    states: Annotated[tuple[StateCode, ...], AfterValidator(_in_order)] = ()
    communities: Annotated[
        tuple[GeonameId, ...],
        AfterValidator(_numbers_in_order),
        Field(description="GeoNames ids of the members that it binds."),
    ] = ()
    bars: RuleBars
    countries: Annotated[tuple[CountryCode, ...], AfterValidator(_in_order)] = ()
    effect: RuleEffect
    in_force_from: Annotated[date | None, Field(description="The first day; none: always.")] = None
    in_force_until: Annotated[date | None, Field(description="The last day; none: open.")] = None
    citation: Line = ""
    link: Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\s\x00]+)?$")] = ""
    checked_on: Annotated[
        date | None, Field(description="When somebody last held it against its source.")
    ] = None
    is_example: Annotated[bool, Field(description="Shipped as an example: not legal advice.")] = (
        False
    )
    sentence: Annotated[Line, Field(min_length=1, description="One sentence for people.")]
    note: Annotated[str, Field(max_length=1000)] = ""

    def binds(self, seeker: Place) -> bool:
        if not self.states and not self.communities:
            return True
        is_of_state = seeker.country == "US" and seeker.admin1 in self.states
        return is_of_state or seeker.geoname_id in self.communities

    @property
    def is_void(self) -> bool:
        """It was retired before its first day, so that it never is in force."""
        first, last = self.in_force_from, self.in_force_until
        return first is not None and last is not None and last < first

    def begins_soon(self, day: date) -> bool:
        """Within SOON from that day, not on it; what it will bar is told beforehand."""
        first = self.in_force_from
        return first is not None and day < first <= day + SOON and not self.is_void

    def is_in_force(self, day: date) -> bool:
        has_begun = self.in_force_from is None or self.in_force_from <= day
        return has_begun and (self.in_force_until is None or day <= self.in_force_until)


class WrittenTerms(Terms):
    """As people write them, at the door and in a file: texts that can be read."""

    title: Annotated[WrittenLine, Field(min_length=1, examples=["Texas Government Code ch. 795"])]
    citation: WrittenLine = ""
    sentence: Annotated[WrittenLine, Field(min_length=1, description="One sentence for people.")]
    note: Annotated[str, Field(max_length=1000, pattern=PROSE)] = ""

    def terms(self) -> Terms:
        return Terms.model_validate(self.model_dump())


class Cited(Value):
    """A rule as it is named where it is told of: for programs, for people, and by its source."""

    slug: str
    title: str = ""
    citation: str = ""

    @classmethod
    def of(cls, rule: "Terms | Finding") -> "Cited":
        return cls(slug=rule.slug, title=rule.title, citation=rule.citation)


class Finding(Value):
    """What one rule says about a place, or about the member itself."""

    slug: str
    kind: RuleKind
    bars: RuleBars
    effect: RuleEffect
    title: str
    sentence: Annotated[str, Field(description="For people; an example says that it is one.")]
    citation: str
    link: str
    since: Annotated[date | None, Field(description="In force from; none: always.")]
    checked_on: date | None
    is_example: bool
    is_upcoming: Annotated[
        bool, Field(description="It begins on the day `since`; before, it warns and bars nothing.")
    ] = False

    @classmethod
    def of(cls, terms: Terms) -> "Finding":
        """Without validation: terms are checked where they come in, and a ranking asks a thousand times an hour."""
        return cls.model_construct(
            slug=terms.slug,
            kind=terms.kind,
            bars=terms.bars,
            effect=terms.effect,
            title=terms.title,
            sentence=f"{terms.sentence} {EXAMPLE}" if terms.is_example else terms.sentence,
            citation=terms.citation,
            link=terms.link,
            since=terms.in_force_from,
            checked_on=terms.checked_on,
            is_example=terms.is_example,
            is_upcoming=False,
        )

    @classmethod
    def before(cls, terms: Terms) -> "Finding":
        """Of a rule that begins soon."""
        found = cls.of(terms)
        sentence = f"From {terms.in_force_from:%-d %B %Y}: {found.sentence}"
        changed = {"effect": RuleEffect.WARN, "sentence": sentence, "is_upcoming": True}
        return found.model_copy(update=changed)

    def about(self, name: str) -> str:
        """For the case: `Since 1 September 2025, <title> bars Suzhou: <sentence> (<citation>)`; a link has no law."""
        if self.bars is RuleBars.EXISTING_LINK:
            return f"{name}: {self.sentence}"
        verb = {
            RuleEffect.BLOCK: "bars",
            RuleEffect.WARN: "warns of",
            RuleEffect.PREFER: "favours",
        }[self.effect]
        since = f"Since {self.since:%-d %B %Y}, " if self.since and not self.is_upcoming else ""
        cited = f" ({self.citation})" if self.citation not in ("", self.title) else ""
        return f"{since}{self.title} {verb} {name}: {self.sentence}{cited}"


@dataclass(frozen=True)
class Verdicts:
    """What the rules find for one member on one day; a place is blocked where any finding blocks, and all are kept."""

    own: list[Finding] = field(default_factory=list)
    """About the member itself, and so about every choice."""
    by_country: dict[str, list[Finding]] = field(default_factory=dict)
    by_place: dict[int, list[Finding]] = field(default_factory=dict)
    """By GeoNames id, beside what is said of its country."""
    partners: frozenset[int] = frozenset()

    def of(self, geoname_id: int, country: str) -> list[Finding]:
        """Of one place, the blocks first. A partner is no second partner of its country."""
        said = [*self.by_place.get(geoname_id, ()), *self.by_country.get(country, ())]
        if geoname_id in self.partners:
            said = [each for each in said if each.bars is not RuleBars.SECOND_IN_COUNTRY]
        return sorted(said, key=lambda each: EFFECTS.index(each.effect))

    def is_blocked(self, geoname_id: int, country: str) -> bool:
        return any(each.effect is RuleEffect.BLOCK for each in self.of(geoname_id, country))

    def barrier(self, place: Place) -> Finding | None:
        """The law or policy that bars a choice; links and standing have refusals of their own."""
        for found in self.of(place.geoname_id, place.country):
            is_law = found.bars in (RuleBars.COUNTRIES, RuleBars.SECOND_IN_COUNTRY)
            if is_law and found.effect is RuleEffect.BLOCK:
                return found
        return None

    def effects(self, places: Iterable[Place], slug: str) -> dict[int, RuleEffect]:
        """What one rule does to these places: block or warn; a preference changes nothing, nor what has not begun."""
        return {
            place.geoname_id: found.effect
            for place in places
            for found in self.of(place.geoname_id, place.country)
            if found.slug == slug
            and found.effect is not RuleEffect.PREFER
            and not found.is_upcoming
        }


EFFECTS = (RuleEffect.BLOCK, RuleEffect.WARN, RuleEffect.PREFER)
NO_VERDICTS = Verdicts()


def verdicts(
    rules: Iterable[Terms],
    seeker: Place,
    standing: Standing,
    partners: Sequence[Place],
    day: date,
) -> Verdicts:
    """What the rules in force on that day find, and those that begin soon; `partners` are the active sister cities."""
    found = Verdicts(partners=frozenset(each.geoname_id for each in partners))
    for terms in rules:
        if not terms.binds(seeker):
            continue
        if terms.is_in_force(day):
            _add(found, terms, Finding.of(terms), standing, partners)
        elif terms.begins_soon(day) and terms.effect is not RuleEffect.PREFER:
            _add(found, terms, Finding.before(terms), standing, partners)
    return found


def _add(
    found: Verdicts,
    terms: Terms,
    finding: Finding,
    standing: Standing,
    partners: Sequence[Place],
) -> None:
    match terms.bars:
        case RuleBars.COUNTRIES:
            _note(found.by_country, terms.countries, finding)
        case RuleBars.SECOND_IN_COUNTRY:
            _note(found.by_country, sorted({each.country for each in partners}), finding)
        case RuleBars.EXISTING_LINK:
            _note(found.by_place, sorted({each.geoname_id for each in partners}), finding)
        case RuleBars.LAPSED_STANDING:
            if not standing.is_good:
                found.own.append(finding)


def _note(said: dict[Key, list[Finding]], keys: Iterable[Key], finding: Finding) -> None:
    for key in keys:
        said.setdefault(key, []).append(finding)


class Rule(Aggregate):
    """One rule and its history; after each change the open cases that it concerns are looked at again, in passes."""

    terms: Terms

    class RuleAdopted(Aggregate.Created):
        slug: str
        at: datetime

    class RuleChanged(Aggregate.Event):
        """All that it says from now on: when it is adopted, changed or retired."""

        terms: Terms
        retired_on: date | None
        at: datetime

    class DateReached(Aggregate.Event):
        day: date
        at: datetime

    class CasesChecked(Aggregate.Event):
        """`last_case_id`: the pass goes on behind it; none: it is done."""

        last_case_id: UUID | None
        at: datetime

    @event(RuleAdopted)
    def __init__(self, slug: str, at: datetime) -> None:
        self.slug = slug
        self.retired_on: date | None = None
        self.seen_on = at.date()
        # What the open cases were last held against, as a whole.
        self.checked: Terms | None = None
        self.checked_on = at.date()
        # The pass that is under way.
        self.asked_at: datetime | None = None
        self.last_case_id: UUID | None = None

    @staticmethod
    def create_id(slug: str) -> UUID:
        return uuid5(_RULES, slug)

    @classmethod
    def adopt(cls, terms: Terms, countries: Collection[str], at: datetime) -> "Rule":
        """`countries`: the ISO codes that there are. Raises what `check_terms` raises."""
        check_terms(terms, countries)
        rule = cls(slug=terms.slug, at=at)
        rule._change(terms, None, at)
        return rule

    def change(self, terms: Terms, countries: Collection[str], at: datetime) -> None:
        """What it says from now on, all of it; one that was retired is in force again as its dates say."""
        check_terms(terms, countries)
        if terms.slug != self.slug:
            raise no.SlugStays(slug=self.slug)
        if (terms, None) != (self.terms, self.retired_on):
            self._change(terms, None, at)

    def import_again(self, terms: Terms, countries: Collection[str], at: datetime) -> None:
        """A file holds it again: the same is no news, and no file brings back what staff have retired."""
        if terms == self.terms:
            return
        check_terms(terms, countries)
        if self.retired_on is not None:
            raise no.RuleRetired(title=self.terms.title, retired_on=self.retired_on)
        self._change(terms, None, at)

    def retire(self, on: date, at: datetime) -> None:
        """From that day on it binds nobody; another day corrects the first.

        Retired on or before its first day it never comes into force: `is_void` says so.
        """
        if on != self.retired_on:
            self._change(self.terms, on, at)

    @event(RuleChanged)
    def _change(self, terms: Terms, retired_on: date | None, at: datetime) -> None:
        self.terms, self.retired_on = terms, retired_on
        self.seen_on, self.asked_at, self.last_case_id = at.date(), at, None

    @property
    def effective(self) -> Terms:
        return effective(self.terms, self.retired_on)

    # Dates, and the passes over the open cases.

    def deadlines(self) -> dict[str, datetime]:
        due = {"check_cases": self.asked_at} if self.asked_at else {}
        if self._next_date is not None:
            due["rule_date"] = datetime.combine(self._next_date, time(), UTC)
        return due

    @property
    def _next_date(self) -> date | None:
        """The next day on which it begins or no longer binds."""
        if self.effective.is_void:
            return None
        first, last = self.effective.in_force_from, self.effective.in_force_until
        turns = (first, last and last + timedelta(days=1))
        return min((day for day in turns if day and day > self.seen_on), default=None)

    def reach_date(self, now: datetime) -> None:
        if self._next_date is not None and self._next_date <= now.date():
            self._reach_date(now.date(), now)

    @event(DateReached)
    def _reach_date(self, day: date, at: datetime) -> None:
        self.seen_on, self.asked_at, self.last_case_id = day, at, None

    @property
    def concerns(self) -> tuple[Terms, ...]:
        """What it said when the cases were last checked, and what it says now: whom either binds is looked at."""
        return (self.effective,) if self.checked is None else (self.effective, self.checked)

    def check_cases(self, last_case_id: UUID | None, at: datetime) -> None:
        """So far the pass has come; none: no case is left."""
        if self.asked_at is not None:
            self._check_cases(last_case_id, at)

    @event(CasesChecked)
    def _check_cases(self, last_case_id: UUID | None, at: datetime) -> None:
        self.last_case_id = last_case_id
        if last_case_id is None:
            self.asked_at = None
            self.checked, self.checked_on = self.effective, at.date()


def effective(terms: Terms, retired_on: date | None) -> Terms:
    """With the day on which the rule was retired counted in."""
    if retired_on is None:
        return terms
    last = retired_on - timedelta(days=1)
    until = min(last, terms.in_force_until or last)
    return terms.model_copy(update={"in_force_until": until})


def _check_bound(terms: Terms) -> None:
    """Only the programme's own rules, on links and on standing, may bind everyone."""
    is_law, is_policy = (
        terms.kind is kind for kind in (RuleKind.STATE_LAW, RuleKind.COUNCIL_POLICY)
    )
    if is_law and not terms.states and not terms.communities:
        raise no.NobodyBound(title=terms.title, whom="state")
    if is_policy and not terms.communities:
        raise no.NobodyBound(title=terms.title, whom="community")


def check_terms(terms: Terms, countries: Collection[str]) -> None:
    """Raises UnknownState, UnknownCountry, NobodyBound, NoCitation, NoCountries, CountriesNotMeant, EndsBeforeItBegins
    or OnlyCountriesPreferred."""
    for state in terms.states:
        if state not in STATES:
            raise no.UnknownState(state=state)
    for country in terms.countries:
        if country not in countries or country in IN_THE_UNITED_STATES:
            raise no.UnknownCountry(country=country)
    _check_bound(terms)
    if not terms.citation.strip():
        raise no.NoCitation(title=terms.title)
    if terms.bars is RuleBars.COUNTRIES and not terms.countries:
        raise no.NoCountries(title=terms.title)
    if terms.bars is not RuleBars.COUNTRIES and terms.countries:
        raise no.CountriesNotMeant(title=terms.title)
    first, last = terms.in_force_from, terms.in_force_until
    if first and last and last < first:
        raise no.EndsBeforeItBegins(title=terms.title)
    if terms.effect is RuleEffect.PREFER and terms.bars is not RuleBars.COUNTRIES:
        raise no.OnlyCountriesPreferred(title=terms.title)
