"""How lists leave the directory: JSON pages, CSV or GeoJSON, each with an ETag, and 304 where nothing changed."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel
from pydantic_core import to_json

from services.directory.geography import ATTRIBUTION

Item = TypeVar("Item", bound=BaseModel)
CSV = "text/csv; charset=utf-8"
GEOJSON = "application/geo+json"
# Where semicolons part the cells, the quotes do not hold them together.
FORMULA = re.compile(r"(^|[;\r\n]\s*)(?=[=+\-@\t\r])")
COLLECTION = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "attribution": {"type": "string"},
        "features": {"type": "array", "items": {"type": "object"}},
    },
}
NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You have it already."}}


def answer(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """The body with its ETag, or 304 where the caller has it already."""
    tag = hashlib.sha256(body).hexdigest()[:32]
    headers = {"ETag": f'W/"{tag}"', "Cache-Control": "no-cache", "X-Attribution": ATTRIBUTION}
    known = re.findall(r'"([0-9a-f]+)', request.headers.get("if-none-match", ""))
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def json_answer(request: Request, content: BaseModel) -> Response:
    return answer(request, content.model_dump_json().encode())


def file_of(media_type: str) -> dict[int | str, dict[str, Any]]:
    """How the OpenAPI document describes a download."""
    schema = COLLECTION if media_type == GEOJSON else {"type": "string"}
    return NOT_CHANGED | {200: {"content": {media_type: {"schema": schema}}}}


def download(response: Response, request: Request, name: str, cursor: str | None) -> Response:
    """A file for a spreadsheet or a map, with a link to the rest where there is more."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if cursor:
        following = request.url.include_query_params(cursor=cursor)
        link = f"{following.path}?{following.query}"
        response.headers["Link"] = f'<{link}>; rel="next"'
    return response


def to_csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    """With a byte order mark, so that spreadsheets read every script; the source stands in each row."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([*columns, "source_of_places"])
    for row in rows:
        writer.writerow([*(_cell(row.get(column)) for column in columns), ATTRIBUTION])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is marked as text, wherever it might see a cell begin."""
    if isinstance(value, (list, tuple)):
        value = "; ".join(map(str, value))
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def to_geojson(features: Iterable[dict[str, Any]]) -> bytes:
    """RFC 7946; the attribution is a foreign member, which it allows."""
    collection = {
        "type": "FeatureCollection",
        "attribution": ATTRIBUTION,
        "features": list(features),
    }
    return to_json(collection)


def point(identity: Any, longitude: float, latitude: float, facts: dict[str, Any]) -> Any:
    geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": facts}


def line(
    identity: Any, start: tuple[float, float], end: tuple[float, float], facts: dict[str, Any]
) -> Any:
    """From a [longitude, latitude] to another the short way, cut in two where it crosses the antimeridian."""
    (x1, y1), (x2, y2) = start, end
    if abs(x2 - x1) <= 180:
        geometry: dict[str, Any] = {"type": "LineString", "coordinates": [start, end]}
    else:
        edge = 180.0 if x1 > 0 else -180.0
        ahead = x2 + 2 * edge
        y = y1 + (y2 - y1) * (edge - x1) / (ahead - x1)
        parts = [[start, (edge, y)], [(-edge, y), end]]
        geometry = {"type": "MultiLineString", "coordinates": parts}
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": facts}
