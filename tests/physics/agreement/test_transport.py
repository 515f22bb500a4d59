"""Weak scattering in the plane: from ballistic to diffusive, and heating by a moving lattice.

Closed forms: Fuerth's mean squared displacement (Z. Phys. 2, 244 (1920)) with the transport rate of the
golden rule, and the energy drift ``2 v_s^2 d(E / tau_tr)/dE`` of a slowly moving field without
detailed balance. A hot lattice (T = 20 T_D), where all angles are alike.

Statistics: standard error over realizations. Systematic: the next order of the perturbation
series, (V_rms / E)^2 with a factor of up to 3 for the displacement, which carries the rate and the
kinetic energy each to that order, and 2 for the heating, plus as much of (v_s / v)^2.
"""

import numpy as np
import pytest

from physics import FAST_SIZES, DeformationPotential, Grid, gaussian_packet, propagate, theory

HOT = 20.0


def spread(wavenumber, disorder, lifetimes, realizations, plans_of):
    """MSD at the last time of each realization, the time, the speed and the transport rate.

    The box is longer than twice the fastest part's way and four widths of the packet.
    """
    rms = disorder * wavenumber**2 / 2.0
    rate = theory.golden_rule_rate(wavenumber=wavenumber, temperature=HOT, rms=rms, transport=True)
    end, width = lifetimes / rate, 6.0 / wavenumber
    length = 2.0 * (wavenumber * end + 5.0 * width)
    n = next(size for size in FAST_SIZES if size > length * (wavenumber + 0.75) / np.pi)
    grid = Grid((n, n), (length, length))
    plans = plans_of((n, n))
    squared = sum(x**2 for x in grid.positions())
    psi0 = gaussian_packet(grid, (wavenumber, 0.0), width)
    found = []
    for realization in range(realizations):
        field = DeformationPotential.thermal(
            grid, rms=rms, temperature=HOT, speed=0.0, seed=0, realization=realization, plans=plans
        )
        run = propagate(psi0, grid, field, dt=1.0, t_final=end, samples=2, plans=plans)
        first, last = (np.sum(np.abs(psi) ** 2 * squared) * grid.cell for _, psi in run)
        found.append(last - first)
    # The packet's own spread of momenta, 1 / (2 width) along each axis, adds to k^2.
    return np.array(found), end, np.hypot(wavenumber, np.sqrt(0.5) / width), rate


@pytest.mark.parametrize(
    ("lifetimes", "realizations", "wrong"),
    [(1.5, 6, 2.0), pytest.param(3.0, 8, 1.5, marks=pytest.mark.slow)],
)
def test_a_packet_spreads_by_fuerths_formula(lifetimes, realizations, wrong, plans_of, agrees):
    """A transport rate that is `wrong` times too large would have failed."""
    found, t, speed, rate = spread(0.45, 0.15, lifetimes, realizations, plans_of)
    expected = float(theory.fuerth_msd(t, speed=speed, rate=rate))
    factor = expected / float(theory.fuerth_msd(t, speed=speed, rate=wrong * rate))
    error = np.std(found, ddof=1) / np.sqrt(found.size)
    agrees(np.mean(found) / expected, error / expected, systematic=3.0 * 0.15**2, factor=factor)
    assert np.mean(found) < 0.8 * (speed * t) ** 2, "no longer ballistic"


def gains(box, indices, plane_wave, momentum_weights, *, disorder, speed, lifetimes, realizations):
    """Energy gained per time, over the last 3/4 of the run, by plane waves of k = 1/3 along `indices`."""
    grid, plans = box
    k = 1.0 / 3.0
    at = {"wavenumber": k, "temperature": HOT, "rms": disorder * k**2 / 2.0}
    end = lifetimes / theory.golden_rule_rate(**at)
    kinetic = sum(q**2 / 2.0 for q in grid.wavenumbers())
    slopes = []
    for realization in range(realizations):
        field = DeformationPotential.thermal(
            grid,
            rms=at["rms"],
            temperature=HOT,
            speed=speed * k,
            seed=0,
            realization=realization,
            plans=plans,
        )
        psi0 = plane_wave(grid, indices[realization % len(indices)])
        run = propagate(psi0, grid, field, dt=3.0, t_final=end, samples=5, plans=plans)
        energies = [
            np.sum(momentum_weights(psi) * kinetic) + np.sum(np.abs(psi) ** 2 * field(t)) * grid.cell
            for t, psi in run
        ]
        slopes.append((energies[4] - energies[1]) / (0.75 * end))
    return np.array(slopes) / theory.heating_rate(speed=speed * k, **at)


@pytest.mark.parametrize(
    "case",
    [(0.2, 15, 16, 2.0), pytest.param((0.15, 25, 32, 1.5), marks=pytest.mark.slow)],
)
def test_a_moving_lattice_heats(case, square, ring, plane_wave, momentum_weights, agrees):
    """v_s = v / 10, q_D = 3k: far enough for the energy to spread with little beyond 2k = q_D.

    Waves along all directions of one length in the box, whose few levels would show in one of them.
    """
    disorder, periods, realizations, factor = case
    ratios = gains(
        square(periods, 1.0 / 3.0),
        ring(periods),
        plane_wave,
        momentum_weights,
        disorder=disorder,
        speed=0.1,
        lifetimes=2.0,
        realizations=realizations,
    )
    error = np.std(ratios, ddof=1) / np.sqrt(ratios.size)
    systematic = 2.0 * (disorder**2 + 0.1**2)
    agrees(np.mean(ratios), error, systematic=systematic, factor=factor)
