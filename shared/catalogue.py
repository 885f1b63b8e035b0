"""The contract to read: an AsyncAPI 3 document and a page of every public event, both derived from the registry."""

import json
from functools import cache
from html import escape
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse
from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI

from shared.events import REGISTRY, SOURCES, PublicEvent
from shared.examples import EXAMPLES
from shared.http import Anyone, Door

DESCRIPTION = (
    "Every public event of Cities Seeking Cities. A service publishes under its own name only; each stream keeps"
    " everything, in order. Messages are CloudEvents in binary mode: id, type and time stand in the headers, with"
    " `position` (the place in the store) and `previous` (the place before it)."
)


@cache
def asyncapi() -> dict[str, Any]:
    """The document for the events of all services; no server is contacted to make it."""
    broker = NatsBroker()
    for subject, event in REGISTRY.items():
        broker.publisher(subject, schema=event, title=subject, description=sentence(event))
    specification = AsyncAPI(
        broker,
        title="Cities Seeking Cities: public events",
        version="1",
        schema_version="3.0.0",
        description=DESCRIPTION,
    ).to_specification()
    document: dict[str, Any] = json.loads(specification.to_json())
    for subject, example in EXAMPLES.items():
        message = document["components"]["messages"][f"{subject}:Message"]
        message["examples"] = [{"payload": example.model_dump(mode="json")}]
    return document


def sentence(event: type[PublicEvent]) -> str:
    return " ".join((event.__doc__ or "").split())


def routes(service: str) -> APIRouter:
    """`/api/<service>/asyncapi.json` and `/api/<service>/events`, for everybody."""
    router = APIRouter(prefix=f"/api/{service}", tags=["events"], route_class=Door)

    @router.get("/asyncapi.json")
    def document(caller: Anyone) -> JSONResponse:
        """The public events of all services as an AsyncAPI 3 document."""
        return JSONResponse(asyncapi())

    @router.get("/events", response_class=HTMLResponse)
    def events(caller: Anyone) -> HTMLResponse:
        """The same as a page to read."""
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(page(), headers=headers)

    return router


@cache
def page() -> str:
    """One page of all events, grouped by service; plain HTML that needs no script."""
    contents = "".join(_contents(source) for source in SOURCES)
    sections = "".join(_section(source) for source in SOURCES)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Public events · Cities Seeking Cities</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#events">To the events</a>
<header>
<h1>Public events</h1>
<p>{len(REGISTRY)} events that the services of Cities Seeking Cities say to each other, and to everybody who
follows them. Events carry ids, codes, dates and places; never personal data.
For programs: <a href="asyncapi.json">AsyncAPI 3 document</a>.</p>
</header>
<nav aria-label="Events by service">{contents}</nav>
<main id="events">{sections}</main>
<footer><p>Place data: <a href="https://www.geonames.org/">GeoNames</a>, CC BY 4.0.</p></footer>
</body>
</html>
"""


def _of(source: str) -> list[type[PublicEvent]]:
    return [event for event in REGISTRY.values() if event.service == source]


def _contents(source: str) -> str:
    links = "".join(
        f'<li><a href="#{event.subject()}">{event.__name__}</a></li>' for event in _of(source)
    )
    return f'<h2><a href="#{source}">{source}</a></h2><ul>{links}</ul>'


def _section(source: str) -> str:
    articles = "".join(_article(event) for event in _of(source))
    return (
        f'<section aria-labelledby="{source}"><h2 id="{source}">{source}</h2>{articles}</section>'
    )


def _article(event: type[PublicEvent]) -> str:
    schema = event.model_json_schema()
    rows = "".join(
        _row(name, field, is_required=name in schema.get("required", ()))
        for name, field in schema["properties"].items()
    )
    example = json.dumps(
        EXAMPLES[event.subject()].model_dump(mode="json"), indent=2, ensure_ascii=False
    )
    return f"""
<article aria-labelledby="{event.subject()}">
<h3 id="{event.subject()}">{event.__name__} <small>{event.subject()}</small></h3>
<p>{escape(sentence(event))}</p>
<div class="wide" role="region" aria-label="Fields of {event.__name__}" tabindex="0"><table>
<thead><tr><th scope="col">Field</th><th scope="col">Holds</th><th scope="col">Meaning</th></tr></thead>
<tbody>{rows}</tbody></table></div>
<details><summary>Example of {event.__name__}</summary><pre><code>{escape(example)}</code></pre></details>
</article>"""


def _row(name: str, field: dict[str, Any], *, is_required: bool) -> str:
    kind = _kind(field) + ("" if is_required else ", optional")
    meaning = escape(field.get("description", ""))
    return f'<tr><th scope="row"><code>{name}</code></th><td>{kind}</td><td>{meaning}</td></tr>'


def _kind(field: dict[str, Any]) -> str:
    """What a field holds, in a few words: `date`, `list of Place`, `uuid or nothing`."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " or ".join(map(_kind, field["anyOf"]))
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    if field.get("type") == "null":
        return "nothing"
    return str(field.get("format") or field.get("type", "any"))


STYLE = """
:root { color-scheme: light; --ink: #1b1f24; --quiet: #565c65; --line: #c9ccd1; --wash: #f7f5f1; --action: #1a4f9c }
* { box-sizing: border-box }
body { margin: 0 auto; max-inline-size: 72rem; padding: 1.5rem; color: var(--ink); background: #fff;
  font: 1rem/1.6 "Public Sans", system-ui, sans-serif }
h1, h2, h3 { line-height: 1.25; text-wrap: balance }
small { color: var(--quiet); font-weight: normal; font-size: .875rem }
a { color: var(--action); text-underline-offset: .2em }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; background: #ffe08a }
.skip { position: absolute; inset-inline-start: -999rem } .skip:focus { position: static }
nav { background: var(--wash); padding: 1rem 1.5rem; border: 1px solid var(--line) }
nav h2 { font-size: 1rem; margin: .5rem 0 }
nav ul { columns: 16rem; margin: 0; padding: 0; list-style: none }
nav li a { display: inline-block; min-block-size: 1.75rem }
article { border-block-start: 1px solid var(--line); padding-block: 1rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; inline-size: 100%; font-size: .9375rem }
th, td { text-align: start; vertical-align: top; padding: .375rem .75rem .375rem 0;
  border-block-end: 1px solid var(--line) }
thead th { color: var(--quiet) }
summary { cursor: pointer; padding-block: .625rem; color: var(--action) }
pre { background: var(--wash); padding: 1rem; overflow-x: auto; font-size: .875rem }
"""
