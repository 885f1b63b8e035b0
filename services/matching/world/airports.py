"""The nearest airport with an IATA code for every place, from the package airportsdata (MIT)."""

import re

import airportsdata
import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import EARTH_KM, Airport

NO_AIRPORTS = (
    "heliport",
    "helipad",
    "seaplane",
    "water aerodrome",
    "railway",
    "bus station",
    "glider",
    "under construction",
)
MISPLACED = frozenset({"LHL"})
"""Their coordinates are wrong in the package: Lachin's lie 250 km away, beside Baku."""
MILITARY = re.compile(
    r"\b(afb|angb|cfb|mcas|naf|nas|nolf|raaf|raf|rnas|rnzaf|airbase|(joint|air|air force|naval) base|space force"
    r"|air force station|naval (air|station)|air station|army air ?field|army airport|base aerea|base de aviacao"
    r"|camp bastion)\b"
)
"""In a name in small letters: a military field, unless a slash says that it is shared with civil flights."""
SHARED = frozenset({"AIP", "ASI", "BEK", "BUP", "IXP", "YBG"})
"""Military by their name, with a civil terminal: Adampur, Ascension, Bareilly, Bhatinda, Pathankot, Bagotville."""
CHUNK = 2_000


def airports() -> list[tuple[Airport, float, float]]:
    """Airports for aeroplanes on land with latitude and longitude, in the order of their codes."""
    found = airportsdata.load("IATA")
    return [
        (Airport(code, row["name"], row["country"]), row["lat"], row["lon"])
        for code, row in sorted(found.items())
        if code not in MISPLACED and (code in SHARED or _is_civil(row["name"].lower()))
    ]


def _is_civil(name: str) -> bool:
    """Whether the name is of no heliport and no military field."""
    if any(word in name for word in NO_AIRPORTS):
        return False
    return "/" in name or not MILITARY.search(name)


def nearest_airport(
    unit: NDArray[np.float32],
) -> tuple[tuple[Airport, ...], NDArray[np.int16], NDArray[np.float32]]:
    """For 3 x N points on the unit sphere: the airports, the index of each point's nearest, km to it."""
    found = airports()
    lat, lon = np.radians([(lat, lon) for _, lat, lon in found]).T
    there = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    cosines = there.T.astype(np.float32)
    index = np.empty(unit.shape[1], np.int16)
    for start in range(0, unit.shape[1], CHUNK):
        index[start : start + CHUNK] = np.argmax(cosines @ unit[:, start : start + CHUNK], axis=0)
    chord = np.sqrt(np.square(there[:, index] - unit).sum(axis=0))
    km = 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    return tuple(airport for airport, _, _ in found), index, km.astype(np.float32)
