"""`csc import`: a CSV file of the past into the service that owns it, checked by line, all of it or nothing."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import typer
from rich.console import Console
from rich.progress import Progress

from cli.connection import STAFF, Connection
from cli.rules import import_rules
from cli.trouble import Refused, Trouble, Unreachable

BATCH = 500
BATCH_CHARACTERS = 4_000_000  # of 20 MB that a service takes at once, as UTF-8 and with its quotes
SHOWN = 30
TOO_LARGE = 413
MISSING = re.compile(r"(?:^|; )([\w.]+): This is missing")
"""How a service says that a column, or a cell that must not be empty, is not there."""


class Kind(StrEnum):
    COMMUNITIES = "communities"
    SEARCHES = "searches"
    LISTINGS = "listings"
    PARTNERSHIPS = "partnerships"
    MISSIONS = "missions"
    ASSOCIATIONS = "associations"
    RULES = "rules"

    @property
    def service(self) -> str:
        if self is Kind.RULES:
            return "matching"
        return (
            "outreach"
            if self in (self.PARTNERSHIPS, self.MISSIONS, self.ASSOCIATIONS)
            else "intake"
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows with their lines; the same content has the same id, so a repeat is known as one.

    `refused`: lines that do not fit the header, with the reason.
    """

    id: UUID
    columns: list[str]
    rows: list[dict[str, Any]]
    refused: list[dict[str, Any]]

    def __len__(self) -> int:
        return len(self.rows) + len(self.refused)


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_file)


def import_file(
    ctx: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What the file holds.")],
    file: Annotated[
        Path, typer.Argument(help="A CSV file with a header (rules: JSON); see docs/samples.")
    ],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows although others are refused.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write all refused lines to this file.")
    ] = None,
) -> None:
    """Import a file. Without --skip-bad one refused line refuses the file; a second import doubles nothing."""
    connection: Connection = ctx.obj()
    console = Console(highlight=False)
    if kind is Kind.RULES:
        console.print(rules_told(import_rules(connection, file)))
        return
    sheet = read(kind, file)
    if report is not None:
        check_report(report, file)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        told = run(connection, kind, sheet, skip_bad=skip_bad, progress=progress)
    for refusal in told["refused"][:SHOWN]:
        console.print(f"line {refusal['line']}: {refusal['reason']}", markup=False, soft_wrap=True)
    if len(told["refused"]) > SHOWN:
        console.print(
            f"... and {len(told['refused']) - SHOWN} more; --report FILE writes all of them."
        )
    if report is not None:
        write_report(report, told["refused"], console)
    if told["refused"] and not skip_bad:
        raise Trouble(
            f"{len(told['refused'])} of {len(sheet)} lines are refused, so nothing was imported.",
            "Mend these lines and import the file again, or import the good ones alone with --skip-bad.",
        )
    console.print(
        f"{told['imported']:,} of {len(sheet):,} rows imported, {told['repeated']:,} were here already,"
        f" {len(told['refused']):,} refused."
    )
    if not told.get("is_on_map", True):
        console.print("The directory has not shown them within a minute. See: csc status")


def rules_told(told: dict[str, Any]) -> str:
    if not told["adopted"] and not told["changed"]:
        count = told["unchanged"]
        return (
            f"Nothing is new: {count} {'rule of the file is' if count == 1 else 'rules of the file are'}"
            " here already, in the same words."
            if count
            else "The file holds no rule, so nothing has changed."
        )
    counts = f"{told['adopted']} adopted, {told['changed']} changed, {told['unchanged']}"
    return f"Rules: {counts} were here already. Open cases are held against what is new."


