"""docs/rules/matching.md, row by row, against the domain."""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi import FastAPI

from services.matching import api
from services.matching.application import Matching
from services.matching.domain.adjustments import Adjustments
from services.matching.domain.listed_cities import ListedCity, free_on_the_map
from services.matching.domain.research_file import (
    PATIENCE,
    ResearchFile,
    Stage,
    Vote,
    open_search,
    pair_id_of,
)
from services.matching.domain.rules import NO_VERDICTS, Rule, Verdicts, verdicts
from shared.context import Caller
from shared.examples import (
    ASHIKAGA,
    CASE,
    COIMBRA,
    HOPES,
    SPRINGFIELD,
    SPRINGFIELDS_PROFILE,
    TARTU,
)
from shared.http import name_roles
from shared.refusals import Refusal
from shared.values import FailureReason, Place, RuleBars, RuleEffect, RuleKind, Standing
from shared.working_days import is_working_day
from tests.matching.histories import (
    ADMINISTRATOR,
    AT,
    FULDA,
    GDANSK,
    LATER,
    LAW,
    LISTED,
    LISTED_ASHIKAGA,
    LYNGBY,
    MORELIA,
    NO_PARTNERS,
    OFF_THE_MAP,
    PEORIA,
    PIRAN,
    PROPOSED,
    SPARE,
    STATES,
    STRANGER,
    TALKING,
    law,
    listed,
    requested,
)

WARNING = verdicts([law(effect=RuleEffect.WARN)], SPRINGFIELD, Standing.GOOD, (), LATER.date())
RULES = Path(__file__).parents[2] / "docs" / "rules" / "matching.md"
File = ResearchFile
Command = Callable[[ResearchFile], object]


def _add(
    city: Place,
    found: Verdicts = NO_VERDICTS,
    *,
    is_partner: bool = False,
    taken: Collection[UUID] = (),
) -> Command:
    return lambda file: file.add_prospect(
        city, is_partner=is_partner, verdicts=found, taken=taken, at=LATER
    )


def _choose(
    *cities: Place,
    caller: Caller = ADMINISTRATOR,
    standing: Standing = Standing.GOOD,
    partners: Collection[UUID] = NO_PARTNERS,
    taken: Collection[UUID] = (),
) -> Command:
    return lambda file: file.select_shortlist(
        caller, cities, standing, partners=partners, taken=taken, at=LATER
    )


def _vote(city: Place, caller: Caller = ADMINISTRATOR) -> Command:
    return lambda file: file.cast_vote(caller, city.geoname_id, Vote.FOR, LATER)


def _interest(
    listing: ListedCity,
    caller: Caller = ADMINISTRATOR,
    standing: Standing = Standing.GOOD,
    partners: Collection[UUID] = NO_PARTNERS,
) -> Command:
    return lambda file: open_search(file).express_interest(
        caller, free_on_the_map(listing), standing, partners=partners, at=LATER
    )


def _add_three_and_propose(file: File) -> None:
    for city in SPARE:
        file.add_prospect(city, is_partner=False, at=LATER)
    file.propose(None, LATER)


def _lose_one(file: File) -> None:
    file.lose_pair(ASHIKAGA.community_id, FailureReason.DECLINED, LATER)


def _lose_all(file: File) -> None:
    for foreign in list(file.open_pairs):
        file.lose_pair(foreign, FailureReason.SILENT, LATER)


def _lose_all_with_none_left(file: File) -> None:
    for prospect in list(file.prospects.values()):
        if prospect.community_id not in file.open_pairs:
            file.remove_prospect(prospect.geoname_id, LATER)
    _lose_all(file)


def _lose_the_shortlisted(file: File) -> None:
    file.name_cities([MORELIA], partners=NO_PARTNERS, at=LATER)
    for foreign in [each for each in file.open_pairs if each != MORELIA.community_id]:
        file.lose_pair(foreign, FailureReason.SILENT, LATER)


