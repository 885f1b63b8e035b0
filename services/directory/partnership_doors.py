"""The public door to partnerships: list, spreadsheet and map; open to everybody."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from services.directory import answers, city_map
from services.directory.city_map import Wanted
from services.directory.filters import FILE_ROWS, Cursor, FileLimit, Limit, PartnershipsWanted
from services.directory.read_models import Pool
from services.directory.shown import PARTNERSHIP_COLUMNS, Partnership, line_of, partnership_of
from shared.http import Anyone, Door
from shared.pages import Page, cut, keys_of


def routes(pool: Pool, fresh: Callable[..., Any]) -> APIRouter:
    router = APIRouter(
        prefix="/api/directory/v1", tags=["map"], route_class=Door, dependencies=[Depends(fresh)]
    )

    @router.get("/partnerships", response_model=Page[Partnership], responses=answers.NOT_CHANGED)
    def partnerships(
        request: Request,
        caller: Anyone,
        wanted: PartnershipsWanted,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Response:
        """Partnerships, active and ended, by the name of the member; `country` is the partner's."""
        rows, following = page_of_partnerships(pool, wanted, cursor, limit)
        items = [partnership_of(row) for row in rows]
        return answers.json_answer(request, Page[Partnership](items=items, next_cursor=following))

    @router.get(
        "/partnerships.csv", response_class=Response, responses=answers.file_of(answers.CSV)
    )
    def partnerships_csv(
        request: Request,
        caller: Anyone,
        wanted: PartnershipsWanted,
        cursor: Cursor = None,
        limit: FileLimit = FILE_ROWS,
    ) -> Response:
        """The same for a spreadsheet."""
        rows, following = page_of_partnerships(pool, wanted, cursor, limit)
        found = answers.answer(request, answers.to_csv(PARTNERSHIP_COLUMNS, rows), answers.CSV)
        return answers.download(found, request, "partnerships.csv", following)

    @router.get(
        "/partnerships.geojson", response_class=Response, responses=answers.file_of(answers.GEOJSON)
    )
    def partnerships_geojson(
        request: Request,
        caller: Anyone,
        wanted: PartnershipsWanted,
        cursor: Cursor = None,
        limit: FileLimit = FILE_ROWS,
    ) -> Response:
        """The same for a map (RFC 7946), a line for each partnership."""
        rows, following = page_of_partnerships(pool, wanted, cursor, limit)
        body = answers.to_geojson(line_of(row) for row in rows)
        found = answers.answer(request, body, answers.GEOJSON)
        return answers.download(found, request, "partnerships.geojson", following)

    return router


def page_of_partnerships(
    pool: Pool, wanted: Wanted, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    keys = city_map.PARTNERSHIP_KEYS
    with pool.connection() as connection:
        rows = city_map.partnerships(connection, wanted, keys_of(cursor, keys), limit + 1)
    return cut(rows, limit, keys)
