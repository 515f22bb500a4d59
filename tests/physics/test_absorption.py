"""The absorbing layer against its stated reflection, and against a box that the packet never fills."""

import numpy as np
import pytest

from physics import Grid, InputError, gaussian_packet
from physics.absorption import absorber, layer_width

GRID = Grid((1024,), (600.0,))
SLOWEST = 0.3


def flown(grid, psi, rate, dt, steps):
    """Free flight with a layer of this rate, by Strang steps; the oracle has its own FFTs."""
    drift = np.exp(-0.5j * sum(k**2 for k in grid.wavenumbers()) * dt)
    damping = np.exp(-rate * dt / 2.0)
    for _ in range(steps):
        psi = damping * np.fft.ifftn(drift * np.fft.fftn(damping * psi))
    return psi


def left(wavenumber, rate, dt=0.25):
    """Probability left once every part of a packet, to four sigma, has met the edge."""
    width = 50.0
    psi = gaussian_packet(GRID, (wavenumber,), width)
    # Slow enough for all to arrive, and over before the fastest has come round to the edge again.
    slow = wavenumber - 2.0 / width
    steps = int((GRID.length[0] / 2.0 + 4.0 * width) / slow / dt)
    return np.sum(np.abs(flown(GRID, psi, rate, dt, steps)) ** 2) * GRID.cell


@pytest.mark.parametrize(
    ("multiple", "most"), [(1.0, 0.02), (1.5, 1e-3), (2.0, 1e-4), (4.0, 1e-5), (8.0, 1e-5)]
)
def test_what_returns_or_passes_is_bounded(multiple, most):
    """1% at the slowest wavenumber (Manolopoulos 2002), twice that with the packet's slower half."""
    assert left(multiple * SLOWEST, absorber(GRID, SLOWEST)) < most


def test_a_wave_slower_than_asked_is_turned_back():
    """The stated 15% at half of the slowest wavenumber, averaged over a packet 7% wide."""
    assert left(0.5 * SLOWEST, absorber(GRID, SLOWEST)) == pytest.approx(0.15, abs=0.01)


def test_the_middle_of_the_box_is_left_alone():
    rate = absorber(GRID, SLOWEST)
    (x,) = GRID.positions()
    inside = np.abs(x) < GRID.length[0] / 2.0 - layer_width(SLOWEST)
    np.testing.assert_array_equal(rate[inside], 0.0)
    assert np.all(rate[~inside] > 0.0)
    # It grows towards the edge, from zero.
    assert np.all(np.diff(rate[x > 0.0]) >= 0.0)
    assert rate[~inside].min() < 0.05 * SLOWEST**2 / 2.0


@pytest.mark.parametrize("cells", [100, 511, -300])
def test_the_layer_is_where_the_launch_point_is_not(cells):
    """Moved with the point, around the periodic box."""
    center = (cells * GRID.spacing[0],)
    moved = absorber(GRID, SLOWEST, center)
    np.testing.assert_allclose(moved, np.roll(absorber(GRID, SLOWEST), cells), atol=1e-12)
    assert moved[cells + 512] == 0.0


@pytest.mark.parametrize("center", [0.0, (1.0, 2.0), (float("nan"),), ("a",)])
def test_refuses_a_center_that_is_none(center):
    with pytest.raises(InputError, match="center: expected 1 finite numbers, got"):
        absorber(GRID, SLOWEST, center)


def test_in_the_plane_the_layers_of_the_axes_add_up():
    plane = absorber(Grid((256, 128), (600.0, 300.0)), SLOWEST)
    across = absorber(Grid((256,), (600.0,)), SLOWEST)[:, None] + absorber(Grid((128,), (300.0,)), SLOWEST)
    np.testing.assert_allclose(plane, across, rtol=1e-14)


def test_a_damping_step_never_underflows():
    """Fine grids come no nearer to the potential's pole: a long step's factor stays above 1e-308."""
    rate = absorber(Grid((16384,), (300.0,)), SLOWEST)
    with np.errstate(all="raise"):
        assert np.exp(-rate / SLOWEST**2 * 0.9).min() > 0.0


@pytest.mark.parametrize("slowest", [0.0, -1.0, float("nan")])
def test_refuses_a_wavenumber_that_is_none(slowest):
    with pytest.raises(InputError, match="slowest"):
        absorber(GRID, slowest)


def test_refuses_a_layer_that_fills_the_box():
    with pytest.raises(InputError, match=r"at most half of the box.*box of 874"):
        absorber(GRID, 0.03)


def test_refuses_a_wave_that_the_grid_cannot_carry():
    with pytest.raises(InputError, match=r"within the grid's 5\.36"):
        absorber(GRID, 6.0)
