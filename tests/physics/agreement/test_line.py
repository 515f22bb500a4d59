"""One dimension: localization, its mobility edge at Born order, and what a packet sees of them.

Closed forms: the Lyapunov exponent of the amplitude ``S(2k) / (2 k^2)`` (Lifshits, Gredeskul and Pastur,
1988), zero for 2k > q_D (Sanchez-Palencia et al., Phys. Rev. Lett. 98, 210401 (2007)), and the
backward rate ``S(2k) / k`` of the golden rule.
"""

import numpy as np
import pytest

from physics import DeformationPotential, Grid, propagate, theory

LENGTH = 2.0 * np.pi * 200.0
POINTS = 4096


@pytest.fixture(scope="module")
def lines(plans_of):
    """2400 independent lines of V with rms 1, temperature 1, shape (2400, 4096)."""
    grid, plans = Grid((POINTS,), (LENGTH,)), plans_of((POINTS,))
    asked = {"rms": 1.0, "temperature": 1.0, "speed": 0.0, "seed": 1, "plans": plans}
    return np.array([DeformationPotential.thermal(grid, realization=r, **asked)(0.0) for r in range(2400)])


def exponents(lines, wavenumber, disorder):
    """Lyapunov exponent of each line by transfer matrices: mean and its standard error.

    The phase of the wave forgets where it started within 1/k, so short lines have the same mean as
    long ones, and 2400 x 1257 / q_D is as good as one line of that length.
    """
    energy = wavenumber**2 / 2.0
    found = theory.transfer_matrix_lyapunov(disorder * energy * lines, spacing=LENGTH / POINTS, energy=energy)
    return np.mean(found), np.std(found, ddof=1) / np.sqrt(found.size)


@pytest.mark.parametrize("wavenumber", [0.35, 0.4, 0.45])
def test_transfer_matrices_confirm_the_born_exponent(lines, agrees, wavenumber):
    """V_rms = 0.15 E: the next order is V^4, (V/E)^2 smaller; steps of 0.31 blur V by (2k dx)^2 / 12 < 1%."""
    mean, error = exponents(lines, wavenumber, 0.15)
    rms = 0.15 * wavenumber**2 / 2.0
    born = theory.lyapunov_exponent(wavenumber=wavenumber, temperature=1.0, rms=rms)
    agrees(mean / born, error / born, systematic=2.0 * 0.15**2 + 0.01, factor=1.4)


def test_beyond_the_mobility_edge_a_remainder_of_fourth_order_stays(lines, record):
    """At k = 0.55: doubling V multiplies it by 2^4, where Born's would by 2^2; and it is small.

    The next order changes a factor of 16 by (V/E)^2 = 4%, 0.06 of a power of two.
    """
    assert theory.lyapunov_exponent(wavenumber=0.55, temperature=1.0, rms=1.0) == 0.0
    (weak, weak_error), (strong, strong_error) = (exponents(lines, 0.55, e) for e in (0.1, 0.2))
    power = np.log2(strong / weak)
    error = np.hypot(weak_error / weak, strong_error / strong) / np.log(2.0)
    record("power of V_rms", f"{power:.2f} +- {error:.2f}")
    assert 4.0 * error + 0.06 < 1.0
    assert abs(power - 4.0) < 4.0 * error + 0.06
    inside = theory.lyapunov_exponent(wavenumber=0.45, temperature=1.0, rms=0.1 * 0.45**2 / 2.0)
    assert weak < inside / 10.0


def reflected(wavenumber, disorder, end, realizations, plans_of, plane_wave, momentum_weights):
    """Share of a plane wave that runs backwards, (realization, sample), at four times to `end`."""
    length = 2.0 * np.pi * 200 / wavenumber
    grid, plans = Grid((1200,), (length,)), plans_of((1200,))
    rms = disorder * wavenumber**2 / 2.0
    psi0 = plane_wave(grid, (200,))
    backward = grid.wavenumbers()[0] < 0.0
    shares = []
    for realization in range(realizations):
        field = DeformationPotential.thermal(
            grid, rms=rms, temperature=1.0, speed=0.0, seed=2, realization=realization, plans=plans
        )
        run = propagate(psi0, grid, field, dt=1.0, t_final=end, samples=5, plans=plans)
        shares.append([np.sum(momentum_weights(psi)[backward]) for _, psi in run])
    return np.array(shares)


@pytest.mark.parametrize("wavenumber", [0.4, 0.45])
def test_a_wave_is_reflected_at_the_golden_rule_rate(
    wavenumber, plans_of, plane_wave, momentum_weights, jackknife, agrees
):
    """The backward share grows by S(2k) / k per time, from 1/20 to 1/5 of the transport time.

    Multiple scattering takes (1 - exp(-x)) / x of it, x = t / tau_tr; interference, which in the end
    localizes, acts on the twice scattered wave first: a correction of order x, less than x / 2 = 0.1.
    """
    rms = 0.1 * wavenumber**2 / 2.0
    at = {"wavenumber": wavenumber, "temperature": 1.0, "rms": rms, "dimension": 1}
    rate = theory.golden_rule_rate(transport=True, **at)
    end = 0.2 / rate
    shares = reflected(wavenumber, 0.1, end, 150, plans_of, plane_wave, momentum_weights)
    expected = (np.exp(-0.05) - np.exp(-0.2)) / 2.0
    measured = jackknife(lambda x: (x[4] - x[1]) / expected, shares)
    agrees(*measured, systematic=0.1 + 2.0 * 0.1**2, factor=1.5)


def test_beyond_the_mobility_edge_a_wave_is_not_reflected(plans_of, plane_wave, momentum_weights, record):
    """k = 0.55: after the first, virtual, reflection the share grows 5 times slower or more."""
    rms = 0.1 * 0.45**2 / 2.0
    rate = theory.golden_rule_rate(wavenumber=0.45, temperature=1.0, rms=rms, dimension=1, transport=True)
    grown = []
    for wavenumber in (0.45, 0.55):
        shares = reflected(wavenumber, 0.1, 0.5 / rate, 100, plans_of, plane_wave, momentum_weights)
        grown.append(np.mean(shares[:, 4] - shares[:, 2]))
    record("growth beyond over inside", f"{grown[1] / grown[0]:.4f}")
    assert grown[1] < grown[0] / 5.0
