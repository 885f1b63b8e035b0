"""The gates before every choice, and the passes in which open cases are held against a rule that has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel

from services.matching import rows
from services.matching.domain import refusals as no
from services.matching.domain.research_file import ResearchFile
from services.matching.domain.rules import (
    NO_VERDICTS,
    SOON,
    Cited,
    Finding,
    Rule,
    Terms,
    Verdicts,
    WrittenTerms,
    verdicts,
)
from services.matching.domain.screening import LiveCities, Screening, screening_id
from shared.application import Receipt
from shared.recorder import Write
from shared.refusals import NotFound
from shared.values import Place, RuleBars, RuleEffect, Standing

if TYPE_CHECKING:
    from services.matching.application import Matching

DATA = Path(__file__).with_name("data")
BATCH = 50
"""So many cases are checked and recorded at once; the next ones follow within a second."""


class RulesFile(BaseModel):
    """A file of rules, as `csc import rules` takes it."""

    about: str = ""
    rules: list[WrittenTerms]


def read_rules(file: Path) -> list[Terms]:
    read = RulesFile.model_validate_json(file.read_bytes())
    return [each.terms() for each in read.rules]


BUILT_IN = tuple(read_rules(DATA / "always.json"))


@dataclass(frozen=True)
class Gates:
    """All that decides whether one member may have a city."""

    seeker: Place
    standing: Standing
    partners: tuple[Place, ...]
    rules: tuple[Terms, ...]
    day: date

    def verdicts(self) -> Verdicts:
        return verdicts(self.rules, self.seeker, self.standing, self.partners, self.day)

    def verdicts_of(self, terms: Terms | None, day: date) -> Verdicts:
        """What this one rule found on that day, with the partners of today."""
        if terms is None:
            return NO_VERDICTS
        return verdicts([terms], self.seeker, self.standing, self.partners, day)


def gates(matching: Matching, file: ResearchFile, after: Sequence[Write] = ()) -> Gates:
    """For the member of this case, today; one read. `after`: as they will be once these rows are written."""
    today = matching.clock().date()
    asked = {"community_id": file.community_id, "day": today, "soon": today + SOON}
    asked |= rows.bound(file.place)
    (found,) = matching.rows(rows.GATES, **asked)
    if found["has_unplaced"]:
        _place_partners(matching)
    if found["has_unplaced"] or after:
        (found,) = matching.rows_after(after, rows.GATES, **asked)
    kept = (Terms.model_validate(each) for each in found["rules"])
    return Gates(
        seeker=file.place,
        standing=Standing(found["standing"]) if found["standing"] else Standing.GOOD,
        partners=tuple(Place.model_validate(each) for each in found["partners"]),
        rules=(*BUILT_IN, *kept),
        day=today,
    )


def _place_partners(matching: Matching) -> None:
    """Once, two seconds: partnerships that were told of before their places were kept."""
    wanted = {row["foreign_community_id"] for row in matching.rows(rows.UNPLACED)}
    places = ((place.community_id, place) for place in matching.gazetteer.all())
    known = {number: place for number, place in places if number in wanted}
    with matching.transaction() as curs:
        for number in wanted:
            rows.partner_placed(number, known.get(number))(curs)


# Rules come in, change and go.


class Imported(BaseModel):
    """What an import of rules did."""

    adopted: int
    changed: int
    unchanged: int
    position: str = ""


def import_rules(matching: Matching, terms: Sequence[Terms]) -> Imported:
    """All of them or none; what says the same as before records nothing."""
    _check_slugs(terms)
    now = matching.clock()
    rules = [_imported(matching, each, now) for each in terms]
    told = [rule for rule in rules if rule.pending_events]
    adopted = sum(1 for rule in told if len(rule.pending_events) == rule.version)
    position = matching.record(*told).position if told else ""
    return Imported(
        adopted=adopted,
        changed=len(told) - adopted,
        unchanged=len(rules) - len(told),
        position=position,
    )


def _check_slugs(terms: Sequence[Terms]) -> None:
    seen: set[str] = set()
    for each in terms:
        if each.slug in {known.slug for known in BUILT_IN}:
            raise no.RuleBuiltIn(slug=each.slug)
        if each.slug in seen:
            raise no.SlugRepeated(slug=each.slug)
        seen.add(each.slug)


def _imported(matching: Matching, terms: Terms, now: datetime) -> Rule:
    countries = matching.gazetteer.continents
    _check_communities(matching, terms)
    rule = matching.find(Rule, Rule.create_id(terms.slug))
    if rule is None:
        return Rule.adopt(terms, countries, now)
    rule.import_again(terms, countries, now)
    return rule


def _check_communities(matching: Matching, terms: Terms) -> None:
    """Raises NoSuchPlace or BoundAbroad."""
    for geoname_id in terms.communities:
        place = matching.place(geoname_id)
        if place.is_abroad:
            raise no.BoundAbroad(name=place.name)


def change_rule(matching: Matching, slug: str, terms: Terms) -> Receipt:
    rule = _rule(matching, slug)
    _check_communities(matching, terms)
    rule.change(terms, matching.gazetteer.continents, matching.clock())
    return matching.record(rule)


def retire_rule(matching: Matching, slug: str, on: date) -> Receipt:
    rule = _rule(matching, slug)
    rule.retire(on, matching.clock())
    return matching.record(rule)


def _rule(matching: Matching, slug: str) -> Rule:
    """Raises RuleBuiltIn or NotFound."""
    if slug in {known.slug for known in BUILT_IN}:
        raise no.RuleBuiltIn(slug=slug)
    rule = matching.find(Rule, Rule.create_id(slug))
    if rule is None:
        raise NotFound(thing="rule", id=slug)
    return rule


# What a change means for the open cases.


def on_deadline(matching: Matching, kind: str, rule_id: UUID, now: datetime) -> None:
    """`rule_date`: a rule begins or ends today; `check_cases`: the next open cases of its pass."""
    rule = matching.load(Rule, rule_id)
    if kind == "rule_date":
        rule.reach_date(now)
        matching.record(rule)
    elif rule.asked_at is not None:
        _check_cases(matching, rule, now)


def _check_cases(matching: Matching, rule: Rule, now: datetime) -> None:
    """How far the pass has come is recorded together with what it found."""
    bound = _whom(rule.concerns)
    found = matching.rows(rows.CASES_BOUND, **bound, after=rule.last_case_id, limit=BATCH)
    with matching.one_at_a_time(*(row["community_id"] for row in found)):
        touched = [each for row in found for each in _recheck(matching, rule, row["case_id"], now)]
        rule.check_cases(found[-1]["case_id"] if len(found) == BATCH else None, now)
        matching.record(rule, *touched)


def _whom(concerns: Iterable[Terms]) -> dict[str, Any]:
    terms = list(concerns)
    return {
        "everyone": any(not each.states and not each.communities for each in terms),
        "states": [state for each in terms for state in each.states],
        "communities": [number for each in terms for number in each.communities],
    }


def _recheck(
    matching: Matching, rule: Rule, case_id: UUID, now: datetime
) -> list[ResearchFile | Screening]:
    """What is to be recorded of this case: nothing where nothing changed for it, or where it has ended meanwhile."""
    file = matching.load(ResearchFile, case_id)
    if not file.is_open:
        return []
    gate, partners = gates(matching, file), matching.partners(file.community_id)
    before, today = gate.verdicts_of(rule.checked, rule.checked_on), gate.verdicts()
    taken = matching.taken(file.prospect_records)
    return _settle(matching, file, {Cited.of(rule.terms): before}, today, partners, taken, now)


def recheck_member(
    matching: Matching, file: ResearchFile, before: Gates, writes: Sequence[Write], now: datetime
) -> list[ResearchFile | Screening]:
    """What is to be recorded of this case together with `writes`, which change its member or the partners of it.

    `before`: its gates without them. Rules are held against it that count partners, or bind only before or after.
    """
    gate, was = gates(matching, file, writes), before.verdicts()
    partners = matching.partners(file.community_id, writes)
    rules = [
        each
        for each in dict.fromkeys((*gate.rules, *before.rules))
        if each.bars is RuleBars.SECOND_IN_COUNTRY
        or (each.bars is RuleBars.COUNTRIES and (each in gate.rules) is not (each in before.rules))
    ]
    found = dict.fromkeys(map(Cited.of, rules), was)
    taken = matching.taken(file.prospect_records, writes)
    return _settle(matching, file, found, gate.verdicts(), partners, taken, now)


def _settle(
    matching: Matching,
    file: ResearchFile,
    before: Mapping[Cited, Verdicts],
    today: Verdicts,
    partners: set[UUID],
    taken: set[UUID],
    now: datetime,
) -> list[ResearchFile | Screening]:
    """What the rules do today to the cities of a case; `before`: what those that may have changed found until now."""
    screening = _screening(matching, file.id, now)
    live = live_cities(matching, file, screening)
    for rule, was in before.items():
        screening.recheck(
            rule,
            community_id=file.community_id,
            before=was.effects(live.places, rule.slug),
            now=today.effects(live.places, rule.slug),
            live=live,
            at=now,
        )
    _let_go(matching, file, screening, today, partners, now)
    file.note_barred(today, now, partners, taken=taken)
    touched = [screening] if screening.version > 1 and screening.pending_events else []
    return [*touched, *([file] if file.pending_events else [])]


def _let_go(
    matching: Matching,
    file: ResearchFile,
    screening: Screening,
    found: Verdicts,
    partners: set[UUID],
    now: datetime,
) -> None:
    """A named city that no rule holds back any more goes to outreach, as the member wished (B8).

    A former sister city does not: the member has it in mind, and says whether it wants to begin anew.
    """
    held = list(screening.held.values())
    if file.is_open and held:
        matching.follow_merges(file, held, now)
        barred = file.name_cities(held, partners=partners, verdicts=found, at=now)
        live, rules = live_cities(matching, file, screening), _cited(matching, screening)
        screening.hold(barred, found, live, rules, file.community_id, now)


def _screening(matching: Matching, case_id: UUID, now: datetime) -> Screening:
    known = matching.find(Screening, screening_id(case_id))
    return known if known is not None else Screening(case_id=case_id, at=now)


def hold_named(
    matching: Matching, file: ResearchFile, barred: Sequence[Place], found: Verdicts, at: datetime
) -> list[Screening]:
    """The named cities that a rule keeps from outreach are noted, so that staff see them."""
    known = matching.find(Screening, screening_id(file.id))
    if known is None and not barred:
        return []
    screening = known if known is not None else Screening(case_id=file.id, at=at)
    live = live_cities(matching, file, None, barred)
    screening.hold(barred, found, live, _cited(matching, screening), file.community_id, at)
    return [screening] if screening.pending_events else []


def held_of(matching: Matching, file: ResearchFile, cities: Iterable[Place]) -> list[Place]:
    """Those of them that a rule has held back so far, under any of their records."""
    screening = matching.find(Screening, screening_id(file.id))
    held = (
        {file.city_of(city.community_id) for city in screening.held.values()} if screening else ()
    )
    return [city for city in cities if file.city_of(city.community_id) in held]


def _cited(matching: Matching, screening: Screening) -> dict[str, Cited]:
    """The rules that have touched the case, as they are called today."""
    found = matching.rows(rows.CITED, slugs=list(screening.found))
    return {row["slug"]: Cited.model_validate(row) for row in found}


def forget_prospect(matching: Matching, file: ResearchFile, at: datetime) -> list[Screening]:
    """What rules did to a prospect that was taken off the list is no longer told."""
    screening = matching.find(Screening, screening_id(file.id))
    if screening is None:
        return []
    live, rules = live_cities(matching, file, screening), _cited(matching, screening)
    screening.keep_only(live, rules, file.community_id, at)
    return [screening] if screening.pending_events else []


def live_cities(
    matching: Matching,
    file: ResearchFile,
    screening: Screening | None,
    coming: Sequence[Place] = (),
) -> LiveCities:
    """The live cities of a case: prospects, open pairs, listed cities that look, and all that the member named.

    Hidden are prospects that were not proposed, and that the member knows by no other way.
    """
    listed = matching.listed_cities(file.listings) if file.listings else []
    known = [
        *file.open_pairs.values(),
        *(city.place for city in listed if city.looks),
        *file.asked_for.values(),
        *(screening.held.values() if screening else ()),
        *coming,
    ]
    places = file.prospects | {city.geoname_id: city for city in known}
    seen = {place.geoname_id for place in (*known, *(city.place for city in listed))}
    hidden = set(file.prospects) - set(file.proposed) - seen
    return LiveCities(list(places.values()), frozenset(hidden))


# What people read.


class Said(BaseModel):
    """A finding, and the sentence that the case shows."""

    finding: Finding
    text: str


class CityFindings(BaseModel):
    """What the rules say today about one city of a case, the blocks first."""

    place: Place
    is_blocked: bool
    is_held: bool
    """The member has it in mind, and a rule keeps it from outreach."""
    said: list[Said]


def findings(matching: Matching, file: ResearchFile, *, for_staff: bool) -> list[CityFindings]:
    """Of the live cities, and of all listed ones that the case shows, those about which a rule says anything.

    A member sees no prospect that was not proposed.
    """
    screening, found = matching.find(Screening, screening_id(file.id)), matching.verdicts(file)
    paired = {place.geoname_id for place in file.open_pairs.values()}
    tier = [city.place for city in matching.listed_cities(file.listings)] if file.listings else []
    held = set(screening.held) if screening else set()
    live = live_cities(matching, file, screening, tier)
    hidden = live.hidden - {city.geoname_id for city in tier}
    told = [
        _told(city, found, is_held=city.geoname_id in held, is_paired=city.geoname_id in paired)
        for city in live.places
        if for_staff or city.geoname_id not in hidden
    ]
    return [each for each in told if each.said]


def _told(city: Place, found: Verdicts, *, is_held: bool, is_paired: bool) -> CityFindings:
    """What a pair of the case has signed on its way is no finding about that pair."""
    said = [
        each
        for each in found.of(city.geoname_id, city.country)
        if not (is_paired and each.bars is RuleBars.EXISTING_LINK)
    ]
    return CityFindings(
        place=city,
        is_blocked=any(each.effect is RuleEffect.BLOCK for each in said),
        is_held=is_held,
        said=[Said(finding=each, text=each.about(city.name)) for each in said],
    )
