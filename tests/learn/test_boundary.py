import pickle

import numpy as np
import pytest

from learn import (
    Axis,
    InvalidSettingError,
    RegimeClassifier,
    RegimeMap,
    SearchSpace,
    UnsupportedDimensionError,
    changed_area,
)
from learn.space import unit_sobol

REFERENCE = unit_sobol(2, 1024, [99])


def mapped(space, membership, n=48, seed=1):
    U = unit_sobol(space.dimension, n, [seed])
    return RegimeMap(space, RegimeClassifier.fit(U, membership(U)))


def three_sectors(U):
    """Three regimes that meet in the middle of the square."""
    angle = np.arctan2(U[:, 1] - 0.5, U[:, 0] - 0.5)
    centres = np.array([-np.pi / 2, np.pi / 6, 5 * np.pi / 6])
    weights = np.exp(4 * np.cos(angle[:, None] - centres))
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.fixture
def two(space, soft_membership):
    return mapped(space, soft_membership)


@pytest.fixture
def three(space):
    return mapped(space, three_sectors, n=80)


def test_boundary_follows_the_known_curve(two, space, curve):
    lines = two.boundary(64)
    assert {line.regimes for line in lines} == {(0, 1)}
    U = space.to_unit(np.vstack([line.points for line in lines]))
    distance = np.abs(U[:, 1] - curve(U[:, 0]))
    assert distance.mean() < 0.05
    # The curve is steepest where the box ends, and no point lies beyond: the distance is largest there.
    inside = (U[:, 0] > 0.05) & (U[:, 0] < 0.95)
    assert distance[inside].max() < 0.1
    assert distance.max() < 0.2
    assert np.ptp(U[:, 0]) == pytest.approx(1)


def test_boundary_is_where_the_prediction_changes(two, space):
    U = space.to_unit(np.vstack([line.points for line in two.boundary(64)]))
    above, below = (np.clip(U + np.array([0, side]), 0, 1) for side in (0.02, -0.02))
    assert np.mean(two.classifier.predict(above) != two.classifier.predict(below)) > 0.99


def test_three_regimes_part_in_three_lines_that_meet(three, space):
    lines = three.boundary(64)
    assert {line.regimes for line in lines} == {(0, 1), (0, 2), (1, 2)}
    for line in lines:
        to_centre = np.linalg.norm(space.to_unit(line.points) - 0.5, axis=1)
        assert to_centre.min() < 0.08


def test_areas_are_those_of_the_known_map(two, three, true_regime):
    areas = two.areas()
    assert areas.share.sum() == pytest.approx(1)
    truth = true_regime(REFERENCE).mean()
    assert abs(areas.share[1] - truth) < 4 * areas.deviation[1] < 0.1
    assert three.areas().share == pytest.approx([0.356, 0.322, 0.322], abs=0.04)


def test_expected_wrong_area_is_near_the_true_one_and_falls(space, soft_membership, true_regime):
    maps = [mapped(space, soft_membership, n) for n in (16, 32, 96)]
    expected = [each.wrong_area() for each in maps]
    assert expected[0] > expected[1] > expected[2]
    for each in maps:
        wrong = np.mean(each.classifier.predict(REFERENCE) != true_regime(REFERENCE))
        assert 0.4 * wrong < each.wrong_area() < 2.5 * wrong


def test_uncertainty_is_a_probability_that_peaks_on_the_boundary(two, space):
    doubt = two.uncertainty(space.from_unit(REFERENCE))
    on_line = two.uncertainty(two.boundary(64)[0].points)
    assert doubt.min() >= 0
    assert doubt.max() <= 1
    assert on_line.mean() == pytest.approx(0.5, abs=0.05)
    assert two.wrong_area() == pytest.approx(doubt.mean(), abs=0.01)
    assert two.wrong_area() < two.band(0.1) < 0.5
    assert two.band(0.25) < two.band(0.1)


def test_queries_are_in_axis_units(two, space):
    assert two.predict([[0.2, 1.0], [4.0, 0.05]]).tolist() == [1, 0]
    assert two.predict_proba([[0.2, 1.0]])[0, 1] > 0.95
    assert two.predict_proba(space.from_unit(REFERENCE)) == pytest.approx(
        two.classifier.predict_proba(REFERENCE)
    )


def test_one_regime_has_no_boundary_and_says_nothing_of_others(space):
    one = mapped(space, lambda U: np.ones((len(U), 1)), n=4)
    assert one.boundary() == []
    assert np.isnan(one.wrong_area()) and np.isnan(one.band())
    areas = one.areas()
    assert (areas.share.tolist(), areas.low.tolist(), areas.high.tolist()) == ([1.0], [0.0], [1.0])
    assert np.isnan(areas.deviation).all()


