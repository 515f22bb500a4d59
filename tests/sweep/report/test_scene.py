"""The map as paths."""

import re

import numpy as np
import pytest

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from sweep.report.scale import Scale
from sweep.report.scene import DOUBTS, line_scene, path, plane_scene
from tests.sweep.known_maps import known

ACROSS, UP = Scale(1.0, 100.0, "log", 50.0, 450.0), Scale(0.0, 1.0, "linear", 300.0, 0.0)


def area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2)


def numbers(d: str) -> np.ndarray:
    return np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", d), dtype=float)


def test_regions_share_the_panel_and_the_boundary_lies_where_they_change() -> None:
    scene = plane_scene(known(2, [0.35, 0.7]), (), ACROSS, UP, 41)
    assert len(scene.regions) == 3
    shares = [area(numbers(d)) / (400.0 * 300.0) for d in scene.regions]
    assert shares == pytest.approx([0.35, 0.35, 0.3], abs=0.03)
    assert sum(shares) == pytest.approx(1.0, abs=0.005)
    places = numbers(scene.boundary)[:, 0]
    near = np.minimum(abs(places - (50 + 0.35 * 400)), abs(places - (50 + 0.7 * 400)))
    assert near.max() < 25.0
    assert len(scene.doubts) == len(DOUBTS)
    # The veil thickens towards the boundary.
    spans = [np.ptp(numbers(d)[:, 0][numbers(d)[:, 0] < 260]) for d in scene.doubts]
    assert spans[0] > spans[1] > spans[2] > 0


def test_a_map_of_one_regime_has_a_region_and_no_boundary() -> None:
    space = SearchSpace([Axis("a", 1.0, 100.0, scale="log"), Axis("b", 0, 1)])
    one = RegimeMap(space, RegimeClassifier.fit([[0.5, 0.5]], [[1.0]]))
    scene = plane_scene(one, (), ACROSS, UP, 9)
    assert (len(scene.regions), scene.boundary, set(scene.doubts)) == (1, "", {""})


def test_probabilities_over_one_axis_fill_it_from_zero_to_one() -> None:
    foot = Scale(-0.2, 1.0, "linear", 300.0, 0.0)
    scene = line_scene(known(1, [0.5], 16), ACROSS, foot, 65)
    heights = np.concatenate([numbers(d)[:, 1] for d in scene.regions])
    assert (heights.min(), heights.max()) == (0.0, 250.0)
    assert numbers(scene.boundary)[:, 1].tolist() == [250.0, 0.0]
    left, right = numbers(scene.doubts[0])[:, 0].min(), numbers(scene.doubts[0])[:, 0].max()
    assert left < numbers(scene.boundary)[0, 0] < right


def test_what_is_not_a_number_breaks_a_line() -> None:
    line = np.array([[0, 0], [10, 1], [20, np.nan], [30, 3], [40, 4], [50, np.nan], [60, 6]], dtype=float)
    assert path([line]) == "M0.0 0.0L10.0 1.0M30.0 3.0L40.0 4.0"
    assert path([np.array([[0, 0], [0.1, 0.1], [9, 9]])], closed=True) == "M0.0 0.0L9.0 9.0Z"
