import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from learn import Axis, InvalidSpaceError, SearchSpace
from learn.space import unit_sobol

positive = st.floats(1e-6, 1e6)


@st.composite
def axes(draw):
    low = draw(positive)
    return Axis("x", low, low * draw(st.floats(1.001, 1e6)), draw(st.sampled_from(["linear", "log"])))


@given(axes(), st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_unit_cube_round_trip(axis, unit):
    space = SearchSpace([axis])
    X = space.from_unit(np.array(unit)[:, None])
    assert np.all((axis.low <= X) & (axis.high >= X))
    # the warped axis resolves eps * |its coordinates| / its extent
    warp = math.log if axis.scale == "log" else float
    extent = warp(axis.high) - warp(axis.low)
    tolerance = 1e-15 * (10 + 100 * max(abs(warp(axis.low)), abs(warp(axis.high)), 1.0) / extent)
    assert np.abs(space.to_unit(X)[:, 0] - unit).max() <= tolerance


@given(axes())
def test_ends_map_to_the_bounds_exactly(axis):
    ends = SearchSpace([axis]).from_unit([[0.0], [1.0]])[:, 0]
    assert axis.low <= ends[0] <= axis.low * (1 + 1e-12)
    assert axis.high * (1 - 1e-12) <= ends[1] <= axis.high


def test_log_axis_is_uniform_in_the_logarithm():
    assert SearchSpace([Axis("x", 1, 100, "log")]).from_unit([[0.5]]) == pytest.approx(10)


def test_values_and_pickles_are_equal(space):
    again = SearchSpace(list(space.axes))
    assert again == space == pickle.loads(pickle.dumps(space))
    assert hash(again) == hash(space)
    assert SearchSpace(space.axes[:1]) != space


@pytest.mark.parametrize(
    ("low", "high", "scale"),
    [
        (1, 1, "linear"),
        (2, 1, "linear"),
        (0, 1, "log"),
        (-1, 1, "log"),
        (math.nan, 1, "linear"),
        (0, math.inf, "linear"),
        ("0", 1, "linear"),
        (True, 2, "linear"),
        (0, 1, "cubic"),
    ],
)
def test_bad_axes_are_refused_by_name(low, high, scale):
    with pytest.raises(InvalidSpaceError, match="axis 'speed': expected"):
        Axis("speed", low, high, scale)


def test_bad_spaces_and_points_are_refused(space):
    with pytest.raises(InvalidSpaceError, match="distinct"):
        SearchSpace([Axis("x", 0, 1), Axis("x", 0, 2)])
    with pytest.raises(InvalidSpaceError, match="at least one axis"):
        SearchSpace([])
    with pytest.raises(InvalidSpaceError, match="shape"):
        space.to_unit([[1.0]])
    with pytest.raises(InvalidSpaceError, match="positive values on a log axis"):
        space.to_unit([[1.0, -1.0]])
    with pytest.raises(ValueError, match="finite"):
        space.to_unit([[1.0, math.nan]])
    with pytest.raises(InvalidSpaceError, match="sound_speed"):
        space.rows([{"disorder": 1.0}])


def test_points_have_names(space):
    point = {"disorder": 1.0, "sound_speed": 0.5}
    assert space.point(space.rows([{**point, "temperature": 3.0}])[0]) == point
    assert space.rows([]).shape == (0, 2)


@given(st.integers(0, 40), st.integers(0, 20), st.integers(1, 4), st.integers(0, 9))
def test_sobol_is_addressed_by_index(start, n, dimension, seed):
    whole = unit_sobol(dimension, 64, [seed])
    assert np.array_equal(unit_sobol(dimension, n, [seed], start), whole[start : start + n])


def test_sobol_fills_the_box_and_depends_on_the_seed(space):
    U = space.to_unit(space.sobol(64, seed=1))
    assert np.all((U >= 0) & (U <= 1))
    # a (0, m, 2) net: each of 8 x 8 cells holds one point
    assert len({tuple(cell) for cell in (U * 8).astype(int)}) == 64
    assert not np.array_equal(space.sobol(8, seed=1), space.sobol(8, seed=2))


def test_distributions_hold_the_axes(space):
    distribution = space.distributions()["disorder"]
    assert (distribution.low, distribution.high, distribution.log) == (0.2, 4.0, True)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_integer_axes_give_each_number_an_equal_part(scale):
    space = SearchSpace([Axis("n", 1, 9, scale, integer=True)])
    values = space.from_unit(np.linspace(0, 1, 20001)[:, None])[:, 0]
    numbers, counts = np.unique(values, return_counts=True)
    assert numbers.tolist() == list(range(1, 10))
    ends = np.arange(0.5, 10)
    parts = np.diff(np.log(ends) / math.log(19) if scale == "log" else ends / 9)
    assert counts / 20001 == pytest.approx(parts, abs=2e-4)
    assert space.point([3.0]) == {"n": 3}
    assert isinstance(space.point([3.0])["n"], int)
    assert space.snapped(space.to_unit([[4.2]])) == pytest.approx(space.to_unit([[4]]))


def test_an_integer_axis_with_broken_bounds_is_refused():
    with pytest.raises(InvalidSpaceError, match="expected whole numbers as bounds"):
        Axis("n", 0.5, 3, integer=True)


def test_a_space_from_distributions_and_back():
    space = SearchSpace([Axis("x", 0.1, 1, "log"), Axis("n", 1, 4, integer=True), Axis("y", -1, 1)])
    assert SearchSpace.from_distributions(space.distributions()) == space


@pytest.mark.parametrize(
    "distribution",
    [CategoricalDistribution(["a", "b"]), FloatDistribution(0, 1, step=0.25), IntDistribution(0, 8, step=2)],
)
def test_distributions_without_a_boundary_are_refused_by_name(distribution):
    with pytest.raises(InvalidSpaceError, match="axis 'thing'"):
        SearchSpace.from_distributions({"thing": distribution})