def _exhaust_while_one_is_written_to(file: File) -> None:
    file.note_outreach(ASHIKAGA.community_id, LATER)
    _choose(COIMBRA, FULDA, LYNGBY)(file)
    for city in (COIMBRA, FULDA, LYNGBY):
        file.lose_pair(city.community_id, FailureReason.SILENT, LATER)
    file.exhaust(LATER)


def _merged(*, into: Place, then: Command, gone: Place = ASHIKAGA) -> Command:
    def command(file: File) -> None:
        file.follow_merge(gone.community_id, into.community_id, LATER)
        then(file)

    return command


def _propose_two_records_of_a_city(file: File) -> None:
    for city in (ASHIKAGA, COIMBRA, TARTU):
        _add(city)(file)
    _merged(into=COIMBRA, then=lambda f: f.propose(None, LATER))(file)


def _lose(file: File, *cities: Place) -> None:
    for city in cities:
        pair = pair_id_of(file.id, city.community_id)
        file.lose_pair(file.city_of(city.community_id), FailureReason.SILENT, LATER, pair)


TRIED = {
    Stage.REOPENED: TARTU.community_id,
    Stage.EXHAUSTED: ASHIKAGA.community_id,
    Stage.SHORTLISTED: ASHIKAGA.community_id,
}


def _wait(kind: str, days: int) -> Command:
    return lambda file: file.meet_deadline(kind, AT + timedelta(days=days))


