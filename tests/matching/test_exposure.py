"""How evenly proposals spread: the Gini coefficient, of a season's cities and of whole worlds."""

import numpy as np
import pytest

from services.matching.exposure import gini


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([0, 0, 0], 0), ([5, 5], 0), ([0, 1], 0.5), ([4, 0, 0, 0], 0.75), ([0, 0, 1, 1], 0.5)],
)
def test_gini_counts_those_that_were_never_shown(counts: list[int], expected: float) -> None:
    """In any order, as numbers or as a column, zeros counted in; none of nothing."""
    for each in (counts, counts[::-1], np.array(counts), np.array(counts, np.int32)):
        assert gini(each) == pytest.approx(expected)
    many = np.zeros(30_000, np.int32)
    many[0] = 2**31 - 1
    assert gini(many) == pytest.approx(1 - 1 / 30_000)
