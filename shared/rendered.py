"""Pages that a service renders itself, from templates in a folder of its own."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def templates(folder: Path) -> Environment:
    """All read at once: a page that is newer than the process around it would ask for what it does not tell."""
    found = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    for name in found.list_templates(["html"]):
        found.get_template(name)
    return found
