import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from learn import InvalidSeriesError, agreement
from learn.agreement import rand_index


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=30))
def test_the_index_is_that_of_scikit_learn(pairs):
    one, other = np.array(pairs).T
    assert rand_index(one, other) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)


def test_the_table_counts_pairs_of_labels():
    found = agreement([0, 0, 1, 1], [2, 2, 0, 2], 2, 3)
    assert found.table.tolist() == [[0, 0, 2], [1, 0, 1]]
    assert agreement([0, 0, 1, 1], [1, 1, 0, 0], 2, 2).rand_index == 1.0


def test_one_group_in_both_says_nothing():
    assert agreement([0, 0], [1, 1], 1, 2).rand_index is None
    assert agreement([], [], 2, 0).rand_index is None
    assert agreement([0, 0, 0], [0, 1, 1], 1, 2).rand_index == 0.0


def test_labels_of_different_series_are_refused():
    with pytest.raises(InvalidSeriesError, match="same series"):
        agreement([0, 1], [0], 2, 1)
