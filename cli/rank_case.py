"""`csc rank --case`: what matching answers staff for a case, the tiers apart and every rule shown."""

import json
import re
from typing import Any
from uuid import UUID

import typer
from rich.console import Console

from cli.connection import STAFF, Connection
from cli.rank_shown import (
    HEADINGS,
    HOW_COUNTRY,
    City,
    Page,
    Reasons,
    Wish,
    document,
    entry,
    no_country,
    show_cities,
)
from cli.trouble import Trouble

TIERS = {
    "named": "Cities that the member has in mind",
    "listed": "Listed cities that look for a U.S. partner",
    "others": "The world",
    "blocked": "Would stand above, but a rule blocks them",
}
ALWAYS_SHOWN = ("listed", "others")
MOST = 200
"""So many cities of a tier matching lists for a case."""

Answer = dict[str, Any]


def show_case(connection: Connection, case: UUID, wish: Wish, *, as_json: bool) -> None:
    path = f"/api/matching/v1/cases/{case}"
    place = connection.get(path, STAFF)["place"]
    found: Answer = connection.get(f"{path}/candidates", STAFF, **asked(wish))
    if wish.top > MOST:
        typer.echo(f"For a case, at most {MOST} cities of a tier are listed.", err=True)
    if as_json:
        typer.echo(json.dumps(as_document(place["geoname_id"], found, wish)))
    else:
        show(Page(highlight=False), place, found, wish)


def asked(wish: Wish) -> dict[str, Any]:
    """What matching is asked for; Trouble where a country has not two letters, which it would refuse less plainly."""
    if wish.country is not None and not re.fullmatch("[A-Z]{2}", wish.country):
        raise Trouble(no_country(wish.country), HOW_COUNTRY)
    known = {"limit": min(wish.top, MOST), "country": wish.country, "floor": wish.floor}
    return {name: value for name, value in known.items() if value is not None}


def as_document(seeker: int, found: Answer, wish: Wish) -> dict[str, Any]:
    """Listed cities and the world are the candidates, in this order; each says its tier, and what rules say of it."""
    named, listed, others, blocked = (
        [_entry(each, wish) for each in found[tier]] for tier in TIERS
    )
    return document(seeker, [*listed, *others], named=named, blocked=blocked)


def _entry(candidate: Answer, wish: Wish) -> dict[str, Any]:
    findings = candidate["findings"]
    rules = {"rules": findings} if findings else {}
    return entry(
        candidate["place"]["geoname_id"],
        candidate["score"],
        _reasons(candidate, wish),
        tier=candidate["tier"],
        **rules,
    )


def show(console: Console, place: Answer, found: Answer, wish: Wish) -> None:
    console.print(_city(place).title, style="bold", markup=False)
    for sentence in _about_all(found, wish):
        console.print(sentence, markup=False)
    console.print()
    for tier, heading in TIERS.items():
        if found[tier] or tier in ALWAYS_SHOWN:
            console.print(heading, style="bold")
            cities = [_city(each["place"], each, _reasons(each, wish)) for each in found[tier]]
            nobody = found["not_ranked"] if tier == "others" else ""
            show_cities(console, cities, nobody or "None.")
    for sentence in _besides(found, wish):
        console.print(sentence, markup=False)


def _about_all(found: Answer, wish: Wish) -> list[str]:
    """What goes for every candidate."""
    not_known = [
        f"{HEADINGS['not_known']}: {each['text']}"
        for each in found["not_known"]
        if wish.is_explained
    ]
    return [*map(rule, found["about_you"]), *filter(None, [found["wishes"]]), *not_known]


def _besides(found: Answer, wish: Wish) -> list[str]:
    """What is in no tier, and why."""
    more = found["listed_in_all"] - len(found["listed"])
    fit = "city fits" if more == 1 else "cities fit"
    how = "; a larger --top shows more of them" if wish.top < MOST else ""
    said = [f"{more} more listed {fit}{how}."] if more > 0 else []
    said += [each["sentence"] for each in found["blocked_countries"]]
    said += [
        f"Left out by staff: {each['place']['name']}. {each['reason']}".rstrip()
        for each in found["excluded"]
    ]
    return [*said, *filter(None, [found["held_back_because"]])]


def _city(place: Answer, candidate: Answer | None = None, reasons: Reasons | None = None) -> City:
    given: Answer = candidate or {
        "region": place["admin1"],
        "country_name": place["country"],
        "score": None,
        "findings": (),
    }
    return City(
        name=place["name"],
        region=given["region"],
        country=given["country_name"],
        people=place["population"],
        score=given["score"],
        reasons=reasons,
        rules=[rule(finding) for finding in given["findings"]],
    )


def _reasons(candidate: Answer, wish: Wish) -> Reasons | None:
    explanation = candidate["explanation"]
    if not wish.is_explained or explanation is None:
        return None
    return {key: [each["text"] for each in explanation[key]] for key in HEADINGS}


def rule(finding: Answer) -> str:
    """`block: Texas bars contracts with ... (Tex. Gov. Code 2274)`"""
    cited = f" ({finding['citation']})" if finding["citation"] else ""
    return f"{finding['effect']}: {finding['sentence']}{cited}"
