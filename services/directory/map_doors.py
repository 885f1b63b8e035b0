"""The public door to what the map needs: every city at once, what a search means, and one place."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from services.directory import answers, city_map
from services.directory.city_doors import page_of, page_of_cities
from services.directory.city_map import Wanted
from services.directory.filters import FILE_ROWS, CitiesWanted
from services.directory.map_columns import CityColumns, Numbers, columns
from services.directory.read_models import Pool
from services.directory.shown import CityPage
from shared.http import Anyone, Door
from shared.refusals import NotFound


def routes(pool: Pool, fresh: Callable[..., Any]) -> APIRouter:
    router = APIRouter(
        prefix="/api/directory/v1", tags=["map"], route_class=Door, dependencies=[Depends(fresh)]
    )

    @router.get("/map", response_model=CityColumns, responses=answers.NOT_CHANGED)
    def whole_map(request: Request, caller: Anyone) -> Response:
        """Every city of the map, a list for each fact: for frontends that show and search all of them at once."""
        rows, _ = page_of_cities(pool, Wanted(), None, FILE_ROWS)
        return answers.json_answer(request, columns(rows))

    @router.get("/map/found", response_model=Numbers, responses=answers.NOT_CHANGED)
    def found_on_map(request: Request, wanted: CitiesWanted, caller: Anyone) -> Response:
        """Which cities of the map a filter or a text in any script means."""
        with pool.connection() as connection:
            numbers = city_map.numbers(connection, wanted)
        return answers.json_answer(request, Numbers(geoname_ids=numbers))

    @router.get("/places/{geoname_id}", response_model=CityPage, responses=answers.NOT_CHANGED)
    def place(
        request: Request, geoname_id: Annotated[int, Path(ge=1, lt=2**31)], caller: Anyone
    ) -> Response:
        """One city with its partnerships, by the number of its place at GeoNames."""
        with pool.connection() as connection:
            row = city_map.place_of(connection, geoname_id)
            if row is None:
                raise NotFound(thing="city on the map", id=geoname_id)
            return answers.json_answer(request, page_of(connection, row))

    return router
