"""What the public sees of cities and partnerships, and how rows become it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.directory import addresses, answers, geography
from shared.values import PartnershipKind


class CityStatus(StrEnum):
    """Why a city is shown."""

    LISTED = "listed"
    SEEKING = "seeking"
    PARTNERED = "partnered"


SPRINGFIELD: dict[str, Any] = {
    "community_id": "4f2b8a70-1f0e-5d5b-9a38-0b3a3a1f6c11",
    "geoname_id": 4250542,
    "address": "/cities/us/springfield-illinois-4250542",
    "name": "Springfield",
    "country": "US",
    "country_name": "United States",
    "continent": "NA",
    "admin1": "IL",
    "state": "IL",
    "state_name": "Illinois",
    "latitude": 39.80172,
    "longitude": -89.64371,
    "population": 114394,
    "timezone": "America/Chicago",
    "statuses": ["seeking", "partnered"],
    "seeks": "A partner of similar size for exchanges between our schools and museums.",
    "themes": ["culture", "education"],
    "industries": ["state government", "health care"],
    "universities": ["University of Illinois Springfield"],
    "languages": ["en"],
    "seeking_since": "2027-03-03",
    "partnerships": 1,
    "is_demonstration": False,
}


class City(BaseModel):
    """A city on the public map. Nobody's name or address is in it."""

    model_config = ConfigDict(json_schema_extra={"examples": [SPRINGFIELD]})

    community_id: UUID
    geoname_id: int
    address: Annotated[str, Field(description="Path of its page.")]
    name: str
    country: str
    country_name: str
    continent: str
    admin1: str
    state: Annotated[str | None, Field(description="For U.S. cities the state.")] = None
    state_name: str | None = None
    latitude: float
    longitude: float
    population: int
    timezone: str
    statuses: Annotated[
        list[CityStatus], Field(description="listed and seeking cities look for a partner.")
    ]
    listing_id: Annotated[
        UUID | None, Field(description="Of a listed city; a member says its interest with it.")
    ] = None
    seeks: str = ""
    themes: list[str] = []
    industries: list[str] = []
    universities: list[str] = []
    languages: list[str] = []
    listed_on: date | None = None
    confirmed_on: Annotated[
        date | None, Field(description="When a listed city last said that it still looks.")
    ] = None
    seeking_since: date | None = None
    partnerships: Annotated[int, Field(description="Active ones.")] = 0
    is_demonstration: Annotated[
        bool, Field(description="Invented for the demonstration season.")
    ] = False


class Partner(BaseModel):
    community_id: UUID
    address: Annotated[str, Field(description="Path of its page.")]
    name: str
    country: str
    country_name: str
    admin1: str
    latitude: float
    longitude: float


SISTERS: dict[str, Any] = {
    "partnership_id": "0b1c7b4e-2f0a-5f57-8d0e-3f6f0f6a9b10",
    "member": {
        "community_id": SPRINGFIELD["community_id"],
        "address": SPRINGFIELD["address"],
        "name": "Springfield",
        "country": "US",
        "country_name": "United States",
        "admin1": "IL",
        "latitude": 39.80172,
        "longitude": -89.64371,
    },
    "partner": {
        "community_id": "9d3c5f0e-6a55-5d0b-8a7e-5d0e3c6a4f21",
        "address": "/cities/jp/ashikaga-1865714",
        "name": "Ashikaga",
        "country": "JP",
        "country_name": "Japan",
        "admin1": "38",
        "latitude": 36.33333,
        "longitude": 139.45,
    },
    "kind": "sister",
    "year": 2028,
    "signed_on": "2028-05-20",
    "is_active": True,
    "ended_on": None,
    "is_imported": False,
    "is_demonstration": False,
}


class Partnership(BaseModel):
    """Two communities that are partners, or were; kind and year may be unknown."""

    model_config = ConfigDict(json_schema_extra={"examples": [SISTERS]})

    partnership_id: UUID
    member: Partner
    partner: Partner
    kind: PartnershipKind | None = None
    year: int | None = None
    signed_on: date | None = None
    is_active: bool
    ended_on: date | None = None
    is_imported: bool
    is_demonstration: bool


NEARBY: dict[str, Any] = {
    "address": "/cities/us/peoria-illinois-4905687",
    "name": "Peoria",
    "country": "US",
    "country_name": "United States",
    "state_name": "Illinois",
    "km": 98,
    "statuses": ["partnered"],
}


