from dataclasses import replace

import numpy as np
import pytest

from learn import InvalidSeriesError, cluster_series, following, match, partners


def three_levels():
    levels = np.repeat([0.0, 1.0, 5.0], 5) + np.tile(np.linspace(-0.05, 0.05, 5), 3)
    return cluster_series(np.repeat(levels, 12).reshape(15, 12, 1), k=3)


def renumbered(clustering, order):
    order = np.array(order)
    return replace(
        clustering,
        labels=np.argsort(order)[clustering.labels],
        medoids=clustering.medoids[order],
        memberships=clustering.memberships[:, order],
        distances=clustering.distances[:, order],
        centroids=clustering.centroids[order],
        centroid_lengths=clustering.centroid_lengths[order],
    )


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [1, 2, 0], [0, 2, 1]])
def test_undoes_any_renumbering(order):
    previous = three_levels()
    assert match(previous, renumbered(previous, order)) == previous


def test_keeps_the_previous_numbers():
    previous = renumbered(three_levels(), [2, 0, 1])
    assert match(previous, three_levels()) == previous


def test_a_new_regime_comes_last_and_a_lost_one_leaves_no_gap():
    three = three_levels()
    lower = replace(three, labels=np.minimum(three.labels, 1))
    two = replace(renumbered(lower, [1, 0, 2]), medoids=three.medoids[:2], memberships=np.full((15, 2), 0.5))
    grown = match(two, three)
    assert grown.labels[0] == two.labels[0] == 1
    assert set(grown.labels.tolist()) == {0, 1, 2}
    shrunk = match(renumbered(three, [2, 1, 0]), cluster_series(np.zeros((15, 12, 1))))
    assert set(shrunk.labels.tolist()) == {0}


def test_shared_rows_pair_series_that_moved():
    previous = renumbered(three_levels(), [2, 0, 1])
    current = three_levels()
    flipped = replace(current, labels=current.labels[::-1], memberships=current.memberships[::-1])
    matched = match(previous, flipped, shared=(np.arange(15), np.arange(15)[::-1]))
    assert np.array_equal(matched.labels[::-1], previous.labels)
    with pytest.raises(InvalidSeriesError, match="as many previous as current"):
        match(previous, current, shared=([0, 1], [0]))


def test_partners_share_most_series():
    # the first regime has split, the second has vanished, the third lives on under another number
    before = [0, 0, 0, 0, 1, 2, 2]
    now = [1, 1, 1, 2, 1, 0, 0]
    assert partners(before, now, 4) == (2, 0, None, None)
    assert following((2, 0, None, None)) == (1, 0, 2, 3)
    assert partners([], [], 2) == (None, None)
