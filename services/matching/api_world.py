"""The HTTP door of the world's map: vector tiles of all places, for a search or for none, and what they add up to."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from services.matching.application import Matching
from services.matching.chart import Asked, Charts, WorldView
from services.matching.ranking import Ranking
from services.matching.tiles import DEEPEST, Tile
from shared.http import Door, Staff
from shared.refusals import NotFound
from shared.values import MOST_PEOPLE

MVT = "application/vnd.mapbox-vector-tile"
TILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {"schema": {"type": "string", "format": "binary"}}}}
}
Level = Annotated[int, Path(ge=0, le=DEEPEST)]


def _asked(
    country: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
    floor: Annotated[int, Query(ge=0, le=MOST_PEOPLE, description="People, at least.")] = 500,
    least: Annotated[float, Query(ge=0, le=1, description="Score, at least.")] = 0,
    only_listed: Annotated[bool, Query(description="Listed cities alone.")] = False,
) -> Asked:
    return Asked(country, floor, least, only_listed)


Narrowed = Annotated[Asked, Depends(_asked)]


def routes(matching: Matching, ranking: Ranking) -> APIRouter:
    router = APIRouter(prefix="/api/matching/v1", tags=["world"], route_class=Door)
    charts = Charts(ranking)

    def drawn(case_id: UUID | None, tile: Tile, asked: Asked) -> Response:
        if not tile.is_possible:
            raise NotFound(thing="tile", id=f"{tile.z}/{tile.x}/{tile.y}")
        content = charts.tile(charts.of(matching, case_id), tile, asked)
        return Response(content, media_type=MVT, headers={"Cache-Control": "no-store"})

    def told(case_id: UUID | None, asked: Asked) -> WorldView:
        return charts.view(charts.of(matching, case_id), asked)

    _of_a_case(router, drawn, told)
    _of_none(router, drawn, told)
    return router


Draws = Callable[[UUID | None, Tile, Asked], Response]
Tells = Callable[[UUID | None, Asked], WorldView]


def _of_a_case(router: APIRouter, drawn: Draws, told: Tells) -> None:
    @router.get("/cases/{case_id}/world")
    def world(case_id: UUID, asked: Narrowed, caller: Staff) -> WorldView:
        """How many places the search's tiles show, how they spread over countries, and what the best ones reach."""
        return told(case_id, asked)

    @router.get("/cases/{case_id}/tiles/{z}/{x}/{y}.mvt", response_class=Response, responses=TILE)
    def tile(case_id: UUID, z: Level, x: int, y: int, asked: Narrowed, caller: Staff) -> Response:
        """Points with `band` (4: among the best 100, 3: 1,000, 2: 10,000, 1: the others, 0: barred or left out).

        From afar several are one: `n` places, `listed` of them listed, of the best one's `band`.
        """
        return drawn(case_id, Tile(z, x, y), asked)


def _of_none(router: APIRouter, drawn: Draws, told: Tells) -> None:
    @router.get("/world")
    def world(asked: Narrowed, caller: Staff) -> WorldView:
        """All places abroad, whoever looks for one."""
        return told(None, asked)

    @router.get("/tiles/{z}/{x}/{y}.mvt", response_class=Response, responses=TILE)
    def tile(z: Level, x: int, y: int, asked: Narrowed, caller: Staff) -> Response:
        """The same tiles without scores."""
        return drawn(None, Tile(z, x, y), asked)