class Neighbour(BaseModel):
    """Another city of the map, not far away."""

    address: Annotated[str, Field(description="Path of its page.")]
    name: str
    country: str
    country_name: str
    state_name: str | None = None
    km: Annotated[int, Field(description="As the crow flies.")]
    statuses: list[CityStatus]


class CityPage(City):
    """A city with its partnerships, active and ended, and the nearest others of the map."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                SPRINGFIELD | {"all_partnerships": [SISTERS], "neighbours": [NEARBY]},
            ]
        }
    )

    all_partnerships: list[Partnership] = []
    neighbours: list[Neighbour] = []


class CountryCount(BaseModel):
    country: str
    country_name: str
    listed: int
    seeking: int
    partnered: int
    partnerships: int


class StateCount(BaseModel):
    state: str
    state_name: str
    seeking: int
    partnered: int
    partnerships: int


COUNTED: dict[str, Any] = {
    "listed": 60,
    "seeking": 21,
    "partnered": 30,
    "partnerships": 17,
    "countries": [
        {
            "country": "JP",
            "country_name": "Japan",
            "listed": 4,
            "seeking": 0,
            "partnered": 2,
            "partnerships": 2,
        }
    ],
    "states": [
        {
            "state": "IL",
            "state_name": "Illinois",
            "seeking": 2,
            "partnered": 1,
            "partnerships": 1,
        }
    ],
}


class Counts(BaseModel):
    """How many cities are listed, seek and are partnered; active partnerships."""

    model_config = ConfigDict(json_schema_extra={"examples": [COUNTED]})

    listed: int
    seeking: int
    partnered: int
    partnerships: int
    countries: list[CountryCount]
    states: list[StateCount]


PARTNERSHIP_COLUMNS = [
    "partnership_id",
    "community_id",
    "name",
    "admin1",
    "country",
    "latitude",
    "longitude",
    "foreign_community_id",
    "foreign_name",
    "foreign_admin1",
    "foreign_country",
    "foreign_latitude",
    "foreign_longitude",
    "kind",
    "year",
    "signed_on",
    "is_active",
    "ended_on",
    "is_imported",
    "is_demonstration",
]


def city_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the names of its codes."""
    country, admin1 = row["country"], row["admin1"]
    is_us = country == "US"
    return row | {
        "address": addresses.path_of(row),
        "country_name": geography.country_names().get(country, country),
        "continent": geography.continents().get(country, ""),
        "state": admin1 if is_us else None,
        "state_name": geography.states().get(admin1) if is_us else None,
        "statuses": [status.value for status in CityStatus if row[f"is_{status}"]],
    }


def properties(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in City.model_fields}


def partnership_of(row: dict[str, Any]) -> Partnership:
    return Partnership.model_validate(
        row | {"member": _partner(row, ""), "partner": _partner(row, "foreign_")}
    )


def _partner(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    names = ("community_id", "name", "country", "admin1", "latitude", "longitude")
    partner = {name: row[f"{prefix}{name}"] for name in (*names, "geoname_id", "folded")}
    name = geography.country_names().get(partner["country"], partner["country"])
    return partner | {"country_name": name, "address": addresses.path_of(partner)}


def line_of(row: dict[str, Any]) -> Any:
    facts = {name: row[name] for name in PARTNERSHIP_COLUMNS if "itude" not in name}
    start = (row["longitude"], row["latitude"])
    end = (row["foreign_longitude"], row["foreign_latitude"])
    return answers.line(row["partnership_id"], start, end, facts)


def counts_of(rows: list[dict[str, Any]]) -> Counts:
    [whole] = [row for row in rows if row["is_sum"]]
    countries = [row for row in rows if row["is_country"] and not row["is_sum"]]
    states = [row for row in rows if row["state"]]
    return Counts(
        listed=whole["listed"],
        seeking=whole["seeking"],
        partnered=whole["partnered"],
        # Each partnership was counted at both of its ends.
        partnerships=(whole["partnerships"] or 0) // 2,
        countries=[
            CountryCount.model_validate(
                row | {"country_name": geography.country_names().get(row["country"], "")}
            )
            for row in countries
        ],
        states=[
            StateCount.model_validate(
                row | {"state_name": geography.states().get(row["state"], row["state"])}
            )
            for row in states
        ],
    )
