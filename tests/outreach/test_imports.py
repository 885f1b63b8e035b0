"""Files: partnerships that exist, missions, associations; nothing is doubled, and each refusal has its reason."""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

import pytest

from shared.values import community_id
from tests.clients import Client, Clients
from tests.outreach.pairs import OUTREACH

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "docs" / "samples"


def rows_of(file: Path) -> list[dict[str, Any]]:
    with file.open(newline="") as lines:
        return [
            {"line": line, "values": values} for line, values in enumerate(csv.DictReader(lines), 2)
        ]


def imported(
    staff: Client, kind: str, rows: list[dict[str, Any]], *, skip_bad: bool = False
) -> dict[str, Any]:
    path = f"{OUTREACH}/imports/{kind}/{uuid4()}"
    for start in range(0, len(rows), 500):
        staff.does(f"{path}/rows", {"rows": rows[start : start + 500]})
    report: dict[str, Any] = staff.post(f"{path}/commit", {"skip_bad": skip_bad}).json()
    return report


@pytest.mark.parametrize("kind", ["partnerships", "missions", "associations"])
def test_the_sample_of_each_format_can_be_imported_again(clients: Clients, kind: str) -> None:
    """The documented sample goes in without a refusal, and a second time adds nothing."""
    rows = rows_of(SAMPLES / f"{kind}.csv")
    first, again = (imported(clients.staff(), kind, rows) for _ in range(2))
    assert first["refused"] == again["refused"] == []
    assert (again["imported"], again["repeated"]) == (0, len(rows))


def test_a_partnership_of_the_past_keeps_its_dates(clients: Clients) -> None:
    """Year and kind stay as the file has them, or unknown; an imported one is bound by no recognition rule."""
    staff = clients.staff()
    imported(staff, "partnerships", rows_of(SAMPLES / "partnerships.csv"))
    of = uuid5(community_id(4568985), str(community_id(2939388)))
    shown = staff.reads(f"{OUTREACH}/partnerships/{of}")
    assert (shown["year"], shown["kind"], shown["is_active"]) == (1994, None, True)
    ended = uuid5(community_id(5785243), str(community_id(1863341)))
    shown = staff.reads(f"{OUTREACH}/partnerships/{ended}")
    assert (shown["is_active"], shown["ended_on"]) == (False, "2019-06-30")
    assert shown["is_imported"]


def partnership(line: int, a: int, b: int, **more: str) -> dict[str, Any]:
    return {"line": line, "values": {"a_gid": str(a), "b_gid": str(b), **more}}


def test_each_refused_row_has_its_line_and_its_reason(clients: Clients) -> None:
    """All or nothing unless the good rows alone are wanted; each refused row says why."""
    springfield, peoria, tartu, coimbra, turku = 4250542, 5308480, 588335, 2740637, 633679
    rows = [
        partnership(2, springfield, turku, year="1999"),
        partnership(3, springfield, 999_999_999),
        partnership(4, springfield, peoria),
        partnership(5, tartu, tartu),
        partnership(6, tartu, coimbra),
        partnership(7, coimbra, springfield, year="2199"),
        partnership(8, coimbra, springfield, year="1990", ended_on="1980-01-01"),
        partnership(9, coimbra, 10**30),
    ]
    staff = clients.staff()
    refused = imported(staff, "partnerships", rows)
    assert "7 of 8 rows cannot be imported" in refused["detail"]
    report = imported(staff, "partnerships", rows, skip_bad=True)
    assert report["imported"] + report["repeated"] == 1
    assert [each["line"] for each in report["refused"]] == [3, 4, 5, 6, 7, 8, 9]
    reasons = " ".join(each["reason"] for each in report["refused"])
    for words in (
        "no place with the number",
        "both in the United States",
        "of itself",
        "Neither",
        "to come",
        "it began in 1990",
        "Write 2147483648 or less",
    ):
        assert words in reasons


def test_missions_and_associations_become_contacts_by_channel(clients: Clients) -> None:
    """A mission is a channel to the country that it reaches, an association to its own (B9)."""
    staff = clients.staff()
    for kind in ("missions", "associations"):
        imported(staff, kind, rows_of(SAMPLES / f"{kind}.csv"))
    embassy = staff.reads(f"{OUTREACH}/contacts", country="JP", channel="us_embassy")["items"]
    assert "Tokyo" in [each["city"] for each in embassy]
    support = staff.reads(f"{OUTREACH}/contacts", country="JP", channel="twinning_organisation")
    assert any("CLAIR" in each["name"] for each in support["items"])
    foreign = staff.reads(f"{OUTREACH}/contacts", country="AG", channel="foreign_consulate")
    assert "US" in [each["seat_country"] for each in foreign["items"]]
