"""The grid that tells as much as a map."""

import pytest

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from sweep.equal_grid import equal_grid
from tests.sweep.known_maps import known


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_grid_that_is_allowed_more_errors_is_coarser(dimension: int) -> None:
    found = known(dimension, [0.37])
    fine, coarse = (equal_grid(found, wrong) for wrong in (0.03, 0.12))
    assert fine is not None
    assert coarse is not None
    assert fine > coarse
    # One straight boundary cuts cells anywhere: at most half of a spacing is wrong.
    assert 0.5 / fine >= 0.03 / 2


def test_a_grid_finer_than_can_be_counted_is_none() -> None:
    assert equal_grid(known(2, [0.37]), 0.0) is None


def test_no_grid_equals_a_map_of_one_regime() -> None:
    one = RegimeMap(SearchSpace([Axis("a", 0.0, 1.0)]), RegimeClassifier.fit([[0.5]], [[1.0]]))
    assert equal_grid(one, 0.01) is None
