import numpy as np
import pytest
from scipy.spatial import KDTree

from learn import Axis, InvalidSettingError, RegimeClassifier, RegimeMap, SearchSpace
from learn.crossing import crossings
from learn.kernel import Kernel
from learn.space import unit_sobol


def cube(dimension):
    return SearchSpace([Axis(f"x{i}", 0.0, 1.0) for i in range(dimension)])


def mapped(truth, dimension, regimes, n):
    U = unit_sobol(dimension, n, [1])
    kernel = Kernel(np.full(regimes, 6.0), np.full(dimension, 0.5))
    return RegimeMap(cube(dimension), RegimeClassifier.fit(U, np.eye(regimes)[truth(U)], kernel=kernel))


def ball(U):
    """Inside or outside of a ball."""
    return (np.linalg.norm(U - 0.5, axis=1) < 0.35).astype(int)


@pytest.mark.parametrize("dimension", [2, 4])
def test_points_lie_on_the_boundary_of_their_two_regimes(dimension):
    found = mapped(lambda U: (3 * U[:, 0] > 1).astype(int) + (3 * U[:, 0] > 2), dimension, 3, 120)
    sample = found.boundary_points(100)
    assert sample.points.shape == (100, dimension)
    assert found.gap(sample.points).max() < 1e-3
    assert {tuple(pair) for pair in sample.regimes.tolist()} == {(0, 1), (1, 2)}
    top = np.sort(np.argsort(found.predict_proba(sample.points), axis=1)[:, -2:], axis=1)
    assert np.array_equal(top, sample.regimes)


def test_points_are_near_the_true_boundary_and_spread_over_all_of_it():
    found = mapped(ball, 2, 2, 300)
    points = found.boundary_points(64).points
    radius = np.linalg.norm(points - 0.5, axis=1)
    assert np.abs(radius - 0.35).mean() < 0.015
    turn = np.linspace(0, 2 * np.pi, 100)
    circle = 0.5 + 0.35 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    assert KDTree(points).query(circle)[0].max() < 0.15
    assert len(np.unique(points, axis=0)) == len(points)


def test_points_are_in_axis_units():
    space = SearchSpace([Axis("a", 1.0, 100.0, scale="log"), Axis("b", 5.0, 6.0)])
    U = unit_sobol(2, 64, [1])
    found = RegimeMap(space, RegimeClassifier.fit(U, np.eye(2)[(U[:, 0] > 0.5).astype(int)]))
    points = found.boundary_points(20).points
    assert points[:, 0] == pytest.approx(np.full(20, 10.0), rel=0.25)
    assert np.ptp(points[:, 1]) > 0.5
    with pytest.raises(InvalidSettingError, match="n >= 1"):
        found.boundary_points(0)


def test_a_segment_is_left_where_its_regime_stops_to_lead():
    found = mapped(lambda U: (U[:, 0] > 0.4).astype(int), 1, 2, 32)
    points, entered = crossings(
        found.classifier, np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]]), np.array([0, 1])
    )
    assert entered.tolist() == [1, 0]
    assert points[0, 0] == pytest.approx(points[1, 0], abs=1e-3)
    assert points[0, 0] == pytest.approx(0.4, abs=0.05)
