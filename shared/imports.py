"""Files of the past: rows are staged and checked by line, then a file is recorded in one transaction."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError

from shared.answers import leave_no_receipt
from shared.application import Service
from shared.forms import Form
from shared.http import Door, Staff
from shared.personal import opened
from shared.plain import in_plain_words
from shared.refusals import NotFound, Refusal

Row = TypeVar("Row", bound=BaseModel)
Told = TypeVar("Told")
NO_TEXT = "\x00"


class RefusedRow(BaseModel):
    line: Annotated[int, Field(description="The line in the file; the header is line 1.")]
    reason: str


class StagedRow(BaseModel):
    line: Annotated[int, Field(description="The header is line 1.", ge=1, lt=2**31)]
    values: Annotated[dict[str, str], Field(description="Column -> text, as the file has it.")]


EXAMPLE_ROW = {"line": 2, "values": {"geoname_id": "4250542", "requested_on": "2026-03-03"}}


class Batch(Form):
    rows: Annotated[list[StagedRow], Field(max_length=2000, examples=[[EXAMPLE_ROW]])]


class Commit(Form):
    skip_bad: Annotated[
        bool,
        Field(description="Import the good rows although others are refused.", examples=[True]),
    ] = False


class ImportReport(BaseModel):
    kind: str
    staged: Annotated[int, Field(description="Rows of this batch, or of the whole file.")]
    imported: Annotated[int, Field(description="Rows that were recorded now.")] = 0
    repeated: Annotated[
        int, Field(description="Rows that were here already; nothing was doubled.")
    ] = 0
    refused: list[RefusedRow] = []
    position: Annotated[
        str, Field(description="For ?after= at the directory; empty where nothing was recorded.")
    ] = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    imported: int
    repeated: int
    position: str = ""


class ImportHasErrors(Refusal):
    """{refused} of {staged} rows cannot be imported, so nothing was. The first: line {line}: {reason}"""

    status = 422
    next_step = (
        "Mend these lines and import the file again, or import the good rows alone with --skip-bad."
    )


class StagedAsAnother(Refusal):
    """The rows of this file were staged as {other}, not as {kind}."""

    next_step = "Commit them as what they were staged as, or stage the file again."


class Conflicts(Exception):
    """Rows that earlier rows of the same file leave no room for, each with the reason."""

    def __init__(self, found: Sequence[tuple[BaseModel, str]]) -> None:
        super().__init__(f"{len(found)} rows")
        self.found = found


def told_in_order(rows: Iterable[Row], tell: Callable[[Row], Told]) -> list[Told]:
    """What each row becomes, with what the file has told so far. Raises Conflicts with all rows that were refused;
    `tell` changes nothing where it refuses."""
    told: list[Told] = []
    refused: list[tuple[BaseModel, str]] = []
    for row in rows:
        try:
            told.append(tell(row))
        except (Refusal, ValueError) as problem:
            refused.append((row, str(problem)))
    if refused:
        raise Conflicts(refused)
    return told


@dataclass(frozen=True)
class Kind(Generic[Row]):
    """One kind of file: its row, a check of each alone (raises Refusal or ValueError), and how good rows are recorded,
    in their order and all in one transaction (raises Conflicts before anything is)."""

    row: type[Row]
    check: Callable[[Row], object]
    record: Callable[[Sequence[Row]], Recorded]


def routes(service: Service, kinds: Mapping[str, Kind[Any]]) -> APIRouter:
    router = APIRouter(prefix=f"/api/{service.name}/v1/imports", tags=["imports"], route_class=Door)

    def known(kind: str) -> Kind[Any]:
        if kind not in kinds:
            raise NotFound(thing="import", id=kind)
        return kinds[kind]

    @router.post("/{kind}/{import_id}/rows")
    def stage(kind: str, import_id: UUID, batch: Batch, caller: Staff) -> ImportReport:
        """Stage a batch and check it; staging a line again replaces it. Nothing is recorded yet."""
        rows = [(row.line, row.values, _fault(known(kind), row.values)) for row in batch.rows]
        _stage(service, import_id, kind, rows)
        refused = [RefusedRow(line=line, reason=fault) for line, _, fault in rows if fault]
        return ImportReport(kind=kind, staged=len(rows), refused=refused)

    @router.post("/{kind}/{import_id}/commit")
    def commit(kind: str, import_id: UUID, form: Commit, caller: Staff) -> ImportReport:
        """Record the staged rows, all in one transaction; a second commit of the same file changes nothing."""
        wanted, staged = known(kind), _staged(service, import_id, kind)
        # A receipt of the last row would be the wrong answer to a repeat.
        leave_no_receipt()
        recorded, refused = record_good(wanted, staged, skip_bad=form.skip_bad)
        _forget(service, import_id)
        return ImportReport(
            kind=kind,
            staged=len(staged),
            imported=recorded.imported,
            repeated=recorded.repeated,
            refused=refused,
            position=recorded.position,
        )

    return router


def record_good(
    kind: Kind[Any], staged: Sequence[dict[str, Any]], *, skip_bad: bool
) -> tuple[Recorded, list[RefusedRow]]:
    """`staged`: line, cells and fault of each row, in order. Raises ImportHasErrors where a row is refused that is not
    to be skipped: by its own fault, or because an earlier row of the file leaves no room for it."""
    refused = [RefusedRow(line=row["line"], reason=row["fault"]) for row in staged if row["fault"]]
    _refuse(refused, len(staged), skip_bad=skip_bad)
    good = [(row["line"], _parse(kind, row["cells"])) for row in staged if not row["fault"]]
    recorded = None if good else Recorded(0, 0)
    while recorded is None:
        try:
            recorded = kind.record([row for _, row in good])
        except Conflicts as conflicts:
            reasons = {id(row): reason for row, reason in conflicts.found}
            late = [(line, row) for line, row in good if id(row) in reasons]
            assert late, "only rows that were given can be refused"
            refused += [RefusedRow(line=line, reason=reasons[id(row)]) for line, row in late]
            _refuse(refused, len(staged), skip_bad=skip_bad)
            good = [(line, row) for line, row in good if id(row) not in reasons]
    return recorded, sorted(refused, key=lambda row: row.line)


def _refuse(refused: Sequence[RefusedRow], staged: int, *, skip_bad: bool) -> None:
    if refused and not skip_bad:
        first = refused[0]
        raise ImportHasErrors(
            refused=len(refused), staged=staged, line=first.line, reason=first.reason
        )


def _parse(kind: Kind[Row], values: dict[str, str]) -> Row:
    """Empty cells are left out, so that a row's defaults apply."""
    return kind.row.model_validate(
        {column: text.strip() for column, text in values.items() if text.strip()}
    )


