"""Lists as files."""

import csv
import io

from services.directory.answers import to_csv


def test_no_cell_is_taken_for_a_formula() -> None:
    """Text is quoted, and marked as text wherever a spreadsheet might see a formula begin; numbers stay numbers."""
    row = {"seeks": "a\n@b", "themes": ["=1+1", "x;=2+3", "y; -4"], "longitude": -3.5}
    body = to_csv(list(row), [row]).decode("utf-8-sig")
    assert '"a\n\'@b","\'=1+1; x;\'=2+3; y; \'-4",-3.5,"' in body
    [read] = csv.DictReader(io.StringIO(body))
    assert read["longitude"] == "-3.5"
