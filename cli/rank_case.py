"""`csc rank --case`: what matching answers staff for a case, the tiers apart and every rule shown."""

import json
from typing import Any
from uuid import UUID

import typer
from rich.console import Console

from cli.connection import STAFF, Connection
from cli.rank_shown import HEADINGS, City, Reasons, Wish, document, entry, show_cities

TIERS = {
    "named": "Cities you have in mind",
    "listed": "Listed cities that look for a U.S. partner",
    "others": "The world",
    "blocked": "Would stand above, but a rule blocks them",
}
ALWAYS_SHOWN = ("listed", "others")

Answer = dict[str, Any]


def show_case(connection: Connection, case: UUID, wish: Wish, *, as_json: bool) -> None:
    path = f"/api/matching/v1/cases/{case}"
    asked: dict[str, Any] = {"limit": wish.top}
    if wish.country is not None:
        asked["country"] = wish.country
    place = connection.get(path, STAFF)["place"]
    found: Answer = connection.get(f"{path}/candidates", STAFF, **asked)
    if as_json:
        typer.echo(json.dumps(as_document(place["geoname_id"], found, wish)))
    else:
        show(Console(highlight=False), place, found, wish)


def as_document(seeker: int, found: Answer, wish: Wish) -> dict[str, Any]:
    """Listed cities and the world are the candidates, in this order; a rule goes with each city that it is about."""
    tiers = {
        tier: [_entry(each, wish) for each in found[tier]]
        for tier in ("named", "listed", "others", "blocked")
    }
    others = tiers.pop("others")
    return document(seeker, [*tiers["listed"], *others], **tiers)


def _entry(candidate: Answer, wish: Wish) -> dict[str, Any]:
    made = entry(candidate["place"]["geoname_id"], candidate["score"], _reasons(candidate, wish))
    findings = candidate["findings"]
    return {**made, "rules": findings} if findings else made


def show(console: Console, place: Answer, found: Answer, wish: Wish) -> None:
    def say(text: str) -> None:
        console.print(text, markup=False)

    console.print(_city(place).title, style="bold", markup=False)
    for finding in found["about_you"]:
        say(rule(finding))
    console.print()
    for tier, heading in TIERS.items():
        if found[tier] or tier in ALWAYS_SHOWN:
            console.print(heading, style="bold")
            cities = [_city(each["place"], each, _reasons(each, wish)) for each in found[tier]]
            show_cities(console, cities, found["not_ranked"] or "None.")
    for barred in found["blocked_countries"]:
        say(barred["sentence"])
    for excluded in found["excluded"]:
        say(f"Left out by staff: {excluded['place']['name']}. {excluded['reason']}")
    if found["held_back_because"]:
        say(found["held_back_because"])


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
