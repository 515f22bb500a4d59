"""The map as a picture over one, two and three axes."""

from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from learn.kernel import Kernel
from learn.space import unit_sobol
from sweep import SweepError
from sweep.figures import Picture, SampledPoint, draw_map, map_figure, save
from sweep.figures.map_names import name_plane
from sweep.figures.plane import plane_of

NAMES = ("held", "kept", "free")


@cache
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


@cache
def pictured(dimension: int) -> Picture:
    return map_figure(*mapped(dimension), "a title", width_mm=178)


@pytest.fixture(params=[(1, 1), (2, 1), (3, 3)], ids=["1-D", "2-D", "3-D"])
def drawn(request) -> tuple[Picture, int]:
    """A map in print and the number of its panels."""
    dimension, panels = request.param
    return pictured(dimension), panels


def said(figure: Figure) -> str:
    return " ".join(text.get_text() for legend in figure.legends for text in legend.get_texts())


def marks(axes):
    return [c for c in axes.collections if len(c.get_offsets()) and c.get_zorder() == 3]


def test_a_map_names_regimes_boundary_band_and_points(drawn, tmp_path):
    figure, panels = drawn
    assert len(figure.axes) == panels + 1
    for word in (*NAMES, "points)", "boundary", "90% band", "names no regime"):
        assert word in said(figure)
    assert sum(len(c.get_offsets()) for axes in figure.axes[:panels] for c in marks(axes)) == 64
    assert "disorder" in figure.axes[0].get_xlabel()
    assert figure.axes[0].get_xscale() == "log"
    assert {text.get_text() for text in figure.axes[0].texts} <= set(NAMES)
    assert figure.axes[0].texts
    save(figure, tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text()
    assert "a title" in text
    # Shapes throughout; the bar of the rounds is a strip of 256 colours.
    assert text.count("<image") <= 1


def test_regions_are_told_apart_without_colour(drawn):
    figure, panels = drawn
    for axes in figure.axes[:panels]:
        shapes = [*axes.patches, *axes.collections]
        assert {"//", ".."} <= {shape.get_hatch() for shape in shapes}
    assert len({str(c.get_paths()[0].vertices) for c in marks(figure.axes[0])}) >= 3


def test_names_stand_in_their_regions_clear_of_points_or_nowhere():
    (found, _), figure = mapped(2), pictured(2)
    for text in figure.axes[0].texts:
        ((regime,),) = [found.predict([text.get_position()])]
        assert NAMES[regime] == text.get_text()
    plane = plane_of(found)

    def named(at: list[tuple[float, ...]], width: float) -> list[tuple[float, float]]:
        axes = Figure(figsize=(width, 4.0)).subplots()
        axes.set(xscale="log", xlim=(1.0, 100.0), ylim=(0.0, 1.0))
        name_plane(axes, plane, NAMES, [SampledPoint(place, 0, None) for place in at])
        return [text.get_position() for text in axes.texts]

    free = named([], 6.0)
    assert len(free) == 3
    beside = named(free, 6.0)
    assert all(np.hypot(np.log10(x / u), y - v) > 0.05 for (x, y), (u, v) in zip(beside, free, strict=True))
    assert named([], 0.9) == []


def test_the_band_is_drawn_where_the_regimes_probability_is_in_doubt():
    (found, _), figure = mapped(2), pictured(2)
    (band,) = [
        patch
        for patch in figure.axes[0].patches
        if isinstance(patch, PathPatch) and patch.get_facecolor()[:3] == (1.0, 1.0, 1.0)
    ]
    lines = np.vstack([line.points for line in found.boundary(32)])
    assert np.mean(band.get_path().contains_points(lines)) > 0.95
    assert not band.get_path().contains_points([[1.1, 0.5], [90.0, 0.5]]).any()


def test_regions_and_boundary_are_those_of_the_map():
    found, _ = mapped(2)
    plane = plane_of(found)
    places = found.space.from_unit(unit_sobol(2, 128, [2]))
    labels = found.predict(places)
    regions = [plane.region(regime) for regime in range(3)]
    for regime, region in enumerate(regions):
        assert np.mean(region.contains_points(places) == (labels == regime)) > 0.98
    on_boundary = np.vstack(plane.boundary())
    shares = np.sort(found.predict_proba(on_boundary), axis=1)
    assert np.abs(shares[:, -1] - shares[:, -2]).max() < 0.02


def test_slices_have_the_points_nearest_to_them():
    (_, points), figure = mapped(3), pictured(3)
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


def test_an_axis_of_whole_numbers_has_room_for_its_outer_ones():
    space = SearchSpace([Axis("sites", 1, 4, integer=True), Axis("b", 0, 1)])
    U = unit_sobol(2, 32, [1])
    found = RegimeMap(space, RegimeClassifier.fit(U, np.eye(2)[(U[:, 0] > 0.5).astype(int)]))
    figure = map_figure(found)
    assert figure.axes[0].get_xlim() == (0.5, 4.5)
    boundary = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    assert np.vstack([line.get_xydata() for line in boundary])[:, 0] == pytest.approx(2.5, abs=0.1)


def test_a_map_is_drawn_into_axes_of_ones_own():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    found, points = mapped(2)
    handles, labels = draw_map(left, found, points)
    left.legend(handles, labels)
    assert "held" in labels[0]
    assert len(figure.axes) == 2
    # One with a bar for the rounds.
    draw_map(right, *mapped(1), by_round=True, names=False)
    assert len(figure.axes) == 3
    assert not right.texts


def test_a_slice_is_asked_for_by_its_value():
    axes = Figure().subplots()
    for dimension, at, words in (
        (3, None, "expected at, a value of x1"),
        (2, 0.5, "no at"),
        (3, 2.0, "0 to 1"),
    ):
        with pytest.raises(SweepError, match=words):
            draw_map(axes, mapped(dimension)[0], at=at)
    draw_map(axes, mapped(3)[0], at=0.25)
    assert axes.get_title().endswith("0.25")