COMMANDS: dict[str, Command] = {
    "add a prospect": _add(MORELIA),
    "add a prospect in the United States": _add(PEORIA),
    "add a partner of the member": _add(GDANSK, is_partner=True),
    "add a prospect again": _add(ASHIKAGA),
    "add a city that was tried": _add(ASHIKAGA),
    "add a prospect again under its other record": _merged(into=GDANSK, then=_add(GDANSK)),
    "add a city that was tried under its other record": _merged(into=GDANSK, then=_add(GDANSK)),
    "add a city that a rule bars": _add(TARTU, LAW),
    "add a city that a rule warns of": _add(TARTU, WARNING),
    "add a city that has found a partner": _add(MORELIA, taken={MORELIA.community_id}),
    "propose a city that has found a partner since": lambda f: f.propose(
        None, LATER, taken={ASHIKAGA.community_id}
    ),
    "choose a city that has found a partner since": _choose(
        ASHIKAGA, COIMBRA, TARTU, taken={TARTU.community_id}
    ),
    "choose a city again that has found a partner since": _choose(
        ASHIKAGA, COIMBRA, FULDA, taken={ASHIKAGA.community_id}
    ),
    "hear that a prospect has found a partner": lambda f: f.note_barred(
        NO_VERDICTS, LATER, taken={FULDA.community_id}
    ),
    "remove a prospect": lambda f: f.remove_prospect(ASHIKAGA.geoname_id, LATER),
    "annotate a listed city": lambda f: f.check_annotation(GDANSK.geoname_id, is_listed=True),
    "annotate a city that nobody looked at": lambda f: f.check_annotation(
        ASHIKAGA.geoname_id, is_listed=False
    ),
    "propose": lambda f: f.propose(None, LATER),
    "add three prospects and propose": _add_three_and_propose,
    "propose three prospects, two of which are one city": _propose_two_records_of_a_city,
    "propose with a date that has passed": lambda f: f.propose(AT - timedelta(days=1), LATER),
    "propose a city that a rule bars by now": lambda f: f.propose(None, LATER, LAW),
    "propose a city that has become a partner": lambda f: f.propose(
        None, LATER, partners={ASHIKAGA.community_id}
    ),
    "propose a city that has become a partner under its other record": _merged(
        into=GDANSK,
        then=lambda f: f.propose(None, LATER, partners={GDANSK.community_id}),
    ),
    "vote": _vote(ASHIKAGA),
    "vote on a city that was not proposed": _vote(GDANSK),
    "vote in another city's search": _vote(ASHIKAGA, STRANGER),
    "choose three": _choose(ASHIKAGA, COIMBRA, FULDA),
    "choose five": _choose(*PROPOSED[:5]),
    "choose two": _choose(ASHIKAGA, COIMBRA),
    "choose six": _choose(*PROPOSED),
    "choose one twice": _choose(ASHIKAGA, COIMBRA, ASHIKAGA),
    "choose one by both of its records": _merged(
        into=COIMBRA, then=_choose(ASHIKAGA, COIMBRA, TARTU)
    ),
    "choose a city in the United States": _choose(ASHIKAGA, COIMBRA, PEORIA),
    "choose a city that was not proposed": _choose(ASHIKAGA, COIMBRA, GDANSK),
    "choose a city that was tried": _choose(ASHIKAGA, COIMBRA, TARTU),
    "choose a partner of the member": _choose(
        ASHIKAGA, COIMBRA, TARTU, partners={TARTU.community_id}
    ),
    "choose what a pair has signed on its way": _choose(
        ASHIKAGA, COIMBRA, FULDA, partners={ASHIKAGA.community_id}
    ),
    "choose a city that a rule bars by now": lambda f: f.select_shortlist(
        ADMINISTRATOR,
        [ASHIKAGA, COIMBRA, TARTU],
        Standing.GOOD,
        partners=NO_PARTNERS,
        verdicts=LAW,
        at=LATER,
    ),
    "choose with dues that have lapsed": _choose(
        ASHIKAGA, COIMBRA, PIRAN, standing=Standing.LAPSED
    ),
    "choose for another city": _choose(ASHIKAGA, COIMBRA, PIRAN, caller=STRANGER),
    "reopen the shortlist": lambda f: f.reopen(LATER),
    "mark as exhausted": lambda f: f.exhaust(LATER),
    "mark as exhausted while a city that left the shortlist is written to": (
        _exhaust_while_one_is_written_to
    ),
    "express interest": _interest(LISTED),
    "express interest in a city that left the map": _interest(OFF_THE_MAP),
    "express interest in a city that talks with another": _interest(TALKING),
    "express interest in a city on the shortlist": _interest(LISTED_ASHIKAGA),
    "express interest in a city on the shortlist, listed under its other record": _merged(
        into=GDANSK, then=_interest(LISTED)
    ),
    "express interest in a city that was tried": _interest(LISTED_ASHIKAGA),
    "express interest in a partner of the member": _interest(
        LISTED, partners={GDANSK.community_id}
    ),
    "express interest in a city that a rule bars": lambda f: f.express_interest(
        ADMINISTRATOR,
        listed(TARTU),
        Standing.GOOD,
        partners=NO_PARTNERS,
        verdicts=LAW,
        at=LATER,
    ),
    "express interest with dues that have lapsed": _interest(LISTED, standing=Standing.LAPSED),
    "express interest for another city": _interest(LISTED, STRANGER),
    "hear that the member named a city": lambda f: f.name_cities(
        [MORELIA, PEORIA], partners=NO_PARTNERS, at=LATER
    ),
    "hear that the member named a city that a rule bars": lambda f: f.name_cities(
        [TARTU], partners=NO_PARTNERS, verdicts=LAW, at=LATER
    ),
    "hear that the member named a city of its shortlist": lambda f: f.name_cities(
        [ASHIKAGA], partners=NO_PARTNERS, at=LATER
    ),
    "hear that the member named its sister city": lambda f: f.name_cities(
        [MORELIA], partners={MORELIA.community_id}, at=LATER
    ),
    "hear which cities the member has in mind": lambda f: f.note_named([MORELIA, PEORIA], LATER),
    "hear of a partnership by which a rule bars a prospect": lambda f: f.note_barred(LAW, LATER),
    "hear of a partnership with a prospect": lambda f: f.note_barred(
        NO_VERDICTS, LATER, {ASHIKAGA.community_id}
    ),
    "hear of a listed city that fits": lambda f: f.review_listed(
        [LISTED_ASHIKAGA.listing_id], LATER
    ),
    "hear of the debrief": lambda f: f.begin_research(HOPES, SPRINGFIELDS_PROFILE, LATER),
    "hear that a pair failed, others are open": _lose_one,
    "hear that the last open pair failed, a prospect is left": _lose_all,
    "hear that the last open pair failed, no prospect is left": _lose_all_with_none_left,
    "hear that all pairs failed but one of two of one city": _merged(
        into=COIMBRA, then=lambda f: _lose(f, ASHIKAGA, PIRAN)
    ),
    "hear that all pairs failed, also both of one city": _merged(
        into=COIMBRA, then=lambda f: _lose(f, ASHIKAGA, PIRAN, COIMBRA)
    ),
    "hear that the shortlisted failed, a named city is open": _lose_the_shortlisted,
    "hear that a failed pair goes on": lambda f: f.regain_pair(TRIED[f.stage], LATER),
    "hear of the first letter to a city": lambda f: f.note_outreach(ASHIKAGA.community_id, LATER),
    "hear that two records abroad are one": lambda f: f.merge_foreign(
        ASHIKAGA.community_id, GDANSK.community_id, LATER
    ),
    "hear of a pause": lambda f: f.pause(LATER),
    "hear that the search goes on": lambda f: f.resume(LATER),
    "hear of the end": lambda f: f.end(LATER),
}
PLAIN = (
    "add a prospect",
    "remove a prospect",
    "annotate a listed city",
    "propose",
    "vote",
    "choose three",
    "reopen the shortlist",
    "mark as exhausted",
    "express interest",
)


