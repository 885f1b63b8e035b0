"""The public door to cities: the list and the map, a page for each city, and counts; open to everybody."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.directory import answers, city_map
from services.directory.city_map import Rows, Wanted
from services.directory.filters import FILE_ROWS, CitiesWanted, Cursor, FileLimit, Limit
from services.directory.read_models import Pool
from services.directory.shown import (
    City,
    CityPage,
    Counts,
    city_of,
    counts_of,
    partnership_of,
    properties,
)
from shared.http import Anyone, Door
from shared.pages import Page, cut, keys_of
from shared.refusals import NotFound


def routes(pool: Pool, fresh: Callable[..., Any]) -> APIRouter:
    router = APIRouter(
        prefix="/api/directory/v1", tags=["map"], route_class=Door, dependencies=[Depends(fresh)]
    )

    @router.get("/listings", response_model=Page[City], responses=answers.NOT_CHANGED)
    def listings(
        request: Request,
        caller: Anyone,
        wanted: CitiesWanted,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Response:
        """Cities that are listed, seek a partner and agreed to be shown, or have one, by name."""
        rows, following = page_of_cities(pool, wanted, cursor, limit)
        items = [City.model_validate(row) for row in rows]
        return answers.json_answer(request, Page[City](items=items, next_cursor=following))

    @router.get("/listings.csv", response_class=Response, responses=answers.file_of(answers.CSV))
    def listings_csv(
        request: Request,
        caller: Anyone,
        wanted: CitiesWanted,
        cursor: Cursor = None,
        limit: FileLimit = FILE_ROWS,
    ) -> Response:
        """The same for a spreadsheet."""
        rows, following = page_of_cities(pool, wanted, cursor, limit)
        body = answers.to_csv(list(City.model_fields), rows)
        found = answers.answer(request, body, answers.CSV)
        return answers.download(found, request, "listings.csv", following)

    @router.get(
        "/listings.geojson", response_class=Response, responses=answers.file_of(answers.GEOJSON)
    )
    def listings_geojson(
        request: Request,
        caller: Anyone,
        wanted: CitiesWanted,
        cursor: Cursor = None,
        limit: FileLimit = FILE_ROWS,
    ) -> Response:
        """The same for a map (RFC 7946), a point for each city."""
        rows, following = page_of_cities(pool, wanted, cursor, limit)
        features = [
            answers.point(row["community_id"], row["longitude"], row["latitude"], properties(row))
            for row in rows
        ]
        found = answers.answer(request, answers.to_geojson(features), answers.GEOJSON)
        return answers.download(found, request, "listings.geojson", following)

    @router.get("/cities/{community_id}", response_model=CityPage, responses=answers.NOT_CHANGED)
    def city(request: Request, community_id: UUID, caller: Anyone) -> Response:
        """One city with its partnerships."""
        with pool.connection() as connection:
            row = city_map.city(connection, community_id)
            if row is None:
                raise NotFound(thing="city on the map", id=community_id)
            return answers.json_answer(request, page_of(connection, row))

    @router.get("/counts", response_model=Counts, responses=answers.NOT_CHANGED)
    def counts(request: Request, caller: Anyone) -> Response:
        """How many there are, by country and by U.S. state."""
        with pool.connection() as connection:
            rows = city_map.counts(connection)
        return answers.json_answer(request, counts_of(rows))

    return router


def page_of(connection: Rows, row: dict[str, Any]) -> CityPage:
    wanted = Wanted(community_id=row["community_id"])
    theirs = city_map.partnerships(connection, wanted, None, FILE_ROWS)
    page = city_of(row) | {
        "all_partnerships": [partnership_of(its) for its in theirs],
        "neighbours": [city_of(its) for its in city_map.near(connection, row)],
    }
    return CityPage.model_validate(page)


def page_of_cities(
    pool: Pool, wanted: Wanted, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    keys = city_map.CITY_KEYS
    with pool.connection() as connection:
        rows = city_map.cities(connection, wanted, keys_of(cursor, keys), limit + 1)
    found, following = cut(rows, limit, keys)
    return [city_of(row) for row in found], following
