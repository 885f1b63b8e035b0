"""What was promised: the schema and an example of each public event, written by `python -m tests.contract.golden`.

Writing them anew is a deliberate act: whoever follows our events must be able to live with the difference.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.events import REGISTRY
from tests.examples import EXAMPLES

FOLDER = Path(__file__).parent / "golden"
# Words about a field may change, and what a reader takes for a missing one; what it holds may not.
WORDS = ("title", "description", "default", "examples")


def schema_of(subject: str) -> dict[str, Any]:
    return REGISTRY[subject].model_json_schema()


def golden_schema(subject: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / f"{subject}.schema.json").read_text())
    return schema


def golden_example(subject: str) -> dict[str, Any]:
    example: dict[str, Any] = json.loads((FOLDER / f"{subject}.example.json").read_text())
    return example


def breaks(promised: dict[str, Any], offered: dict[str, Any]) -> list[str]:
    """Why a follower that relies on the promised schema could not read, or be read by, the offered one."""
    return _breaks(promised, offered, promised, offered, "")


def _breaks(
    old: dict[str, Any],
    new: dict[str, Any],
    old_root: dict[str, Any],
    new_root: dict[str, Any],
    at: str,
) -> list[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    if "properties" not in old or "properties" not in new:
        return _changed(old, new, old_root, new_root, at)
    found: list[str] = []
    for name, field in old["properties"].items():
        if name not in new["properties"]:
            found.append(f"{at}{name} was removed or renamed")
        else:
            there = new["properties"][name]
            found += _breaks(field, there, old_root, new_root, f"{at}{name}.")
    newly = set(new.get("required", ())) - set(old.get("required", ()))
    return found + [f"{at}{name} is newly required" for name in sorted(newly)]


def _changed(
    old: dict[str, Any],
    new: dict[str, Any],
    old_root: dict[str, Any],
    new_root: dict[str, Any],
    at: str,
) -> list[str]:
    """Lists and choices are compared part by part; everything else must be the same."""
    old_parts, new_parts = _parts(old), _parts(new)
    if old_parts and len(old_parts) == len(new_parts):
        return [
            reason
            for was, now in zip(old_parts, new_parts, strict=True)
            for reason in _breaks(was, now, old_root, new_root, at)
        ] + _changed(_without_parts(old), _without_parts(new), old_root, new_root, at)
    return [] if _bare(old) == _bare(new) else [f"{at.rstrip('.')} changed its type"]


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]


def _without_parts(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("anyOf", "items")}


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in WORDS}


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    definition: dict[str, Any] = root["$defs"][reference.removeprefix("#/$defs/")]
    return definition


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for subject, example in EXAMPLES.items():
        _keep(FOLDER / f"{subject}.schema.json", schema_of(subject))
        _keep(FOLDER / f"{subject}.example.json", example.model_dump(mode="json"))


def _keep(file: Path, document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if not file.exists() or file.read_text() != text:
        file.write_text(text)
        sys.stdout.write(f"wrote {file.name}\n")


if __name__ == "__main__":
    write()
