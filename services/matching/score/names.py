"""Finds places whose names are alike: the same, the same in another language (namesakes.tsv), or nearly the same."""

import re
import unicodedata
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import World

NAMESAKES = Path(__file__).parent / "namesakes.tsv"
SPELLED = 5_000
"""Only places of at least so many people are looked through for names spelled nearly the same."""
NEAR = 0.45
"""Names are compared by letter from this cosine of their groups of three and four letters, rare ones counting more."""
LIKE, LETTERS = 6, 7
"""Names are nearly the same if they differ in one spot of one word of LETTERS or more, by a letter for every LIKE."""
SMALL_WORDS = frozenset(
    (
        *("new", "neu", "north", "south", "east", "west"),
        *("the", "le", "la", "les", "los", "las", "el", "il", "de", "al", "o", "a", "os", "as"),
    )
)
"""New Ulm is nearly Ulm, and Havre is nearly Le Havre."""
LINKS = frozenset(("upon", "on", "under", "by", "am", "an", "im", "bei", "sur", "sous", "sul"))
"""Stratford-upon-Avon is nearly Stratford: what begins with one of these tells namesakes apart."""
COMMON = 3_000
"""Groups of letters that stand in more names than this ("ing", "ville") are no sign, and are not looked up."""

SAINT = "st"
SAINTS = dict.fromkeys(("st", "ste", "saint", "sainte", "sankt", "sint", "szent", "sveti"), SAINT)
NOT_IN = re.compile(r" \(not ([A-Z ]+)\)$")
"""Behind a name in namesakes.tsv: countries where it is another name, alike by chance."""
NO_WORD = re.compile(r"[\W_]+")
Rows = NDArray[np.int64]
NONE: Rows = np.empty(0, np.int64)


class Likeness(IntEnum):
    """How two names are alike; the first that holds."""

    SAME = 0
    SAME_IN_ANOTHER_LANGUAGE = 1
    NEARLY_THE_SAME = 2


class Namesakes(NamedTuple):
    """Rows of places with a name like the seeker's, each once, and how alike it is (Likeness)."""

    rows: Rows
    likeness: NDArray[np.int8]


def fold(name: str) -> str:
    """Small letters without accents, words parted by one space, every saint "st"."""
    plain = name.casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    words = NO_WORD.sub(" ", plain).split()
    if SAINTS.keys().isdisjoint(words):
        return " ".join(words)
    return " ".join(SAINTS.get(word, word) for word in words)


def joined(folded: str) -> str:
    """Without spaces, so that Newcastle is New Castle; but Stanton is no Saint Anton."""
    return "".join(f"{word} " if word == SAINT else word for word in folded.split(" "))


class Names:
    """Indexes of a world's names; made in about a second, asked in a quarter of a millisecond."""

    def __init__(self, world: World, table: Path = NAMESAKES) -> None:
        text = world.name_bytes.tobytes()
        folded = [fold(text[a:b].decode()) for a, b in pairwise(world.name_starts.tolist())]
        self.hashes = np.fromiter((hash(joined(name)) for name in folded), np.int64, len(folded))
        self.order = np.argsort(self.hashes, kind="stable")
        self.sorted = self.hashes[self.order]
        self.translated, not_in = _read(table)
        rows = np.flatnonzero(world.population >= SPELLED)
        self.spelling = Spelling(rows, [folded[row] for row in rows])
        self.world = world
        self.by_chance = {
            row
            for name, countries in not_in.items()
            for row in self._named(name).tolist()
            if world.country_code(row) in countries
        }

    def like(self, row: int) -> Namesakes:
        """Places anywhere in the world with a name like this place's, itself left out."""
        found = (
            self._named(int(self.hashes[row])),
            self._translated(row),
            self.spelling.nearly(fold(self.world.name(row))),
        )
        rows, first = np.unique(np.concatenate(found), return_index=True)
        likeness = np.repeat(np.arange(3, dtype=np.int8), [len(each) for each in found])[first]
        kept = rows != row
        return Namesakes(rows[kept], likeness[kept])

    def _translated(self, row: int) -> Rows:
        """Rows of places that have the name in another language."""
        if row in self.by_chance:
            return NONE
        names = self.translated.get(int(self.hashes[row]), ())
        rows = np.concatenate([NONE, *map(self._named, names)])
        return rows[~np.isin(rows, [*self.by_chance])] if len(rows) else rows

    def _named(self, name: int) -> Rows:
        """Rows of places of a name, by its hash."""
        start, end = (np.searchsorted(self.sorted, name, side) for side in ("left", "right"))
        return self.order[start:end]


class Core(NamedTuple):
    """The words of a name that count, and whether they are all of it."""

    words: tuple[str, ...]
    is_all: bool


def core(folded: str) -> Core:
    """Without small words, and without what tells namesakes apart."""
    every = folded.split(" ")
    words = every[: next((i for i, word in enumerate(every) if i and word in LINKS), None)]
    kept = [word for word in words if word not in SMALL_WORDS] or words
    return Core(tuple(kept), len(kept) == len(every))


