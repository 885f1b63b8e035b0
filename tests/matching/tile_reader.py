"""Reads a vector tile as its specification says, independently of what wrote it."""

from collections.abc import Iterator
from typing import Any, NamedTuple


class Read(NamedTuple):
    number: int
    across: int
    down: int
    facts: dict[str, Any]


def points(tile: bytes, layer: str = "places") -> list[Read]:
    """The points of a tile of one layer."""
    if not tile:
        return []
    (content,) = [value for number, value in fields(tile) if number == 3]
    told = list(fields(content))
    assert [value for number, value in told if number == 1] == [layer.encode()]
    assert [value for number, value in told if number in (15, 5)] == [2, 4096]
    keys = [value.decode() for number, value in told if number == 3]
    values = [_value(value) for number, value in told if number == 4]
    return [_point(value, keys, values) for number, value in told if number == 2]


def _point(feature: bytes, keys: list[str], values: list[Any]) -> Read:
    told = dict(fields(feature))
    tags, geometry = list(numbers(told[2])), list(numbers(told[4]))
    assert told[3] == 1
    assert geometry[0] == 9
    pairs = zip(tags[::2], tags[1::2], strict=True)
    facts = {keys[key]: values[value] for key, value in pairs}
    return Read(told.get(1, 0), geometry[1] >> 1, geometry[2] >> 1, facts)


def _value(content: bytes) -> str | int:
    ((number, value),) = fields(content)
    return value.decode() if number == 1 else int(value)


def fields(content: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(content):
        head, at = number_at(content, at)
        value, at = number_at(content, at)
        if head & 7 == 2:
            yield head >> 3, content[at : at + value]
            at += value
        else:
            assert head & 7 == 0
            yield head >> 3, value


def numbers(content: bytes) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = number_at(content, at)
        yield value


def number_at(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
