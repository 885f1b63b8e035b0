"""All cities of the map at once, a list for each fact: a third of the bytes of a list of cities."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.directory.geography import ATTRIBUTION
from services.directory.shown import SPRINGFIELD, CityStatus


class CityColumns(BaseModel):
    """N cities, those listed and seeking and those with a partner; each list has N items, in the order of names."""

    attribution: str = ATTRIBUTION
    geoname_ids: Annotated[list[int], Field(description="The number of the place at GeoNames.")]
    names: list[str]
    addresses: Annotated[list[str], Field(description="Path of the page of each city.")]
    countries: Annotated[list[str], Field(description="ISO 3166-1 codes.")]
    country_names: Annotated[list[str], Field(description="In English.")]
    continents: list[str]
    states: Annotated[list[str], Field(description="Code of the U.S. state; empty abroad.")]
    state_names: list[str]
    latitudes: Annotated[list[float], Field(description="Degrees, to about ten metres.")]
    longitudes: list[float]
    populations: list[int]
    statuses: list[list[CityStatus]]
    themes: list[list[str]]
    confirmed_on: Annotated[
        list[date | None], Field(description="When a listed city last said that it still looks.")
    ]
    partnerships: Annotated[list[int], Field(description="Active ones.")]
    are_demonstration: list[bool]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "attribution": ATTRIBUTION,
                    "geoname_ids": [SPRINGFIELD["geoname_id"]],
                    "names": ["Springfield"],
                    "addresses": ["/cities/us/springfield-illinois-4250542"],
                    "countries": ["US"],
                    "country_names": ["United States"],
                    "continents": ["NA"],
                    "states": ["IL"],
                    "state_names": ["Illinois"],
                    "latitudes": [39.8017],
                    "longitudes": [-89.6437],
                    "populations": [114394],
                    "statuses": [["seeking", "partnered"]],
                    "themes": [["culture", "education"]],
                    "confirmed_on": [None],
                    "partnerships": [1],
                    "are_demonstration": [False],
                }
            ]
        }
    )


class Numbers(BaseModel):
    """Which of the map's cities are meant."""

    geoname_ids: list[int]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"geoname_ids": [SPRINGFIELD["geoname_id"]]}]}
    )


def columns(cities: list[dict[str, Any]]) -> CityColumns:
    """`cities`: as `shown.city_of` tells them."""

    def of(name: str) -> list[Any]:
        return [city[name] for city in cities]

    return CityColumns(
        geoname_ids=of("geoname_id"),
        names=of("name"),
        addresses=of("address"),
        countries=of("country"),
        country_names=of("country_name"),
        continents=of("continent"),
        states=[city["state"] or "" for city in cities],
        state_names=[city["state_name"] or "" for city in cities],
        latitudes=[round(city["latitude"], 4) for city in cities],
        longitudes=[round(city["longitude"], 4) for city in cities],
        populations=of("population"),
        statuses=of("statuses"),
        themes=of("themes"),
        confirmed_on=of("confirmed_on"),
        partnerships=of("partnerships"),
        are_demonstration=of("is_demonstration"),
    )