def is_nearly(one: Core, other: Core) -> bool:
    """Whether one is the core of the other (Ulm, New Ulm), or one word of theirs is spelled nearly the same."""
    if joined(" ".join(one.words)) == joined(" ".join(other.words)):
        return one.is_all or other.is_all
    if len(one.words) != len(other.words):
        return False
    apart = [(a, b) for a, b in zip(one.words, other.words, strict=True) if a != b]
    return len(apart) == 1 and _is_spelled_nearly(*apart[0])


def _is_spelled_nearly(one: str, other: str) -> bool:
    most = max(len(one), len(other)) // LIKE
    is_apart = abs(len(one) - len(other)) > most or one[:1] != other[:1]
    if min(len(one), len(other)) < LETTERS or is_apart:
        return False
    begin = _shared(one, other)
    a, b = one[begin:][::-1], other[begin:][::-1]
    return max(len(a), len(b)) - _shared(a, b) <= most


def _shared(one: str, other: str) -> int:
    """With how many letters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


class Spelling:
    """Which names hold which groups of three and four letters."""

    def __init__(self, rows: Rows, names: list[str]) -> None:
        self.rows, self.cores = rows, [core(name) for name in names]
        self.core_lengths = np.array([sum(map(len, each.words)) for each in self.cores])
        coded = [f" {name} ".encode() for name in names]
        lengths = np.array([len(name) for name in coded])
        text = np.frombuffer(b"".join(coded), np.uint8)
        owner = np.repeat(np.arange(len(names)), lengths)
        parts = [_groups(text, size, owner) for size in (3, 4)]
        key = np.sort(np.concatenate([groups << np.int64(20) | of for groups, of in parts]))
        key = key[np.append(True, np.diff(key) != 0)]  # as np.unique does, in a seventh of its time
        group, self.name = key >> 20, (key & 0xFFFFF).astype(np.int32)
        self.group, self.start, count = np.unique(group, return_index=True, return_counts=True)
        self.end = self.start + count
        self.weight = (np.log(len(names) / (1 + count)) + 1).astype(np.float32)
        squares = np.repeat(np.square(self.weight), count)
        norm = np.sqrt(np.bincount(self.name, squares, len(names))).astype(np.float32)
        self.enough = NEAR * norm

    def nearly(self, folded: str) -> Rows:
        """Rows of places whose name is nearly the same, or the same."""
        text = np.frombuffer(f" {folded} ".encode(), np.uint8)
        groups = np.unique(np.concatenate([_codes(text, size) for size in (3, 4)]))
        place = np.minimum(np.searchsorted(self.group, groups), len(self.group) - 1)
        known = self.group[place] == groups
        unknown = np.log(len(self.enough)) + 1
        norm = np.sqrt(np.square(np.where(known, self.weight[place], unknown)).sum())
        rare = place[known & (self.end[place] - self.start[place] <= COMMON)]
        if not len(rare):
            return NONE
        names = np.concatenate([self.name[self.start[g] : self.end[g]] for g in rare])
        weights = np.repeat(np.square(self.weight[rare]), self.end[rare] - self.start[rare])
        order = np.argsort(names, kind="stable")
        names = names[order]
        first = np.flatnonzero(np.diff(names, prepend=-1))
        product, touched = np.add.reduceat(weights[order], first), names[first]
        near = touched[product >= norm * self.enough[touched]]
        own = core(folded)
        length = sum(map(len, own.words))
        near = near[np.abs(self.core_lengths[near] - length) <= length // (LIKE - 1)]
        kept = [each for each in near.tolist() if is_nearly(own, self.cores[each])]
        nearly: Rows = self.rows[kept]
        return nearly


def _codes(text: NDArray[np.uint8], size: int) -> Rows:
    """Each run of so many bytes as one number; longer runs are larger numbers."""
    code = np.zeros(max(len(text) - size + 1, 0), np.int64)
    for step in range(size):
        code = code << 8 | text[step : step + len(code)]
    return code


def _groups(text: NDArray[np.uint8], size: int, owner: Rows) -> tuple[Rows, Rows]:
    """Runs that lie within one name, and whose they are."""
    code = _codes(text, size)
    within = owner[: len(code)] == owner[size - 1 :]
    return code[within], owner[: len(code)][within]


def _read(table: Path) -> tuple[dict[int, list[int]], dict[int, list[str]]]:
    """The names of a line as hashes, each with the others; and the countries that a name's line leaves out."""
    found: dict[int, list[int]] = {}
    not_in: dict[int, list[str]] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        parts = [(NOT_IN.sub("", each), NOT_IN.findall(each)) for each in line.split("\t")]
        names = {hash(joined(fold(name))): countries for name, countries in parts}
        found |= {name: sorted(names.keys() - {name}) for name in names}
        not_in |= {name: countries[0].split() for name, countries in names.items() if countries}
    return found, not_in
