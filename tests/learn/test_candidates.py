import numpy as np
import pytest

from learn import RegimeClassifier
from learn.candidates import MOVES, NEAR, SPACING, SPREAD_OUT, apart, candidates
from learn.space import unit_sobol


@pytest.fixture
def classifier(soft_membership):
    X = unit_sobol(2, 48, [1])
    return RegimeClassifier.fit(X, soft_membership(X))


def test_candidates_follow_from_the_key(classifier):
    first, again, other = (candidates(classifier, 2, (1, 7, key)) for key in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first[:SPREAD_OUT], other[:SPREAD_OUT])
    assert not np.array_equal(first[SPREAD_OUT:], other[SPREAD_OUT:])


def test_moves_follow_from_the_key_as_well(classifier, monkeypatch):
    spread = unit_sobol(2, SPREAD_OUT, [3])
    monkeypatch.setattr("learn.candidates.unit_sobol", lambda *_: spread)
    one, other = (candidates(classifier, 2, (1, 7, key)) for key in (5, 6))
    assert np.array_equal(one[:SPREAD_OUT], other[:SPREAD_OUT])
    assert not np.any(np.all(one[SPREAD_OUT:] == other[SPREAD_OUT:], axis=1))


def test_they_are_all_over_the_box_and_denser_near_the_boundary(classifier, curve):
    found = candidates(classifier, 2, (1, 7, 5))
    assert found.shape == (SPREAD_OUT + NEAR * MOVES, 2)
    assert found.min() >= 0
    assert found.max() <= 1
    spread, near = found[:SPREAD_OUT], found[SPREAD_OUT:]
    assert np.histogram2d(*spread.T, bins=8, range=[[0, 1]] * 2)[0].min() > 16
    distance = np.abs(near[:, 1] - curve(near[:, 0]))
    assert np.quantile(distance, 0.9) < 0.15
    assert np.ptp(near[:, 0]) > 0.9


def test_one_regime_has_no_boundary_to_be_near():
    one = RegimeClassifier.fit([[0.5, 0.5]], [[1.0]])
    assert np.array_equal(candidates(one, 2, (1, 7, 5)), unit_sobol(2, SPREAD_OUT, (1, 7, 5)))


def test_apart_keeps_its_distance_from_what_is_known():
    known, points = unit_sobol(2, 50, [1]), unit_sobol(2, 1000, [2])
    kept = apart(points, known)
    gaps = np.linalg.norm(points[:, None] - known, axis=2).min(axis=1)
    assert 0 < len(kept) < 1000
    assert np.array_equal(kept, points[gaps > SPACING * 50**-0.5])


def test_apart_keeps_all_where_none_is_left():
    known = unit_sobol(2, 50, [1])
    assert np.array_equal(apart(known[:10], known), known[:10])
