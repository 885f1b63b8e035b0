"""Finishes a service's OpenAPI document in one place: tokens, headers, refusals, and an example of each form."""

from collections.abc import Iterator, Mapping
from typing import Any

PROBLEM = "application/problem+json"
KEY_LENGTH = 200
BEARER: dict[str, Any] = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Signed by intake (EdDSA), for this service as audience, valid for five minutes.",
}
REFUSAL: dict[str, Any] = {
    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
}
RECEIPT: dict[str, Any] = {
    "id": "6f1c2f0e-3b7a-5c0d-9e4e-2a1b7c8d9e0f",
    "version": 3,
    "position": "intake:57",
}
KEPT = (
    "A string of your own, e.g. a UUID. The same request under the same key is carried out"
    " once; a repeat is answered the same again, with `Idempotent-Replay: true`. Another request under the key is"
    " refused (422)."
)
NOT_KEPT = "No answer is kept for a repeat. {reason}"


def finish(document: dict[str, Any], not_kept: Mapping[str, str]) -> dict[str, Any]:
    """`not_kept`: path -> why no answer is kept for a repeat. Operations name their `x-roles` already."""
    parts = document["components"]
    parts["securitySchemes"] = {"bearer": BEARER}
    if "Receipt" in parts["schemas"]:
        parts["schemas"]["Receipt"]["example"] = RECEIPT
    for method, path, operation in operations(document):
        if "public" not in operation["x-roles"]:
            operation["security"] = [{"bearer": []}]
        for status, words in (("4XX", "A refusal."), ("5XX", "Not now, or our fault.")):
            operation["responses"][status] = {"description": words, **REFUSAL}
        if method == "post":
            _name_key(operation, not_kept.get(path, ""))
            _name_version(operation, path)
            _show_form(operation, parts["schemas"])
        if any(parameter["name"] == "after" for parameter in operation.get("parameters", [])):
            operation["responses"].setdefault("304", {"description": "You have it already."})
            _add(operation, _header("If-None-Match", "The ETag that you have.", 'W/"9f86d081"'))
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of each."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _header(name: str, words: str, example: str) -> dict[str, Any]:
    header = {"name": name, "in": "header", "required": False, "description": words}
    return header | {"schema": {"type": "string", "maxLength": KEY_LENGTH}, "example": example}


def _add(operation: dict[str, Any], parameter: dict[str, Any]) -> None:
    operation["parameters"] = [*operation.get("parameters", []), parameter]


def _name_key(operation: dict[str, Any], why_not: str) -> None:
    words = NOT_KEPT.format(reason=why_not) if why_not else KEPT
    _add(operation, _header("Idempotency-Key", words, "0b8f7b0a-2f6e-4c1e-9a53-7f3f0f6b1f11"))
    if not why_not:
        replay = {"description": "`true` on a repeat.", "schema": {"type": "string"}}
        _success(operation).setdefault("headers", {})["Idempotent-Replay"] = replay


def _name_version(operation: dict[str, Any], path: str) -> None:
    """What is changed has a version to name; what is made anew, or is answered without a receipt, has none."""
    content = _success(operation).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if schema.get("$ref") == "#/components/schemas/Receipt" and "{" in path:
        words = "The version that you read: the change is made to it only, else refused (412)."
        _add(operation, _header("If-Match", words, '"3"'))


def _success(operation: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(a for code, a in operation["responses"].items() if code[0] == "2")
    return found


def _show_form(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """The form's own example, or one that is put together from those of its fields."""
    form = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if form is None:
        return
    schema = form["schema"]
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    fields = schema.get("properties", {}).items()
    parts = {name: field["examples"][0] for name, field in fields if "examples" in field}
    if "example" in schema or parts:
        form.setdefault("example", schema.get("example", parts))