def _tables(columns: str) -> list[list[str]]:
    """The rows of each table of the page whose header reads so."""
    rows: list[list[str]] = []
    inside = False
    for line in RULES.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells == columns.split(", "):
            inside = True
        elif inside and not re.fullmatch(r"[-|]+", line):
            rows.append(cells)
    return rows


def _rules() -> list[tuple[str, str, str]]:
    return [
        (state, command, outcome)
        for states, command, _, outcome in _tables("state, command, who, outcome")
        for state in states.split(", ")
    ]


DOORS = {
    "add": "/cases/{case_id}/prospects",
    "remove": "/cases/{case_id}/prospects/{geoname_id}/remove",
    "annotate": "/cases/{case_id}/prospects/{geoname_id}/annotate",
    "propose": "/cases/{case_id}/propose",
    "vote": "/cases/{case_id}/votes",
    "choose": "/cases/{case_id}/shortlist",
    "reopen": "/cases/{case_id}/reopen",
    "mark": "/cases/{case_id}/exhausted",
    "express": "/interests",
}


def _roles() -> dict[str, str]:
    """Path of each door that changes something -> who may, as the page writes it."""
    app = FastAPI()
    app.state.service = None
    app.include_router(api.routes(cast(Matching, None)))
    name_roles(app)
    return {
        path.removeprefix("/api/matching/v1"): ", ".join(methods["post"]["x-roles"])
        for path, methods in app.openapi()["paths"].items()
        if "post" in methods
    }


def test_who_may_is_what_the_doors_say() -> None:
    """The "who" of each row is the roles of that command's door; what is heard comes from a service."""
    roles = _roles()
    assert set(roles) == set(DOORS.values())
    for _, command, who, _ in _tables("state, command, who, outcome"):
        verb = command.split()[0]
        heard = who if who in ("intake", "outreach") else ""
        assert who == (heard if verb == "hear" else roles[DOORS[verb]].replace("_", " "))


def _outcome(file: ResearchFile, command: Command) -> str:
    before = len(file.pending_events)
    try:
        command(file)
    except Refusal as refusal:
        return f"{type(refusal).__name__}: {refusal.sentence}"
    return _last_name(file.pending_events[before:])


