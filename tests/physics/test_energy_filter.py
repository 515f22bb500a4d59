"""The energy filter against the same window in the exact eigenbasis, and in wavenumber where it is free.

The series is cut at coefficients of 1e-12; they fall as a Gaussian, so what is left out is a few of
them, and rounding grows by at most 1e-16 per term over some hundred terms: 1e-10 holds both.
"""

import numpy as np
import pytest
from scipy.linalg import eigh

from physics import DeformationPotential, Grid, InputError, Plans, gaussian_packet
from physics.energy_filter import energy_filtered

TWO_PI = 2.0 * np.pi


def dense_hamiltonian(grid, potential):
    """H as a matrix: columns are H applied to unit vectors, by numpy's FFT."""
    energy = sum((k**2 / 2.0 for k in grid.wavenumbers()), start=np.zeros(grid.shape))
    units = np.eye(potential.size).reshape(-1, *grid.shape)
    axes = tuple(range(1, 1 + grid.dimension))
    applied = np.fft.ifftn(energy * np.fft.fftn(units, axes=axes), axes=axes) + potential * units
    matrix = applied.reshape(potential.size, -1)
    return (matrix + matrix.conj().T) / 2.0


def landscape(grid):
    """Some waves of different lengths and directions, V_rms about 0.5."""
    waves = [np.cos(TWO_PI * (n + 1) * x / extent + n) for n in range(3) for x, extent in box(grid)]
    return 0.4 * sum(waves, start=np.zeros(grid.shape))


def box(grid):
    return list(zip(grid.positions(), grid.length, strict=True))


@pytest.mark.parametrize(("energy", "delta"), [(0.3, 0.03), (0.32, 0.2), (0.1, 0.005)])
def test_a_free_packet_is_filtered_in_wavenumber(energy, delta, plans_of):
    grid = Grid((512,), (300.0,))
    psi = gaussian_packet(grid, (0.8,), 4.0)
    (k,) = grid.wavenumbers()
    exact = np.fft.ifft(np.exp(-((k**2 / 2.0 - energy) ** 2) / (4.0 * delta**2)) * np.fft.fft(psi))
    kept = np.sum(np.abs(exact) ** 2) * grid.cell
    found, weight = energy_filtered(psi, grid, np.zeros(grid.shape), energy, delta, plans_of(grid.shape))
    np.testing.assert_allclose(found * np.sqrt(weight), exact, rtol=0, atol=1e-10)
    assert weight == pytest.approx(kept, abs=1e-10)


@pytest.mark.parametrize(("shape", "length"), [((96,), (40.0,)), ((18, 16), (15.0, 14.0))])
@pytest.mark.parametrize(("energy", "delta"), [(0.5, 0.1), (0.0, 0.02), (1.0, 1.5)])
def test_in_a_landscape_it_is_the_window_on_the_eigenstates(shape, length, energy, delta, plans_of):
    grid = Grid(shape, length)
    potential = landscape(grid)
    psi = gaussian_packet(grid, (0.8, 0.3)[: grid.dimension], 1.6)
    levels, states = eigh(dense_hamiltonian(grid, potential))
    share = states.conj().T @ psi.reshape(-1)
    share = share * np.exp(-((levels - energy) ** 2) / (4.0 * delta**2))
    exact = (states @ share).reshape(shape)
    found, weight = energy_filtered(psi, grid, potential, energy, delta, plans_of(shape))
    assert weight == pytest.approx(np.sum(np.abs(share) ** 2) * grid.cell, abs=1e-10)
    np.testing.assert_allclose(found * np.sqrt(weight), exact, rtol=0, atol=1e-10)
    assert np.sum(np.abs(found) ** 2) * grid.cell == pytest.approx(1.0, abs=1e-12)


def test_the_energy_of_what_is_launched(plans_of):
    """Mean ``E + delta^2 d ln W / dE``, variance ``delta^2 + delta^4 d^2 ln W / dE^2``, W the weight.

    Identities of a Gaussian window on any distribution. Differences of ln W over h = delta / 10 leave
    (h / delta)^2 / 6 and / 12 of the third and fourth cumulant in units of delta, themselves below 1.
    """
    grid = Grid((96, 96), (TWO_PI * 20.0,) * 2)
    plans = plans_of(grid.shape)
    field = DeformationPotential.thermal(grid, rms=0.08, temperature=1.0, speed=0.0, seed=1, plans=plans)
    potential, psi = field(0.0), gaussian_packet(grid, (0.4, 0.0), 11.75)
    energy, delta = 0.11, 0.02
    cases = [
        energy_filtered(psi, grid, potential, energy + n * delta / 10.0, delta, plans) for n in (-1, 0, 1)
    ]
    below, log_weight, above = (np.log(weight) for _, weight in cases)
    found = cases[1][0]
    kinetic = sum(k**2 / 2.0 for k in grid.wavenumbers())
    applied = np.fft.ifft2(kinetic * np.fft.fft2(found)) + potential * found
    mean = np.sum(found.conj() * applied).real * grid.cell
    variance = np.sum(np.abs(applied) ** 2) * grid.cell - mean**2
    first, second = (above - below) / 0.2, (above - 2.0 * log_weight + below) / 0.01
    assert abs(first) > 0.1
    assert (mean - energy) / delta == pytest.approx(first, abs=0.01 / 6.0)
    assert variance / delta**2 == pytest.approx(1.0 + second, abs=0.01 / 12.0)


def test_a_window_that_holds_everything_changes_nothing(plans_of):
    """A delta of 1e6 energies: the window departs from 1 by 1e-12 of their square, at most 1e-9."""
    grid = Grid((64,), (40.0,))
    psi = gaussian_packet(grid, (0.8,), 2.0)
    found, weight = energy_filtered(psi, grid, landscape(grid), 0.3, 1e6, plans_of(grid.shape))
    assert weight == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose(found, psi, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("energy", "delta"), [(3.0, 0.01), (-5.0, 0.1), (1e5, 0.1)])
def test_refuses_a_window_that_the_packet_is_not_in(energy, delta, plans_of):
    grid = Grid((64,), (40.0,))
    psi = gaussian_packet(grid, (0.2,), 4.0)
    with np.errstate(all="raise"), pytest.raises(InputError, match=r"at least 1e-06 of the packet, got"):
        energy_filtered(psi, grid, np.zeros(grid.shape), energy, delta, plans_of(grid.shape))


@pytest.mark.parametrize(
    ("delta", "said"),
    [(0.0, "delta"), (-1.0, "delta"), (float("nan"), "delta"), (1e-5, "at most 100000 terms")],
)
def test_refuses_a_window_that_is_none(delta, said, plans_of):
    grid = Grid((64,), (40.0,))
    psi = gaussian_packet(grid, (0.2,), 4.0)
    with pytest.raises(InputError, match=said):
        energy_filtered(psi, grid, np.zeros(grid.shape), 0.1, delta, plans_of(grid.shape))


@pytest.mark.parametrize(
    "plans", [Plans((32,)), Plans((64,), precision="single")], ids=["shape", "precision"]
)
def test_refuses_transforms_that_do_not_fit(plans):
    grid = Grid((64,), (40.0,))
    psi = gaussian_packet(grid, (0.2,), 4.0)
    with pytest.raises(InputError, match=r"plans: expected transforms of shape \(64,\) in double"):
        energy_filtered(psi, grid, np.zeros(grid.shape), 0.1, 0.1, plans)
