"""The box: where its points are, which wavenumbers it carries, what it refuses."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import Grid, InputError

sizes = st.integers(min_value=4, max_value=40)
lengths = st.floats(min_value=0.1, max_value=1e4)
grids = st.integers(min_value=1, max_value=2).flatmap(
    lambda d: st.builds(
        Grid, st.lists(sizes, min_size=d, max_size=d), st.lists(lengths, min_size=d, max_size=d)
    )
)


@given(grids)
def test_is_a_value(grid):
    copy = pickle.loads(pickle.dumps(grid))
    assert copy == grid
    assert hash(copy) == hash(grid)
    assert copy != Grid(grid.shape, [2.0 * extent for extent in grid.length])


def test_equals_whatever_its_sequences_and_number_types_were():
    grid = Grid((8, 16), (1.0, 2.0))
    assert Grid([np.int64(8), 16.0], np.array([1, 2])) == grid
    assert all(type(n) is int for n in Grid(np.array([8, 16]), (1, 2)).shape)


@given(grids)
def test_the_origin_is_a_point_and_the_spacing_is_even(grid):
    for x, n, dx in zip(grid.positions(), grid.shape, grid.spacing, strict=True):
        line = x.ravel()
        assert line.size == n
        assert line[n // 2] == 0.0
        np.testing.assert_allclose(np.diff(line), dx, rtol=1e-12)


@given(grids)
def test_the_cells_fill_the_box(grid):
    assert grid.cell * np.prod(grid.shape) == pytest.approx(np.prod(grid.length), rel=1e-12)


@given(grids)
def test_axes_broadcast_to_the_grid(grid):
    for axes in (grid.positions(), grid.wavenumbers(), grid.displacements((0.3,) * grid.dimension)):
        assert len(axes) == grid.dimension
        assert np.broadcast_shapes(*(axis.shape for axis in axes)) == grid.shape


@given(grids, st.floats(min_value=-1e3, max_value=1e3))
def test_displacements_reach_the_nearest_image(grid, at):
    center = (at,) * grid.dimension
    moved = zip(grid.displacements(center), grid.positions(), grid.length, strict=True)
    for offset, x, extent in moved:
        assert np.all(np.abs(offset) <= extent / 2.0 * (1.0 + 1e-12))
        # Whole boxes away from the plain difference: rounding is of the largest term, over the box.
        boxes = (x - at - offset) / extent
        assert np.all(np.abs(boxes - np.round(boxes)) <= 1e-14 * (1.0 + abs(at) / extent))


@pytest.mark.parametrize("n", [16, 17])
def test_wavenumbers_are_in_the_order_of_the_transform(n):
    """The transform of exp(i k x) has its one component where the wavenumber is k."""
    grid = Grid((n,), (12.0,))
    (x,), (k,) = grid.positions(), grid.wavenumbers()
    for index in (-7, -1, 0, 3, 7):
        wave = np.exp(2j * np.pi * index / 12.0 * x)
        at = int(np.argmax(np.abs(np.fft.fft(wave))))
        assert k[at] == pytest.approx(2.0 * np.pi * index / 12.0, abs=1e-12)


def test_k_max_is_the_coarsest_axis_nyquist_wavenumber():
    grid = Grid((16, 32), (8.0, 8.0))
    assert grid.k_max == pytest.approx(np.pi * 16 / 8.0)
    assert np.abs(grid.wavenumbers()[0]).max() == pytest.approx(grid.k_max)


@pytest.mark.parametrize(
    ("shape", "length", "said"),
    [
        ((), (), "one or two axes"),
        ((8, 8, 8), (1.0, 1.0, 1.0), "one or two axes"),
        ((8, 8), (1.0,), "as many lengths as axes"),
        ((3,), (1.0,), "grid points"),
        ((8.5,), (1.0,), "grid points"),
        ((-8,), (1.0,), "grid points"),
        ((float("nan"),), (1.0,), "grid points"),
        (("8",), (1.0,), "grid points"),
        ((8,), (0.0,), "box length"),
        ((8,), (-1.0,), "box length"),
        ((8, 8), (1.0, float("nan")), "box length"),
        ((8,), (float("inf"),), "box length"),
        ((8,), ("1",), "box length"),
    ],
)
def test_refuses_what_is_no_box(shape, length, said):
    with pytest.raises(InputError, match=said):
        Grid(shape, length)
