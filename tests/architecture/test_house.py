"""What keeps the house in order, beside the import contracts in pyproject.toml."""

import ast
import importlib
import pkgutil
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.utils import get_topic

import services
from services.outreach.domain.letters import Letters
from services.outreach.domain.pair import Pair
from shared.aggregates import Aggregate, DomainEvent
from shared.events import REGISTRY, SOURCES
from shared.refusals import Refusal

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "matching", "outreach", "directory")
CODE = [file for folder in ("services", "shared", "cli") for file in (ROOT / folder).rglob("*.py")]


def import_everything() -> None:
    for found in pkgutil.walk_packages(services.__path__, "services."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def subclasses(root: type[Any]) -> set[type[Any]]:
    return {child for direct in root.__subclasses__() for child in {direct, *subclasses(direct)}}


def recorded_names(service: str) -> set[str]:
    aggregates = [
        a for a in Aggregate.__subclasses__() if a.__module__.startswith(f"services.{service}.")
    ]
    return {
        name
        for aggregate in aggregates
        for name, value in vars(aggregate).items()
        if is_event(value)
    }


def is_event(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, DomainEvent)


@pytest.mark.parametrize("service", SOURCES)
def test_every_public_event_of_a_service_is_recorded_by_one_of_its_aggregates(service: str) -> None:
    """Every event of the programme is raised by somebody."""
    import_everything()
    public = {event.__name__ for event in REGISTRY.values() if event.service == service}
    assert public - recorded_names(service) == set()


def test_events_bear_the_name_of_their_aggregate_whichever_file_tells_them() -> None:
    """What is stored for good says whose event it is, and never in which file its story is told."""
    import_everything()
    told = {event.__name__ for event in vars(Letters).values() if is_event(event)}
    stored = {get_topic(event) for event in vars(Pair).values() if is_event(event)}
    assert {f"outreach.Pair.{name}" for name in told} < stored
    assert all(topic.startswith("outreach.Pair.") for topic in stored)


def test_refusals_are_the_domains_word() -> None:
    """A rule refuses in a domain and nowhere else; shared holds the refusals that know no rule of the programme."""
    import_everything()
    homeless = {
        f"{refusal.__module__}.{refusal.__name__}"
        for refusal in subclasses(Refusal)
        if not (refusal.__module__.startswith("shared.") or ".domain" in refusal.__module__)
        and refusal.__module__.startswith("services.")
        and not refusal.__module__.startswith("services.directory.")
    }
    assert homeless == set()


def test_every_refusal_is_a_sentence_with_a_next_step() -> None:
    """Every refusal says why in a sentence, and what the reader can do next."""
    import_everything()
    for refusal in subclasses(Refusal):
        if refusal.__module__.startswith("tests."):
            continue
        sentence = " ".join((refusal.__doc__ or "").split())
        assert sentence, f"{refusal.__name__} says nothing"
        assert refusal.next_step, f"{refusal.__name__} leaves its reader without a next step"


def test_no_rule_reads_the_clock() -> None:
    """Time is a value that is passed into a domain, never looked up there."""
    for file in (ROOT / "services").rglob("domain*/**/*.py"):
        assert ".now(" not in file.read_text(), file
    for file in (ROOT / "services").glob("*/domain.py"):
        assert ".now(" not in file.read_text(), file


def lines_of_code(file: Path) -> int:
    """Neither blank lines nor comments."""
    lines = (line.strip() for line in file.read_text().splitlines())
    return sum(1 for line in lines if line and not line.startswith("#"))


def test_the_transport_can_be_read_in_one_sitting() -> None:
    """How events get from one service to the others, each once, takes 400 lines of code at most."""
    transport = [ROOT / "shared" / f"{part}.py" for part in ("relay", "follower", "recorder")]
    assert sum(map(lines_of_code, transport)) <= 400


def function_lengths() -> list[tuple[int, str]]:
    found = []
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not makes_routes(node):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found.append((length, f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return found


def makes_routes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A function that holds a door's endpoints is as long as the door has endpoints; they are measured themselves."""
    return any(isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) for child in node.body)


def test_functions_are_short() -> None:
    """Nine functions of ten fit in twenty lines, and none is longer than fifty."""
    lengths = function_lengths()
    assert statistics.quantiles([length for length, _ in lengths], n=10)[-1] <= 20
    assert [name for length, name in lengths if length > 50] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_from_its_own_folder_and_shared_alone(
    service: str, tmp_path: Path
) -> None:
    """Each service is independent: its main module loads where there is nothing but itself and shared."""
    shutil.copytree(ROOT / "shared", tmp_path / "shared")
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service)
    shutil.copy(ROOT / "services" / "__init__.py", tmp_path / "services")
    packages = [folder for folder in sys.path if "site-packages" in folder]
    code = f"import sys; sys.path[:0] = {packages!r}; import services.{service}.main"
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
