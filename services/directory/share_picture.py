"""The picture beside a link to a city's page: its name, what it looks for, and where in the world it lies."""

import io
import json
from functools import lru_cache
from pathlib import Path

from fontpkg.pil import truetype
from PIL import Image, ImageDraw, ImageFont

SIZE = WIDTH, HEIGHT = 1200, 630
SCALE = 2
"""Everything is drawn at twice the size and made smaller: that smooths the coasts."""
OUTLINE = Path(__file__).parent / "world_outline.json"
PAPER, SEA, LAND, COAST = "#ffffff", "#dfe8ee", "#f5f3ee", "#c9ced4"
INK, MUTED, ACTION, SEEKING = "#1b2733", "#52606d", "#1d4f7c", "#a83a0a"
MARGIN = 64
MAP_TOP, MAP_BOTTOM = 222, 566
DEGREE = WIDTH / 360
NORTH, SOUTH = 84, -58


@lru_cache(maxsize=128)
def draw(
    name: str, where: str, seeks: str, longitude: float, latitude: float, *, is_seeking: bool
) -> bytes:
    """A PNG of 1200 x 630. `where`: its state and country; `seeks`: a few words."""
    colour = SEEKING if is_seeking else ACTION
    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, picture.width, 12 * SCALE), fill=ACTION)
    picture.paste(_map_around(longitude, latitude, colour), (0, MAP_TOP * SCALE))
    _line(pen, name, 30, 76, 700, INK)
    _line(pen, where, 122, 34, 400, MUTED)
    _line(pen, seeks, 168, 32, 700 if is_seeking else 400, colour)
    _line(pen, "Cities Seeking Cities", 580, 26, 700, INK)
    file = io.BytesIO()
    picture.resize(SIZE, Image.Resampling.LANCZOS).quantize(128).save(file, "PNG")
    return file.getvalue()


def _map_around(longitude: float, latitude: float, colour: str) -> Image.Image:
    """A band of the world, in its whole width, that holds the place."""
    world = _world().copy()
    x, y = _at(longitude, latitude)
    _dot(ImageDraw.Draw(world), x, y, colour)
    height = (MAP_BOTTOM - MAP_TOP) * SCALE
    top = min(max(int(y) - height // 2, 0), world.height - height)
    return world.crop((0, top, world.width, top + height))


@lru_cache
def _world() -> Image.Image:
    size = WIDTH * SCALE, int((NORTH - SOUTH) * DEGREE) * SCALE
    picture = Image.new("RGB", size, SEA)
    pen = ImageDraw.Draw(picture)
    for ring in json.loads(OUTLINE.read_text()):
        pen.polygon([_at(x / 10, y / 10) for x, y in ring], fill=LAND, outline=COAST, width=2)
    return picture


def _at(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place lies on the world."""
    return (longitude + 180) * DEGREE * SCALE, (NORTH - latitude) * DEGREE * SCALE


def _dot(pen: ImageDraw.ImageDraw, x: float, y: float, colour: str) -> None:
    for radius, filled in ((18, PAPER), (13, colour)):
        reach = radius * SCALE
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=filled)


def _line(
    pen: ImageDraw.ImageDraw, text: str, top: int, size: int, weight: int, colour: str
) -> None:
    """As large as it may be, and smaller where the text is long."""
    room = (WIDTH - 2 * MARGIN) * SCALE
    font = _font(size * SCALE, weight)
    if (length := font.getlength(text)) > room:
        font = _font(int(size * SCALE * room / length), weight)
    pen.text((MARGIN * SCALE, top * SCALE), text, colour, font)


@lru_cache(maxsize=64)
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font: ImageFont.FreeTypeFont = truetype("Noto Sans", size, weight)
    return font