def _last_name(events: Sequence[object]) -> str:
    return type(events[-1]).__name__ if events else ""


@pytest.mark.parametrize(("state", "command", "outcome"), _rules())
def test_row(state: str, command: str, outcome: str) -> None:
    """Each row of the table is what the domain does."""
    expected = "" if outcome.startswith("(") else outcome
    assert _outcome(STATES[state](), COMMANDS[command]) == expected


def test_every_state_answers_every_plain_command() -> None:
    """No pair of state and plain command is left open by the table."""
    written = {(state, command) for state, command, _ in _rules()}
    assert {(state, command) for state in STATES for command in PLAIN} <= written


def test_every_command_of_the_tests_is_written_down() -> None:
    """The page and the test know the same commands."""
    assert {command for _, command, _ in _rules()} == set(COMMANDS)


@pytest.mark.parametrize("weekday", range(7))
def test_what_staff_have_to_do_falls_on_a_day_on_which_they_work(weekday: int) -> None:
    """Research, and the decision after it; also once a pause is over. The member's date is the day itself."""
    at = AT + timedelta(days=weekday)
    file = requested()
    file.begin_research(HOPES, SPRINGFIELDS_PROFILE, at)
    assert file.due_at is not None
    assert is_working_day("US", file.due_at.date())
    assert file.due_at >= at + PATIENCE
    file.pause(at)
    file.resume(at + timedelta(days=3))
    assert is_working_day("US", file.due_at.date())


def test_timers_of_matching() -> None:
    """Each timer that the page gives to matching is the deadline of that state, and marks the case as overdue."""
    for state, timer, _, outcome, owner in _tables("state, timer, after, what happens, owner"):
        file = STATES[state]()
        if owner != "matching":
            assert file.deadlines() == {}
            continue
        kind = timer.split()[0]
        assert file.deadlines() == {kind: AT + timedelta(days=30)}
        for days, expected in ((29, ""), (30, outcome), (31, "")):
            assert _outcome(file, _wait(kind, days)) == expected
        assert file.is_overdue


def test_every_state_has_a_timer_with_an_owner() -> None:
    """No state of an open search waits for nobody."""
    timed = {row[0] for row in _tables("state, timer, after, what happens, owner")}
    assert timed == set(STATES) - {"ended"}


FIRST = LATER.date() + timedelta(days=30)
COUNTRIES = ("EE", "LV", "US")


def _rule(*, first: date | None = None, retired_on: date | None = None) -> Rule:
    rule = Rule.adopt(law(in_force_from=first), COUNTRIES, AT)
    if retired_on:
        rule.retire(retired_on, AT)
    return rule


RULE_STATES: dict[str, Callable[[], Rule]] = {
    "in force": _rule,
    "not yet in force": lambda: _rule(first=FIRST),
    "retired": lambda: _rule(retired_on=LATER.date()),
}
AdoptsOrChanges = Callable[[Rule | None], object]


def _imports(**terms: Any) -> AdoptsOrChanges:
    """As it comes in by a file: adopted, or brought up to the file's words."""

    def command(rule: Rule | None) -> Rule | None:
        if rule is None:
            return Rule.adopt(law(**terms), COUNTRIES, LATER)
        known = {"in_force_from": rule.terms.in_force_from}
        rule.import_again(law(**known | terms), COUNTRIES, LATER)
        return rule

    return command


def _changes(**terms: Any) -> Callable[[Rule], object]:
    return lambda rule: rule.change(rule.terms.model_copy(update=terms), COUNTRIES, LATER)


