"""A file becomes rows with their lines, the same for the same content."""

import json
from pathlib import Path

import pytest

from cli.imports import BATCH_CHARACTERS, Kind, batches, check_report, lacking, read
from cli.rules import EXAMPLES
from cli.rules import read as read_rules
from cli.trouble import Trouble


def test_na_is_namibia(tmp_path: Path) -> None:
    """No cell is taken for a missing value; lines count from the header, which is line 1."""
    file = tmp_path / "missions.csv"
    file.write_text("\ufeffsending_country,city\nNA,Washington\n,\n", encoding="utf-8")
    assert read(Kind.MISSIONS, file).rows == [
        {"line": 2, "values": {"sending_country": "NA", "city": "Washington"}},
        {"line": 3, "values": {"sending_country": "", "city": ""}},
    ]


def test_the_content_names_the_import(tmp_path: Path) -> None:
    """The same content is the same import wherever it lies; another content or kind is another one."""
    one, copy, other = (tmp_path / name for name in ("one.csv", "copy.csv", "other.csv"))
    one.write_text("gid\n1\n")
    copy.write_text("gid\n1\n")
    other.write_text("gid\n2\n")
    assert read(Kind.COMMUNITIES, one).id == read(Kind.COMMUNITIES, copy).id
    assert read(Kind.COMMUNITIES, one).id != read(Kind.COMMUNITIES, other).id
    assert read(Kind.COMMUNITIES, one).id != read(Kind.SEARCHES, one).id


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"gid,name\n", "holds no rows"),
        (b"gid\n\xff\xfe\n", "not UTF-8"),
        (b'gid\n\n"1\n2\n', "Line 3 cannot be read: unexpected end"),
        (b"a_gid;b_gid\n1;2\n", "is the separator a semicolon"),
        (b"gid,year,year\n1,2,3\n", "names year more than once"),
    ],
)
def test_an_unreadable_file_is_named_with_its_fault(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    """What cannot be read is said in a sentence."""
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(Trouble, match=sentence):
        read(Kind.COMMUNITIES, file)


def test_each_kind_has_its_service() -> None:
    """Communities, searches and listings are intake's; partnerships and contacts are outreach's."""
    assert [kind.value for kind in Kind if kind.service == "outreach"] == [
        "partnerships",
        "missions",
        "associations",
    ]


def test_a_row_is_named_by_the_line_where_it_begins(tmp_path: Path) -> None:
    """Line breaks within a cell and empty lines are counted; a row that does not fit is refused."""
    file = tmp_path / "cities.csv"
    file.write_text('gid,name\n1,"a\nb\nc"\n\n2,x\n3,y,,z\n4,w,\n5\n')
    sheet = read(Kind.COMMUNITIES, file)
    assert [row["line"] for row in sheet.rows] == [2, 6, 8, 9]
    assert sheet.rows[-1]["values"] == {"gid": "5", "name": ""}
    reason = "has 4 cells, the header 2 columns; beyond them: z"
    assert sheet.refused == [{"line": 7, "reason": reason}]


def test_what_the_header_lacks_is_what_every_row_lacks() -> None:
    """A column of the header may have empty cells; what no row has and it does not name, it lacks."""
    reasons = (
        "a_gid: This is missing; fill it in.; b_gid: This is missing; fill it in.",
        "b_gid: This is missing; fill it in.",
    )
    refused = [{"line": line, "reason": reason} for line, reason in enumerate(reasons, 2)]
    assert lacking(["x"], refused) == ["b_gid"]
    assert lacking(["x"], refused[:1]) == ["a_gid", "b_gid"]
    assert lacking(["a_gid", "b_gid"], refused) == []
    assert lacking(["x"], []) == []


def test_long_rows_go_in_smaller_parts() -> None:
    """A part has at most 500 rows and fits a request; a row that does not goes alone, so that its line can be told."""
    short = [{"line": line, "values": {"a": ""}} for line in range(501)]
    assert [len(part) for part in batches(short)] == [500, 1]
    long = [{"line": 501, "values": {"a": "x" * BATCH_CHARACTERS}}]
    assert [len(part) for part in batches(short[:3] + long + short[:2])] == [3, 1, 2]


def test_a_report_that_cannot_be_written_is_said_before_the_import(tmp_path: Path) -> None:
    """The folder must be there, and the report must not be the imported file."""
    file = tmp_path / "cities.csv"
    file.write_text("gid\n1\n")
    with pytest.raises(Trouble, match=r"cannot be written: No such file"):
        check_report(tmp_path / "nowhere" / "report.txt", file)
    with pytest.raises(Trouble, match="is the file that is imported"):
        check_report(file, file)
    assert file.read_text() == "gid\n1\n"


def test_a_file_of_rules_is_an_object_or_a_list(tmp_path: Path) -> None:
    """The shipped file is read as it is, a bare list as its rules; what is no JSON is told so."""
    shipped, bare, broken = read_rules(EXAMPLES), tmp_path / "bare.json", tmp_path / "broken.json"
    bare.write_text(json.dumps(shipped["rules"]))
    assert read_rules(bare) == {"rules": shipped["rules"]}
    for text in ("{", "5", '"rules"'):
        broken.write_text(text)
        with pytest.raises(Trouble, match="no file of rules"):
            read_rules(broken)
