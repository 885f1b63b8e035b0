"""Kilometres to the sea for every place, from the mask of the package global-land-mask (MIT; GLOBE, 30 arc seconds)."""

import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import EARTH_KM

FARTHEST_KM = 100.0
PER_DEGREE = 120
ROWS, COLUMNS = 180 * PER_DEGREE, 360 * PER_DEGREE
BAND = 240
"""Rows of the mask that are read at a time: the whole would take a gigabyte."""
KM_PER_DEGREE = EARTH_KM * np.pi / 180
MASK = "global_land_mask/globe_combined_mask_compressed.npz"


def _bands() -> Iterator[NDArray[np.bool_]]:
    """The mask from north to south, true at sea, with the last row of the band before on top of each band."""
    file = distribution("global-land-mask").locate_file(MASK)
    with zipfile.ZipFile(str(file)) as packed, packed.open("mask.npy") as stream:
        assert np.lib.format.read_magic(stream) == (1, 0)
        header: tuple[Any, ...] = np.lib.format.read_array_header_1_0(stream)
        assert header == ((ROWS, COLUMNS), False, np.dtype(bool)), header
        above = np.zeros((1, COLUMNS), bool)
        for _ in range(0, ROWS, BAND):
            band = np.frombuffer(stream.read(BAND * COLUMNS), bool).reshape(BAND, COLUMNS)
            yield np.concatenate([above, band])
            above = band[-1:]


def shore(
    latitude: NDArray[np.float32], longitude: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Latitudes and longitudes of the middles of all sea cells at land, north to south; which places lie at sea."""
    found = []
    row = ((90 - latitude.astype(np.float64)) * PER_DEGREE).astype(np.int64)
    column = ((longitude.astype(np.float64) + 180) * PER_DEGREE).astype(np.int64) % COLUMNS
    at_sea = np.zeros(len(latitude), bool)
    for number, band in enumerate(_bands()):
        here = np.flatnonzero(row // BAND == number)
        at_sea[here] = band[row[here] - number * BAND + 1, column[here]]
        sideways = band[1:] != np.roll(band[1:], 1, axis=1)
        downwards = band[1:] != band[:-1]
        rows, columns = np.nonzero(sideways | downwards)
        # The difference lies between this cell and the one to the west or north; the wet one of the two is shore.
        south, east = _wet(band, rows, columns, sideways, downwards)
        found.append(np.stack([south + number * BAND, east]))
    south, east = np.unique(np.concatenate(found, axis=1), axis=1)
    return 90 - (south + 0.5) / PER_DEGREE, (east + 0.5) / PER_DEGREE - 180, at_sea


def _wet(
    band: NDArray[np.bool_],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    sideways: NDArray[np.bool_],
    downwards: NDArray[np.bool_],
) -> NDArray[np.intp]:
    """Row and column, in the band without its first row, of the sea cell on each border between sea and land."""
    here = band[rows + 1, columns]
    across, along = sideways[rows, columns], downwards[rows, columns]
    own = np.stack([rows, columns])[:, here]
    west = np.stack([rows, (columns - 1) % COLUMNS])[:, ~here & across]
    north = np.stack([rows - 1, columns])[:, ~here & along]
    return np.concatenate([own, west, north], axis=1)


def km_to_the_sea(
    latitude: NDArray[np.float32], longitude: NDArray[np.float32]
) -> NDArray[np.float32]:
    """To the middle of the nearest sea cell less half a cell, at least 0; NaN beyond 100 km. Lakes are no sea."""
    lat, lon, at_sea = shore(latitude, longitude)
    cells = np.stack(_blocks(latitude, longitude))
    order = np.lexsort(cells)
    km = np.full(len(latitude), np.nan, np.float32)
    edges = np.flatnonzero(np.any(np.diff(cells[:, order], axis=1), axis=0)) + 1
    for block in np.split(order, edges):
        km[block] = _nearest(latitude[block], longitude[block], lat, lon)
    km[km > FARTHEST_KM] = np.nan
    km[at_sea] = 0  # an islet that the mask leaves out
    return km


def _blocks(
    latitude: NDArray[np.float32], longitude: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.floor(longitude).astype(np.int64), np.floor(latitude).astype(np.int64)


def _nearest(
    latitude: NDArray[np.float32],
    longitude: NDArray[np.float32],
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
) -> NDArray[np.float32]:
    """km for places of one block of a degree; NaN if there is no shore around it."""
    reach = FARTHEST_KM / KM_PER_DEGREE
    south, north = float(latitude.min()) - reach, float(latitude.max()) + reach
    near = slice(*np.searchsorted(-lat, [-north, -south]))
    squeeze = max(np.cos(np.radians(max(abs(south), abs(north)))), 0.05)
    east = (lon[near] - float(longitude.min()) + 180) % 360 - 180
    width = float(longitude.max() - longitude.min())
    wanted = (east > -reach / squeeze) & (east < width + reach / squeeze)
    if not wanted.any():
        return np.full(len(latitude), np.nan, np.float32)
    there = _points(lat[near][wanted], lon[near][wanted])
    here = _points(latitude.astype(np.float64), longitude.astype(np.float64))
    cosine = np.concatenate([(part.T @ there).max(axis=1) for part in _parts(here)])
    km = EARTH_KM * np.arccos(np.clip(cosine, -1, 1)) - KM_PER_DEGREE / PER_DEGREE / 2
    return np.asarray(np.maximum(km, 0), np.float32)


def _points(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _parts(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return np.array_split(points, -(-points.shape[1] // 200), axis=1)
