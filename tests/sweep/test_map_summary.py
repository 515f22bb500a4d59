"""A map in plain values: the keys of `map --json` over one, two, three and four axes."""

import json
from collections import Counter

import numpy as np
import pytest

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from learn.kernel import Kernel
from learn.space import unit_sobol
from sweep.map_summary import map_summary, rounded

NAMES = ("held", "free")
KEYS = {
    *("axes", "regimes", "level", "wrong_area", "band_area", "credible_area"),
    *("boundary_kind", "boundary", "band"),
}


def halves(dimension: int) -> RegimeMap:
    """Held below 10 on the first axis, free above."""
    space = SearchSpace(
        [Axis("a", 1.0, 100.0, scale="log"), *(Axis(f"x{i}", 0, 1) for i in range(dimension - 1))]
    )
    U = unit_sobol(dimension, 64, [1])
    kernel = Kernel(np.full(2, 6.0), np.full(dimension, 0.5))
    labels = np.eye(2)[(U[:, 0] > 0.5).astype(int)]
    return RegimeMap(space, RegimeClassifier.fit(U, labels, kernel=kernel), NAMES)


def summary(dimension: int) -> dict:
    found = map_summary(halves(dimension), NAMES, Counter(held=32, free=32))
    return json.loads(json.dumps(found))


@pytest.mark.parametrize(("dimension", "kind"), [(1, "places"), (2, "lines"), (3, "surfaces"), (4, "sample")])
def test_every_dimension_has_the_same_keys_and_a_boundary_between_names(dimension, kind):
    found = summary(dimension)
    assert set(found) == KEYS
    assert found["boundary_kind"] == kind
    assert {tuple(piece["between"]) for piece in found["boundary"]} == {NAMES}
    corners = [point for piece in found["boundary"] for point in piece.get("points", piece.get("vertices"))]
    assert np.median([corner[0] for corner in corners]) == pytest.approx(10.0, rel=0.25)
    assert {len(corner) for corner in corners} == {dimension}
    assert found["axes"][0] == {"name": "a", "low": 1.0, "high": 100.0, "scale": "log"}


def test_areas_come_with_intervals_and_the_map_with_its_doubt():
    found = summary(2)
    for row in found["regimes"]:
        assert set(row) == {"regime", "points", "area", "area_err", "area_low", "area_high"}
        assert row["area_low"] < row["area"] < row["area_high"]
        assert row["area"] == pytest.approx(0.5, abs=0.05)
    assert 0 < found["wrong_area"] < found["credible_area"] < 1
    assert found["band_area"] < found["credible_area"]
    assert found["level"] == 0.9


def test_a_place_has_an_interval_a_surface_has_triangles_a_plane_has_a_band():
    (place,) = summary(1)["boundary"]
    assert place["low"] < place["points"][0][0] < place["high"]
    (surface,) = summary(3)["boundary"]
    assert np.max(surface["faces"]) == len(surface["vertices"]) - 1
    (band,) = summary(2)["band"]
    assert band["regime"] == "held"
    (ring,) = band["rings"]
    assert ring[0] == ring[-1]
    x = np.array(ring)[:, 0]
    assert 1.0 < x.min() < 10.0 < x.max() < 100.0


def test_numbers_keep_eight_digits_however_small():
    assert rounded(9.1093837139e-31) == 9.1093837e-31
    assert rounded(0.0) == 0.0
