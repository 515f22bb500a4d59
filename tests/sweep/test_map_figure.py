"""The map as a picture over one, two and three axes."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from learn.kernel import Kernel
from learn.space import unit_sobol
from sweep.figures import SampledPoint, map_figure, save

NAMES = ("held", "kept", "free")


def mapped(dimension: int) -> tuple[RegimeMap, list[SampledPoint]]:
    """Three regimes along the first axis, which is logarithmic, and some points in rounds."""
    space = SearchSpace(
        [Axis("disorder", 1.0, 100.0, scale="log"), *(Axis(f"x{i}", 0, 1) for i in range(dimension - 1))]
    )
    U = unit_sobol(dimension, 64, [1])
    regimes = np.digitize(U[:, 0], [0.35, 0.7])
    kernel = Kernel(np.full(3, 6.0), np.full(dimension, 0.5))
    found = RegimeMap(space, RegimeClassifier.fit(U, np.eye(3)[regimes], kernel=kernel), NAMES)
    named = [None, *regimes[1:].tolist()]
    rows = space.from_unit(U).tolist()
    return found, [SampledPoint(tuple(row), i // 8, named[i]) for i, row in enumerate(rows)]


def said(figure: Figure) -> str:
    return " ".join(text.get_text() for legend in figure.legends for text in legend.get_texts())


@pytest.mark.parametrize(("dimension", "panels"), [(1, 1), (2, 1), (3, 3)])
def test_a_map_names_regimes_boundary_band_and_points(dimension, panels, tmp_path):
    found, points = mapped(dimension)
    figure = map_figure(found, points, "a title")
    assert len(figure.axes) == panels + 1
    for word in (*NAMES, "boundary", "90% band", "names no regime"):
        assert word in said(figure)
    assert sum(len(c.get_offsets()) for axes in figure.axes[:panels] for c in marks(axes)) == 64
    assert "disorder" in figure.axes[0].get_xlabel()
    assert figure.axes[0].get_xscale() == "log"
    save(figure, tmp_path / "map.svg")
    assert (tmp_path / "map.svg").stat().st_size > 5000


def marks(axes):
    return [
        c
        for c in axes.collections
        if len(c.get_offsets()) and c.get_array() is not None and c.get_zorder() == 3
    ]


def test_the_band_is_drawn_where_the_regimes_probability_is_in_doubt():
    found, _ = mapped(2)
    figure = map_figure(found, [])
    bands = [patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch)]
    assert len(bands) == 2
    lines = np.vstack([line.points for line in found.boundary(32)])
    assert np.mean(bands[0].get_path().contains_points(lines)) > 0.95
    assert not bands[0].get_path().contains_points([[1.1, 0.5], [90.0, 0.5]]).any()
    assert len(figure.axes) == 1


def test_slices_have_the_points_nearest_to_them():
    found, points = mapped(3)
    figure = map_figure(found, points)
    for number, axes in enumerate(figure.axes[:3]):
        near = [point for point in points if number / 3 <= point.at[2] < (number + 1) / 3]
        assert sum(len(c.get_offsets()) for c in marks(axes)) == len(near)
    assert figure.axes[1].get_title(loc="left").endswith("= 0.5")


def test_one_regime_and_four_axes():
    space = SearchSpace([Axis("a", 0, 1), Axis("b", 0, 1)])
    one = RegimeMap(space, RegimeClassifier.fit([[0.5, 0.5]], [[1.0]]))
    assert "boundary" not in said(map_figure(one, []))
    with pytest.raises(ValueError, match="one to three swept axes to draw, got 4"):
        map_figure(mapped(4)[0], [])