def _fault(kind: Kind[Any], values: dict[str, str]) -> str:
    if any(NO_TEXT in text for cell in values.items() for text in cell):
        return "a cell holds a character that is none"
    try:
        kind.check(_parse(kind, values))
    except ValidationError as invalid:
        return "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {in_plain_words(e)}" for e in invalid.errors()
        )
    except (Refusal, ValueError) as problem:
        return str(problem)
    return ""


def _forget(service: Service, import_id: UUID) -> None:
    """Staged rows may hold names and addresses: they go once they are recorded."""
    with service.transaction() as curs:
        curs.execute("DELETE FROM import_rows WHERE import_id = %(id)s", {"id": import_id})


def _staged(service: Service, import_id: UUID, kind: str) -> list[dict[str, Any]]:
    rows = service.rows(
        "SELECT line, kind, sealed FROM import_rows WHERE import_id = %(id)s ORDER BY line",
        id=import_id,
    )
    for row in rows:
        if row["kind"] != kind:
            raise StagedAsAnother(other=row["kind"], kind=kind)
    return [row | json.loads(text) for row, text in opened(service, rows) if text is not None]


def _stage(
    service: Service, import_id: UUID, kind: str, rows: list[tuple[int, dict[str, str], str]]
) -> None:
    sealed = service.vault.seal_all([_staged_text(values, fault) for _, values, fault in rows])
    with service.transaction() as curs:
        # Files that were given up hold names and addresses too.
        curs.execute("DELETE FROM import_rows WHERE staged_at < now() - interval '1 day'")
        curs.executemany(
            "INSERT INTO import_rows (import_id, kind, line, sealed) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (import_id, line) DO UPDATE SET kind = excluded.kind, sealed = excluded.sealed",
            [
                (import_id, kind, line, text)
                for (line, _, _), text in zip(rows, sealed, strict=True)
            ],
        )


def _staged_text(values: dict[str, str], fault: str) -> str:
    """What is wrong with a row may repeat what stands in it."""
    return json.dumps({"cells": values, "fault": fault}, ensure_ascii=False)