@pytest.mark.parametrize("dimension", [1, 3])
def test_other_dimensions_have_all_but_lines(dimension):
    space = SearchSpace([Axis(f"x{i}", 0, 1) for i in range(dimension)])
    flat = mapped(space, lambda U: np.column_stack([U[:, 0] < 0.4, U[:, 0] >= 0.4]).astype(float), n=32)
    assert flat.areas().share == pytest.approx([0.4, 0.6], abs=0.06)
    assert 0 < flat.wrong_area() < 0.15
    assert flat.uncertainty(np.full((1, dimension), 0.9))[0] < 0.1
    with pytest.raises(UnsupportedDimensionError, match="two axes"):
        flat.boundary()
    with pytest.raises(UnsupportedDimensionError, match="two axes"):
        flat.credible_band()


def test_the_boundary_as_a_function_is_zero_on_its_lines(two, three):
    for each in (two, three):
        line = each.boundary(64)[0]
        assert np.abs(each.gap(line.points)).max() < 0.05
        middle = line.points[len(line.points) // 2][None]
        for regime in line.regimes:
            assert abs(each.excess(middle, regime)[0]) < 0.02
    space = two.space
    corners = space.from_unit([[0.0, 1.0], [1.0, 0.0]])
    assert two.gap(corners) == pytest.approx(np.abs(two.excess(corners, 0)))
    assert two.excess(corners, 0) == pytest.approx(-two.excess(corners, 1))
    assert two.excess(corners, 1)[0] > 0.9
    with pytest.raises(InvalidSettingError, match="regime from 0 to 1"):
        two.excess(corners, 2)


def test_one_regime_leads_everywhere(space):
    one = mapped(space, lambda U: np.ones((len(U), 1)), n=4)
    centre = space.from_unit([[0.5, 0.5]])
    assert one.gap(centre).tolist() == [1.0]
    assert one.excess(centre, 0).tolist() == [1.0]
    assert one.credible_band() == []
    assert len(one.boundary_points(5).points) == 0


def test_areas_have_an_interval_of_the_level_asked_for(two):
    wide, narrow = two.areas(0.9), two.areas(0.5)
    assert np.all(wide.low < narrow.low)
    assert np.all(narrow.low < narrow.high)
    assert np.all(narrow.high < wide.high)
    assert np.all((wide.low < wide.share) & (wide.share < wide.high))
    assert (wide.high - wide.low) == pytest.approx(3.29 * wide.deviation, rel=0.25)
    assert wide.low[0] == pytest.approx(1 - wide.high[1])
    with pytest.raises(InvalidSettingError, match="level"):
        two.areas(90)


def test_changed_area_is_the_share_between_two_curves(space, two):
    def halves(at):
        return lambda U: np.column_stack([U[:, 0] < at, U[:, 0] >= at]).astype(float)

    assert changed_area(two, two) == 0
    left, right = (mapped(space, halves(at), n=64) for at in (0.4, 0.6))
    assert changed_area(left, right) == pytest.approx(0.2, abs=0.04)
    other = SearchSpace([Axis("a", 0, 1), Axis("b", 0, 1)])
    with pytest.raises(InvalidSettingError, match="one search space"):
        changed_area(two, RegimeMap(other, two.classifier))


def test_on_an_integer_axis_the_boundary_lies_between_whole_numbers():
    space = SearchSpace([Axis("width", 1, 8, integer=True), Axis("b", 0, 1)])
    U = space.to_unit(np.array([[n, b] for n in range(1, 9) for b in (0.1, 0.5, 0.9)], dtype=float))
    found = RegimeMap(space, RegimeClassifier.fit(U, np.eye(2)[(U[:, 0] > 0.5).astype(int)]))
    (line,) = found.boundary(32)
    assert line.points[:, 0] == pytest.approx(np.full(len(line.points), 4.5), abs=0.3)
    assert found.gap(line.points).max() < 0.1
    assert found.boundary_points(5).points[:, 0] == pytest.approx(np.full(5, 4.5), abs=0.3)


def test_maps_are_values(two, space):
    assert pickle.loads(pickle.dumps(two)) == two
    assert two.areas() == two.areas()
    assert two.boundary(32) == two.boundary(32)
    with pytest.raises(InvalidSettingError, match="2 names"):
        RegimeMap(space, two.classifier, names=("one",))
    with pytest.raises(InvalidSettingError, match="resolution"):
        two.boundary(1)
