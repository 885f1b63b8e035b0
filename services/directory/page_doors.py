"""The pages of cities as everybody finds them: to be read without scripts, by search engines too, and to be shared."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from services.directory import addresses, answers, city_map, geography, share_picture, told
from services.directory.city_doors import page_of, page_of_cities
from services.directory.city_map import Rows, Wanted
from services.directory.filters import FILE_ROWS
from services.directory.read_models import Pool
from services.directory.shown import CityPage
from shared.http import Anyone, Door
from shared.rendered import templates

PAGES = Path(__file__).parent / "pages"
HTML, XML, PNG = "text/html; charset=utf-8", "application/xml", "image/png"
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
OTHER_PAGES = ("/", "/how-it-works", "/list-your-city")
ROBOTS = """User-agent: *
Disallow: /api/
Allow: /api/directory/v1/
Disallow: /sign-in
Disallow: /city$
Disallow: /city/
Disallow: /staff
Disallow: /ops

Sitemap: {origin}/sitemap.xml
"""
MOST_NEAR = 8
READ = ["GET", "HEAD"]


def routes(pool: Pool, origin: str) -> APIRouter:
    """`origin`: as the public writes it, without a slash at its end."""
    templates(PAGES)
    router = APIRouter(prefix="/api/directory/pages", include_in_schema=False, route_class=Door)

    @router.api_route("/cities/{country}/{said}", methods=READ)
    def page(request: Request, country: str, said: str, caller: Anyone) -> Response:
        with pool.connection() as connection:
            city = _city(connection, said)
            if city is None:
                return _absent(connection, country, said)
        if city.address != f"/cities/{country}/{said}":
            return _moved(request, city.address)
        html = _city_html(city, origin)
        answer = answers.answer(request, html.encode(), HTML)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @router.api_route("/cities/{country}/{said}/share.png", methods=READ)
    def picture(request: Request, country: str, said: str, caller: Anyone) -> Response:
        """The picture that goes with a link to the page."""
        with pool.connection() as connection:
            city = _city(connection, said)
            if city is None:
                return _absent(connection, country, said)
        drawn = share_picture.draw(
            city.name,
            told.where(city),
            told.in_few_words(city),
            city.longitude,
            city.latitude,
            is_seeking=bool(told.seeking(city)),
        )
        answer = answers.answer(request, drawn, PNG)
        answer.headers["Cache-Control"] = "public, max-age=3600"
        return answer

    @router.api_route("/cities/{country}", methods=READ)
    def country_alone(country: str, caller: Anyone) -> Response:
        """What is left of an address that was shortened: the directory, with the country chosen."""
        known = country.upper() in geography.country_names()
        return RedirectResponse(f"/?country={country.upper()}" if known else "/", 302)

    @router.api_route("/sitemap.xml", methods=READ)
    def sitemap(request: Request, caller: Anyone) -> Response:
        """All pages that anybody may find."""
        cities, _ = page_of_cities(pool, Wanted(), None, FILE_ROWS)
        return answers.answer(request, _sitemap(cities, origin).encode(), XML)

    @router.api_route("/robots.txt", methods=READ)
    def robots(caller: Anyone) -> PlainTextResponse:
        return PlainTextResponse(ROBOTS.format(origin=origin))

    return router


def _city(connection: Rows, said: str) -> CityPage | None:
    _, number = addresses.parts_of(said)
    row = number and city_map.place_of(connection, number)
    return page_of(connection, row) if row else None


def _moved(request: Request, address: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{address}{query}", 308)


def _city_html(city: CityPage, origin: str) -> str:
    url = f"{origin}{city.address}"
    says = told.seeking(city)
    title = told.full_name(city)
    return _shown(
        "city.html",
        title=f"{title}: {says[0].lower()}{says[1:]}" if says else title,
        city=city,
        url=url,
        where=told.where(city),
        says=says,
        description=told.described(city),
        facts=list(told.facts(city)),
        partnerships=told.partnerships(city),
        place=told.place(city, url),
        data=told.in_page(city.model_dump_json()),
    )


def _absent(connection: Rows, country: str, said: str) -> Response:
    """A city that was shown is gone (410); another one may be called nearly the same (404)."""
    words, number = addresses.parts_of(said)
    gone = number and city_map.shown_before(connection, number)
    if gone:
        title, status = f"{gone['name']} is not listed any more", 410
        sentence = f"{gone['name']} was in the directory. It does not look for a partner now."
        near, heading = _of_country(connection, gone["country"]), "Others in the same country"
    else:
        title, status = "We do not know this city", 404
        sentence = "There is no city at this address. It may be spelled in another way."
        near, heading = _nearly(connection, country.upper(), words), "Did you mean"
    html = _shown(
        "absent.html",
        title=title,
        sentence=sentence,
        heading=heading,
        cities=[_named(row) for row in near],
        wanted="" if gone else words.replace("-", " "),
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(html, status, headers)


def _nearly(connection: Rows, country: str, words: str) -> list[dict[str, Any]]:
    """Cities whose words in the address are nearly these, the nearest first."""
    rows = city_map.alike(connection, country, words[:2])
    known = {addresses.words(row["folded"]): row for row in reversed(rows)}
    first = words.split("-", maxsplit=1)[0]
    found = [
        *get_close_matches(words, known, MOST_NEAR, 0.7),
        *get_close_matches(first, known, MOST_NEAR, 0.75),
    ]
    return [known[each] for each in dict.fromkeys(found)][:MOST_NEAR]


def _of_country(connection: Rows, country: str) -> list[dict[str, Any]]:
    rows = city_map.cities(connection, Wanted(countries=[country]), None, FILE_ROWS)
    return sorted(rows, key=lambda row: not (row["is_listed"] or row["is_seeking"]))[:MOST_NEAR]


def _named(row: dict[str, Any]) -> dict[str, str]:
    is_us = row["country"] == "US"
    abroad = geography.country_names().get(row["country"], row["country"])
    where = geography.states().get(row["admin1"], abroad) if is_us else abroad
    return {"address": addresses.path_of(row), "name": row["name"], "place": where}


def _sitemap(cities: list[dict[str, Any]], origin: str) -> str:
    lines = "\n".join(_entries(cities, origin))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n'
    )


def _entries(cities: list[dict[str, Any]], origin: str) -> Iterator[str]:
    for path in OTHER_PAGES:
        yield f"<url><loc>{origin}{path}</loc></url>"
    for city in cities:
        day = city["confirmed_on"] or city["seeking_since"]
        changed = f"<lastmod>{day}</lastmod>" if day else ""
        yield f"<url><loc>{origin}{city['address']}</loc>{changed}</url>"


def _shown(name: str, **facts: Any) -> str:
    return templates(PAGES).get_template(name).render(**facts)
