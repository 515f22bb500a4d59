"""What is recorded, for wave functions whose observables are known in closed form.

Sums over points of Gaussians well inside box and grid are their integrals to rounding, as
trapezoidal sums of analytic functions are.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from physics import Grid, StrangPropagator, gaussian_packet
from physics.observables import Recorder, ball, participation_ratio, position_entropy

WIDTH = 3.0
GRIDS = {1: Grid((256,), (64.0,)), 2: Grid((192, 160), (64.0, 56.0))}
WAVEVECTOR = (0.7, -0.4)


@pytest.fixture(params=[1, 2], ids=["line", "plane"])
def launched(request, plans_of):
    """Grid, recorder and packet launched off the origin."""
    d = request.param
    grid, center = GRIDS[d], (2.5, -1.0)[:d]
    psi = gaussian_packet(grid, WAVEVECTOR[:d], WIDTH, center)
    return grid, Recorder(grid, psi, center, WIDTH, plans_of(grid.shape)), psi, center


def test_a_launched_gaussian(launched):
    """PR (4 pi sigma^2)^(d/2), entropy (d/2) ln(2 pi e sigma^2), energy k^2 / 2 + d / (8 sigma^2), ..."""
    grid, recorder, psi, _ = launched
    d = grid.dimension
    record = recorder(psi, np.full(grid.shape, 0.3))
    k = WAVEVECTOR[:d]
    expected = {
        "norm": 1.0,
        "participation_ratio": (4.0 * np.pi * WIDTH**2) ** (d / 2.0),
        "entropy": d / 2.0 * np.log(2.0 * np.pi * np.e * WIDTH**2),
        "kinetic_energy": np.sum(np.square(k)) / 2.0 + d / (8.0 * WIDTH**2),
        "potential_energy": 0.3,
        "autocorrelation_re": 1.0,
        "autocorrelation_im": 0.0,
        "msd_raw": d * WIDTH**2,
        "spectral_tail": 0.0,
        **{f"momentum_{name}": value for name, value in zip("xy", k, strict=False)},
        # Relative to the launch point.
        **{f"mean_{name}": 0.0 for name in "xy"[:d]},
        **{f"variance_{name}": WIDTH**2 for name in "xy"[:d]},
    }
    for name, value in expected.items():
        assert record[name] == pytest.approx(value, abs=1e-10), name
    assert record.keys() - expected.keys() == {"return_probability", "edge_probability", "momentum_spread"}


def test_a_packet_that_has_moved(launched, plans_of):
    """Seen from a launch point at distance s: mean -s, MSD d sigma^2 + s^2, and the variance unchanged."""
    grid, _, psi, center = launched
    d = grid.dimension
    away = (-4.0, 3.0)[:d]
    recorder = Recorder(
        grid, psi, tuple(c + a for c, a in zip(center, away, strict=True)), WIDTH, plans_of(grid.shape)
    )
    record = recorder(psi, np.zeros(grid.shape))
    assert record["msd_raw"] == pytest.approx(d * WIDTH**2 + np.sum(np.square(away)), abs=1e-10)
    for name, a in zip("xy", away, strict=False):
        assert record[f"mean_{name}"] == pytest.approx(-a, abs=1e-10)
        assert record[f"variance_{name}"] == pytest.approx(WIDTH**2, abs=1e-10)


EXACT = {1: erf(np.sqrt(2.0)), 2: 1.0 - np.exp(-2.0)}


@pytest.mark.parametrize("radius", [0.3, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("offset", [0.0, 0.1, 0.137])
@pytest.mark.parametrize("d", [1, 2])
def test_a_gaussian_in_a_ball(d, offset, radius):
    """erf(R / sigma sqrt 2) on the line, 1 - exp(-R^2 / 2 sigma^2) in the plane, wherever the centre lies.

    The density's transform exp(-sigma^2 k^2 / 2) ends below 1e-10 at the grid's largest wavenumber.
    """
    grid, center = GRIDS[d], (2.5 + offset, -1.0 + 2.0 * offset)[:d]
    density = np.abs(gaussian_packet(grid, (0.0,) * d, WIDTH, center)) ** 2
    found = np.sum(density * ball(grid, center, radius * WIDTH)) * grid.cell
    exact = erf(radius / np.sqrt(2.0)) if d == 1 else 1.0 - np.exp(-(radius**2) / 2.0)
    assert np.exp(-((WIDTH * grid.k_max) ** 2) / 2.0) < 1e-10
    assert found == pytest.approx(exact, abs=1e-10)


def test_a_ball_across_the_edge_of_the_box():
    """The box is periodic, and the ball with it."""
    grid, center = GRIDS[1], (31.3,)
    density = np.abs(gaussian_packet(grid, (0.0,), WIDTH, center)) ** 2
    assert np.sum(density * ball(grid, center, 2.0 * WIDTH)) * grid.cell == pytest.approx(EXACT[1], abs=1e-10)


def test_return_probability_within_two_widths(launched):
    grid, recorder, psi, _ = launched
    found = recorder(psi, np.zeros(grid.shape))["return_probability"]
    assert found == pytest.approx(EXACT[grid.dimension], abs=1e-10)


def test_distances_are_to_the_nearest_image(plans_of):
    """A packet launched at the edge lies half on the other side, and has moved nowhere."""
    grid, center = GRIDS[1], (31.0,)
    psi = gaussian_packet(grid, (0.0,), WIDTH, center)
    record = Recorder(grid, psi, center, WIDTH, plans_of(grid.shape))(psi, np.zeros(grid.shape))
    assert record["msd_raw"] == pytest.approx(WIDTH**2, abs=1e-10)
    assert record["mean_x"] == pytest.approx(0.0, abs=1e-10)
    assert record["edge_probability"] == pytest.approx(0.0, abs=1e-12)


def test_free_autocorrelation_and_spreading(plans_of):
    """<psi(0)|psi(t)> = (1 + i t / 4 sigma^2)^(-d/2) at rest; PR grows as the product of widths."""
    for d, grid in GRIDS.items():
        psi0 = gaussian_packet(grid, (0.0,) * d, WIDTH)
        plans = plans_of(grid.shape)
        still = np.zeros(grid.shape)
        t = 9.0
        psi = StrangPropagator(grid, still, t, plans).advance(psi0, 0.0, 1)
        record = Recorder(grid, psi0, (0.0,) * d, WIDTH, plans)(psi, still)
        overlap = (1.0 + 1j * t / (4.0 * WIDTH**2)) ** (-d / 2.0)
        assert record["autocorrelation_re"] == pytest.approx(overlap.real, abs=1e-10)
        assert record["autocorrelation_im"] == pytest.approx(overlap.imag, abs=1e-10)
        variance = WIDTH**2 + t**2 / (4.0 * WIDTH**2)
        assert record["participation_ratio"] == pytest.approx((4.0 * np.pi * variance) ** (d / 2.0), rel=1e-9)


def wave(grid, *indices):
    """Normalised sum of plane waves of these integer indices."""
    psi = np.zeros(grid.shape, dtype=complex)
    for index in indices:
        terms = zip(index, grid.positions(), grid.length, strict=True)
        psi += np.exp(sum(2j * np.pi * j * x / extent for j, x, extent in terms))
    return psi / np.sqrt(np.sum(np.abs(psi) ** 2) * grid.cell)


def record_of(grid, psi, plans_of):
    recorder = Recorder(grid, psi, (0.0,) * grid.dimension, WIDTH, plans_of(grid.shape))
    return recorder(psi, np.zeros(grid.shape))


def test_a_plane_wave_fills_the_box(plans_of):
    """PR = volume, entropy its logarithm, one direction; a tenth of the line beyond 0.9 of the half box."""
    for d, grid in GRIDS.items():
        record = record_of(grid, wave(grid, (5,) * d), plans_of)
        volume = float(np.prod(grid.length))
        assert record["participation_ratio"] == pytest.approx(volume, rel=1e-12)
        assert record["entropy"] == pytest.approx(np.log(volume), rel=1e-12)
        assert record["momentum_spread"] == pytest.approx(0.0, abs=1e-12)
        share = 1.0 - 0.9**d
        assert record["edge_probability"] == pytest.approx(share, abs=d / min(grid.shape))


def test_momentum_spread_is_one_minus_the_resultant(plans_of):
    """0 for one direction, 1 for opposite ones, 1 - 1 / sqrt 2 for two at right angles."""
    grid = Grid((64, 64), (40.0, 40.0))
    cases = {0.0: [(3, 0)], 1.0: [(3, 0), (-3, 0)], 1.0 - np.sqrt(0.5): [(3, 0), (0, 3)]}
    for expected, indices in cases.items():
        assert record_of(grid, wave(grid, *indices), plans_of)["momentum_spread"] == pytest.approx(
            expected, abs=1e-12
        )
    assert record_of(grid, wave(grid, (0, 0)), plans_of)["momentum_spread"] == pytest.approx(1.0, abs=1e-12)


def test_a_standing_wave_whose_density_the_grid_aliases(plans_of):
    """psi ~ cos(k x): PR = 2 L / 3 and entropy ln 2 L - 1; at half the grid's k_max its points see neither.

    There the density, of period 2 dx, is known at its tops and zeros only. That sum of
    ``rho ln rho``, whose cosine coefficients are ``2 / (m (m^2 - 1))`` up to sign, takes those of
    m = 2, 4, ... for the mean: the entropy is off by ``2 ln 2 - 1``. With three points between, PR is
    exact and the entropy misses only m = 8, 16, ...
    """
    grid = Grid((48,), (30.0,))
    psi = wave(grid, (12,), (-12,))
    ratio, entropy = 2.0 * 30.0 / 3.0, np.log(60.0) - 1.0
    bare, record = np.abs(psi) ** 2, record_of(grid, psi, plans_of)
    assert participation_ratio(bare, grid.cell) == pytest.approx(0.75 * ratio, rel=1e-12)
    assert position_entropy(bare, grid.cell) == pytest.approx(entropy - 2.0 * np.log(2.0) + 1.0, abs=1e-12)
    assert record["participation_ratio"] == pytest.approx(ratio, rel=1e-12)
    missed = 8.0 * np.arange(1.0, 2000.0)
    left = np.sum(2.0 / (missed * (missed**2 - 1.0)))
    assert left < 0.005
    assert record["entropy"] == pytest.approx(entropy - left, abs=1e-8)


def test_standing_waves_in_the_plane(plans_of):
    """psi ~ cos(k x) + cos(k y) with mean 1: <rho^2> = 2 x 3/8 + 6 x 1/4 = 9/4, so PR = 4 L^2 / 9.

    The grid's own points take cos(4 k x) for 1, and find <rho^2> = 10/4; the cells' centres do not.
    """
    grid = Grid((48, 48), (30.0, 30.0))
    psi = wave(grid, (12, 0), (-12, 0), (0, 12), (0, -12))
    bare = participation_ratio(np.abs(psi) ** 2, grid.cell)
    assert bare == pytest.approx(0.9 * 400.0, rel=1e-12)
    assert record_of(grid, psi, plans_of)["participation_ratio"] == pytest.approx(400.0, rel=1e-12)


@pytest.mark.parametrize(
    ("index", "weight"), [((0, 0), 0), ((28, 0), 0), ((29, 0), 1), ((-30, 3), 1), ((0, 31), 1), ((28, 28), 0)]
)
def test_the_spectral_tail_lies_beyond_nine_tenths_of_an_axis(index, weight, plans_of):
    """k_max is index 32 of 64 points; 0.9 of it lies between 28 and 29."""
    grid = Grid((64, 64), (40.0, 40.0))
    assert record_of(grid, wave(grid, index), plans_of)["spectral_tail"] == pytest.approx(weight, abs=1e-12)


@pytest.mark.parametrize("x", [27.5, 28.0, -28.0, 28.75, -28.75, 31.5])
def test_the_edge_lies_beyond_nine_tenths_of_the_half_box(x, plans_of):
    grid = GRIDS[1]
    psi = np.zeros(grid.shape, dtype=complex)
    psi[int(x / grid.spacing[0]) + 128] = grid.cell**-0.5
    record = record_of(grid, psi, plans_of)
    assert record["edge_probability"] == pytest.approx(float(abs(x) > 28.8), abs=1e-12)
    # Between the points it is a sinc, the narrowest wave there is: integral sinc^4 = 2/3 of a cell, and
    # 1 / (3 N^2) more in a box of N points.
    assert record["participation_ratio"] == pytest.approx(1.5 * grid.cell / (1.0 + 0.5 / 256**2), rel=1e-12)


def test_recording_leaves_the_wave_function_alone(launched):
    grid, recorder, psi, _ = launched
    kept = psi.copy()
    first = recorder(psi, np.zeros(grid.shape))
    np.testing.assert_array_equal(psi, kept)
    assert recorder(psi, np.zeros(grid.shape)) == first
    assert all(type(value) is float for value in first.values())


@given(st.lists(st.floats(min_value=0.0, max_value=1.0), min_size=1, max_size=30), st.floats(0.1, 10.0))
def test_participation_and_entropy_are_bounded_by_the_support(weights, cell):
    """1 cell <= PR <= exp(entropy) <= the support's volume (Jensen), for any density."""
    density = np.array([*weights, 1.0])
    density /= density.sum() * cell
    ratio, entropy = participation_ratio(density, cell), position_entropy(density, cell)
    volume = np.count_nonzero(density) * cell
    assert cell * (1 - 1e-12) <= ratio <= np.exp(entropy) * (1 + 1e-9) <= volume * (1 + 1e-8)
