"""The services' OpenAPI documents as the pages' types are made from them; `make openapi` writes them.

Without examples: they are for readers, and the types need none.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx

from deploy.local.platform import Platform
from deploy.local.secrets import SERVICES

FOLDER = Path(__file__).parents[2] / "web/openapi"


def document(base_url: str, service: str) -> dict[str, Any]:
    answer = httpx.get(f"{base_url}/api/{service}/openapi.json").raise_for_status()
    found: dict[str, Any] = _without_examples(answer.json())
    return found


def kept(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{service}.json").read_text())
    return found


def _without_examples(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_examples(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        name: _without_examples(value)
        for name, value in part.items()
        if name not in ("example", "examples") or not isinstance(value, dict | list)
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Platform(Path(folder)).start() as platform:
        for service in SERVICES:
            text = json.dumps(document(platform.base_url, service), indent=1, ensure_ascii=False)
            (FOLDER / f"{service}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