def read(kind: Kind, file: Path) -> Sheet:
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as problem:
        raise Trouble(f"{file} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise Trouble(f"{file} is not UTF-8.", "Save it again as CSV in UTF-8.") from problem
    return sheet_of(kind, text, hashlib.sha256(content).hexdigest())


def check_report(report: Path, file: Path) -> None:
    """Found out before anything is imported."""
    if report.exists() and report.samefile(file):
        raise Trouble(f"{report} is the file that is imported.", "Give the report another name.")
    try:
        report.open("a").close()
    except OSError as problem:
        raise Trouble(f"The report {report} cannot be written: {problem.strerror}.") from problem


def write_report(report: Path, refused: list[dict[str, Any]], console: Console) -> None:
    """That the disk is full by now must not hide what was imported."""
    try:
        report.write_text("".join(f"line {r['line']}: {r['reason']}\n" for r in refused))
    except OSError as problem:
        console.print(f"The report {report} cannot be written: {problem.strerror}.", markup=False)


def sheet_of(kind: Kind, text: str, digest: str) -> Sheet:
    lines = _lines(text)
    header = next((cells for _, cells in lines if cells), [])
    columns = [name.strip() for name in header]
    check_header(columns)
    rows: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for line, cells in lines:
        if any(surplus := cells[len(columns) :]):
            told = ", ".join(cell for cell in surplus if cell)
            reason = (
                f"has {len(cells)} cells, the header {len(columns)} columns; beyond them: {told}"
            )
            refused.append({"line": line, "reason": reason})
        elif cells:
            rows.append({"line": line, "values": _values(columns, cells)})
    if not rows and not refused:
        raise Trouble("The file holds no rows.", "The first line names the columns.")
    return Sheet(uuid5(NAMESPACE_URL, f"{kind.value}:{digest}"), columns, rows, refused)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line in which it begins: a cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise Trouble(f"Line {line} cannot be read: {problem}.") from problem
        yield line, cells


def check_header(columns: list[str]) -> None:
    for separator, name in ((";", "semicolon"), ("\t", "tab")):
        if len(columns) == 1 and separator in columns[0]:
            raise Trouble(
                f"The header is a single column, {columns[0]!r}: is the separator a {name}?",
                "Save the file again with commas between the cells.",
            )
    if repeated := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise Trouble(
            f"The header names {', '.join(repeated)} more than once.",
            "Leave one column of each name.",
        )


def _values(columns: list[str], cells: list[str]) -> dict[str, str]:
    """Every cell is text: `NA` is Namibia, not nothing. A short row is filled up with empty cells."""
    return {
        name: text
        for name, text in zip_longest(columns, cells[: len(columns)], fillvalue="")
        if name
    }


def batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """At most so many rows, and so many characters; a row that is longer goes alone."""
    batch: list[dict[str, Any]] = []
    characters = 0
    for row in rows:
        length = sum(len(name) + len(text) for name, text in row["values"].items())
        if batch and (len(batch) == BATCH or characters + length > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(row)
        characters += length
    if batch:
        yield batch


def lacking(columns: list[str], refused: list[dict[str, Any]]) -> list[str]:
    """What each of these rows lacks, and the header too."""
    each = [dict.fromkeys(MISSING.findall(refusal["reason"])) for refusal in refused]
    return [
        name
        for name in (each[0] if each else ())
        if name not in columns and all(name in missing for missing in each)
    ]


def run(
    connection: Connection, kind: Kind, sheet: Sheet, *, skip_bad: bool, progress: Progress
) -> dict[str, Any]:
    """Stage in batches, commit, and wait until the directory shows it; the service's report."""
    path = f"/api/{kind.service}/v1/imports/{kind.value}/{sheet.id}"
    refused = list(sheet.refused)
    task = progress.add_task("Checking", total=len(sheet.rows))
    for batch in batches(sheet.rows):
        found = stage(connection, path, batch)
        if len(found) == len(batch) and (missing := lacking(sheet.columns, found)):
            raise Trouble(
                f"The header lacks {', '.join(missing)}; it has: {', '.join(sheet.columns)}.",
                "The first line names the columns; docs/samples has a file of each kind.",
            )
        refused += found
        progress.advance(task, len(batch))
    if refused and not skip_bad:
        return {"refused": in_order(refused), "imported": 0, "repeated": 0}
    task = progress.add_task("Recording", total=None)
    told: dict[str, Any] = connection.post(
        f"{path}/commit", STAFF, {"skip_bad": skip_bad}, patience=120
    )
    told["refused"] = in_order([*sheet.refused, *told["refused"]])
    progress.update(task, total=1, completed=1)
    if told["position"]:
        progress.add_task("Waiting for the map", total=None)
        told["is_on_map"] = wait_for_map(connection, told["position"])
    return told


def in_order(refused: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(refused, key=lambda refusal: int(refusal["line"]))


def stage(connection: Connection, path: str, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Check and keep these rows; those that are refused."""
    try:
        told = connection.post(f"{path}/rows", STAFF, {"rows": batch})
    except Refused as refusal:
        if refusal.status != TOO_LARGE:
            raise
        first, last = batch[0]["line"], batch[-1]["line"]
        where = f"Line {first} is" if first == last else f"Lines {first} to {last} are"
        raise Trouble(
            f"{where} too large: {refusal.sentence}", "Shorten the cells, then import it again."
        ) from refusal
    refused: list[dict[str, Any]] = told["refused"]
    return refused


def wait_for_map(connection: Connection, position: str) -> bool:
    """Until the directory has read as far; it says 503 while it has not."""
    try:
        connection.get("/api/directory/v1/counts", patience=60, after=position)
    except (Refused, Unreachable):
        return False
    return True
