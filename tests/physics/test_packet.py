"""The launched packet: normalised, where, how wide and how fast it was asked to be."""

import numpy as np
import pytest

from physics import Grid, InputError, gaussian_packet
from physics.packet import check_room

# Width 2 in a box of 48, spacing 0.5 at most: tails at 12 standard deviations and aliases at
# k_max sigma = 4 pi standard deviations are below exp(-70), so sums over points are the
# integrals, to rounding (trapezoidal sums of analytic functions converge exponentially).
ROUNDING = 1e-12


@pytest.mark.parametrize(
    ("grid", "wavevector", "center"),
    [
        (Grid((96,), (48.0,)), (1.0,), None),
        (Grid((97,), (48.0,)), (-0.7,), (3.21,)),
        (Grid((96, 108), (48.0, 50.0)), (0.6, -0.8), None),
        (Grid((108, 96), (50.0, 48.0)), (0.0, 0.4), (-5.5, 2.25)),
    ],
)
def test_moments(grid, wavevector, center):
    """|psi|^2 is a Gaussian of standard deviation `width` per axis; momenta k, spread 1 / (2 width)."""
    psi = gaussian_packet(grid, wavevector, 2.0, center)
    density = np.abs(psi) ** 2
    assert np.sum(density) * grid.cell == pytest.approx(1.0, abs=ROUNDING)
    weight = np.abs(np.fft.fftn(psi)) ** 2
    weight /= weight.sum()
    at = center or (0.0,) * grid.dimension
    for x, k, x0, k0 in zip(grid.positions(), grid.wavenumbers(), at, wavevector, strict=True):
        assert np.sum(density * x) * grid.cell == pytest.approx(x0, abs=100 * ROUNDING)
        assert np.sum(density * (x - x0) ** 2) * grid.cell == pytest.approx(4.0, rel=100 * ROUNDING)
        assert np.sum(weight * k) == pytest.approx(k0, abs=100 * ROUNDING)
        assert np.sum(weight * (k - k0) ** 2) == pytest.approx(1.0 / 16.0, rel=1e-10)


def test_a_packet_at_the_edge_continues_on_the_other_side():
    grid = Grid((96,), (48.0,))
    psi = gaussian_packet(grid, (0.0,), 2.0, center=(23.5,))
    density = np.abs(psi) ** 2
    rolled = np.roll(np.abs(gaussian_packet(grid, (0.0,), 2.0)) ** 2, 47)
    np.testing.assert_allclose(density, rolled, atol=ROUNDING)


@pytest.mark.parametrize("width", [0.0, -1.0, float("nan"), float("inf"), "2"])
def test_refuses_a_width_that_is_none(width):
    with pytest.raises(InputError, match="width"):
        gaussian_packet(Grid((96,), (48.0,)), (1.0,), width)


@pytest.mark.parametrize(
    ("wavevector", "center", "said"),
    [
        ((1.0, 0.0), None, "wavevector: expected 1 finite"),
        ((float("nan"),), None, "wavevector: expected 1 finite"),
        ((1.0,), (0.0, 0.0), "center: expected 1 finite"),
        ((1.0,), (float("inf"),), "center: expected 1 finite"),
        ((5.5,), None, "use more grid points"),
        ((-5.5,), None, "use more grid points"),
    ],
)
def test_refuses_what_the_grid_cannot_carry(wavevector, center, said):
    # k_max = 2 pi; 5.5 + 4 / (2 width) = 6.5 lies beyond.
    with pytest.raises(InputError, match=said):
        gaussian_packet(Grid((96,), (48.0,)), wavevector, 2.0, center)


def test_refuses_a_box_shorter_than_eight_widths():
    check_room(16.0, 2.0)
    with pytest.raises(InputError, match="longer box"):
        check_room(15.9, 2.0)
    with pytest.raises(InputError, match="longer box"):
        gaussian_packet(Grid((96, 96), (48.0, 15.9)), (1.0, 0.0), 2.0)