RULE_COMMANDS: dict[str, Callable[[Any], object]] = {
    "import": _imports(),
    "import for a state that there is not": _imports(states=("ZZ",)),
    "import for a country that there is not": _imports(countries=("UK",)),
    "import a law that binds nobody by name": _imports(states=()),
    "import a council's policy for a state": _imports(kind=RuleKind.COUNCIL_POLICY),
    "import without a citation": _imports(citation=" "),
    "import about countries without one": _imports(countries=()),
    "import about something else with countries": _imports(
        bars=RuleBars.SECOND_IN_COUNTRY, countries=("EE",)
    ),
    "import with an end before its beginning": _imports(
        in_force_from=FIRST, in_force_until=LATER.date()
    ),
    "import a preference for no country": _imports(
        bars=RuleBars.SECOND_IN_COUNTRY, effect=RuleEffect.PREFER
    ),
    "import in the same words": _imports(),
    "import in other words": _imports(citation="Chapter 2"),
    "change in the same words": _changes(),
    "change in other words": _changes(countries=("LV",)),
    "change its slug": _changes(slug="another"),
    "retire": lambda rule: rule.retire(LATER.date(), LATER),
    "retire before its first day": lambda rule: rule.retire(LATER.date(), LATER),
    "retire on another day": lambda rule: rule.retire(FIRST, LATER),
    "reach its first day": lambda rule: rule.reach_date(LATER + timedelta(days=30)),
    "have all open cases checked": lambda rule: rule.check_cases(None, LATER),
}


def _three(columns: str) -> list[tuple[str, str, str]]:
    """State, command and outcome of each row, however many states it names."""
    return [
        (state, command, outcome)
        for states, command, _, outcome in _tables(columns)
        for state in states.split(", ")
    ]


def _told(state: Any, command: Callable[[Any], object]) -> str:
    before = len(state.pending_events) if state is not None else 0
    try:
        made = command(state)
    except Refusal as refusal:
        return f"{type(refusal).__name__}: {refusal.sentence}"
    events = (state if state is not None else cast(Rule, made)).pending_events[before:]
    return ", ".join(type(each).__name__ for each in events) or "(nothing)"


@pytest.mark.parametrize(("state", "command", "outcome"), _three("rule, command, who, outcome"))
def test_row_of_a_rule(state: str, command: str, outcome: str) -> None:
    """Each row about a law or a policy is what the domain does."""
    rule = RULE_STATES[state]() if state in RULE_STATES else None
    assert _told(rule, RULE_COMMANDS[command]) == outcome


ADJUSTMENTS: dict[str, Callable[[Adjustments], object]] = {
    "change a weight": lambda a: a.change_weights({"role": 9}, LATER),
    "change a weight to what it is": lambda a: a.change_weights({"size": 0}, LATER),
    "change a weight of no factor": lambda a: a.change_weights({"fame": 1}, LATER),
    "change a weight to more than 100": lambda a: a.change_weights({"size": 101}, LATER),
    "publish the weights again": lambda a: a.reset_weights(LATER),
    "exclude a city": lambda a: a.exclude(TARTU, LATER),
    "exclude a city of the United States": lambda a: a.exclude(PEORIA, LATER),
    "add an excluded city as a prospect": lambda a: a.check_prospect(TARTU),
    "readmit a city": lambda a: a.readmit(TARTU.geoname_id, LATER),
}


@pytest.mark.parametrize(
    ("state", "command", "outcome"), _three("adjustments, command, who, outcome")
)
def test_row_of_adjustments(state: str, command: str, outcome: str) -> None:
    """Each row about what staff change in a ranking is what the domain does."""
    adjustments = Adjustments(case_id=CASE, at=AT)
    if state == "some":
        adjustments.change_weights({"size": 0}, AT)
        adjustments.exclude(TARTU, AT)
    assert _told(adjustments, ADJUSTMENTS[command]) == outcome


def test_the_page_knows_every_command_on_rules_and_adjustments() -> None:
    """The page and the test know the same commands of these too."""
    assert {row[1] for row in _three("rule, command, who, outcome")} == set(RULE_COMMANDS)
    assert {row[1] for row in _three("adjustments, command, who, outcome")} == set(ADJUSTMENTS)
