"""Points as Mapbox vector tiles, and where in the world a tile lies: a few bytes a point, with no library.

The rows of the world stand in Morton order, so that the places of a tile, and of each cell in it, follow one another.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import World

EXTENT = 4096
"""Steps across a tile."""
BITS = 16
"""Of each half of a place's Morton code: tiles and cells are told apart down to this level."""
CELL_LEVELS = 4
"""A tile has 16 x 16 cells."""
ALONE_FROM = 8
"""At this level and below each place is a point of its own."""
DEEPEST = BITS - CELL_LEVELS
MOST_NORTHERN = 85.051128
"""Degrees; the square map ends there."""

Rows = NDArray[np.intp]
Codes = NDArray[np.uint32]
Doubles = NDArray[np.float64]


class Tile(NamedTuple):
    """Level, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @property
    def is_possible(self) -> bool:
        side = 1 << self.z
        return 0 <= self.x < side and 0 <= self.y < side


class Grid:
    """Every place of the world on the square map (Web Mercator), found by tile."""

    def __init__(self, world: World) -> None:
        x, y = _on_the_map(world)
        side = 1 << BITS
        codes = _morton((x * side).astype(np.uint32), (y * side).astype(np.uint32))
        self.order = np.argsort(codes, kind="stable")
        self.codes: Codes = codes[self.order]
        self.x, self.y = x[self.order], y[self.order]

    def span(self, tile: Tile) -> slice:
        """Where the tile's places stand in the order."""
        shift = 2 * (BITS - tile.z)
        first = int(_morton(np.uint32(tile.x), np.uint32(tile.y))) << shift
        bounds = np.array([first, first + (1 << shift)], np.uint64)
        return slice(*np.searchsorted(self.codes, bounds).tolist())

    def cells(self, tile: Tile, places: Rows) -> Rows:
        """Where in these places, which stand in order, each cell begins; from ALONE_FROM on each place is one."""
        if tile.z >= ALONE_FROM:
            return np.arange(len(places), dtype=np.intp)
        cell = self.codes[places] >> np.uint32(2 * (BITS - tile.z - CELL_LEVELS))
        return np.flatnonzero(np.diff(cell, prepend=cell[:1] + np.uint32(1)))

    def within(self, tile: Tile, x: Doubles, y: Doubles) -> tuple[list[int], list[int]]:
        """Points of the square map in steps of the tile."""
        scale = (1 << tile.z) * EXTENT
        across = np.clip(x * scale - tile.x * EXTENT, 0, EXTENT - 1)
        down = np.clip(y * scale - tile.y * EXTENT, 0, EXTENT - 1)
        return across.astype(int).tolist(), down.astype(int).tolist()


def _on_the_map(world: World) -> tuple[Doubles, Doubles]:
    """0 to 1 from west to east and from north to south; just below 1, so that all lie in a tile."""
    latitude = np.radians(np.clip(world.latitude, -MOST_NORTHERN, MOST_NORTHERN).astype(float))
    x = world.longitude.astype(float) / 360 + 0.5
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    most = 1 - 2.0 ** -(BITS + 1)
    return np.clip(x, 0, most), np.clip(y, 0, most)


def _morton(x: Codes | np.uint32, y: Codes | np.uint32) -> Codes:
    """The bits of both in turn."""
    return np.asarray(_spread(x) | (_spread(y) << np.uint32(1)), np.uint32)


def _spread(bits: Codes | np.uint32) -> Codes:
    found = np.asarray(bits, np.uint32)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        found = (found | (found << np.uint32(shift))) & np.uint32(mask)
    return found


class Point(NamedTuple):
    """`number`, 0: it has none of its own; facts are told by name, numbers or texts."""

    number: int
    across: int
    down: int
    facts: dict[str, int | str]


def encoded(layer: str, points: Iterable[Point]) -> bytes:
    """A tile of one layer (Mapbox vector tile specification 2.1); no bytes where there are no points."""
    keys: dict[str, int] = {}
    values: dict[int | str, int] = {}
    features = bytearray()
    for point in points:
        tags: list[int] = []
        for name, value in point.facts.items():
            tags += keys.setdefault(name, len(keys)), values.setdefault(value, len(values))
        features += _field(2, _feature(point, tags))
    if not features:
        return b""
    names = b"".join(_field(3, name.encode()) for name in keys)
    told = b"".join(_field(4, _value(value)) for value in values)
    head = _field(1, layer.encode()) + b"\x78\x02"
    return _field(3, head + bytes(features) + names + told + b"\x28" + _number(EXTENT))


def _feature(point: Point, tags: Sequence[int]) -> bytes:
    number = b"\x08" + _number(point.number) if point.number else b""
    # One "move to", and both steps with their sign in the last bit.
    geometry = b"\x09" + _number(point.across << 1) + _number(point.down << 1)
    return number + _field(2, b"".join(map(_number, tags))) + b"\x18\x01" + _field(4, geometry)


def _value(value: int | str) -> bytes:
    return _field(1, value.encode()) if isinstance(value, str) else b"\x28" + _number(value)


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _number(len(content)) + content


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    if value < 0x80:
        return bytes((value,))
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))
