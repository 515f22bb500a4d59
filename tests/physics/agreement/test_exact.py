"""Exact solutions, through potentials of one's own: any callable of t, an array, explicit modes.

Sources: Schroedinger, Naturwiss. 14, 664 (1926) for the coherent state; Ehrenfest, Z. Phys. 45, 455
(1927); Raman-Nath diffraction and Bragg's two beams, both in Kapitza-Dirac scattering: Gould, Ruff and
Pritchard, Phys. Rev. Lett. 56, 827 (1986).
"""

import numpy as np
import pytest
from scipy.special import jv

from physics import DeformationPotential, Grid, gaussian_packet, propagate

TWO_PI = 2.0 * np.pi
OMEGA = 0.5
# Ground-state width 1 / sqrt(2 omega) = 1: +-12 widths, and a k_max of 12.6 half momenta.
WELL = Grid((192,), (48.0,))


@pytest.fixture(params=["strang", "takahashi-imada"])
def integrator(request):
    """Every tolerance is that of the second-order scheme; the other is to do no worse."""
    return request.param


def well():
    return OMEGA**2 * WELL.positions()[0] ** 2 / 2.0


def mean_and_variance(psi):
    (x,) = WELL.positions()
    density = np.abs(psi) ** 2 * WELL.cell
    mean = np.sum(density * x)
    return mean, np.sum(density * (x - mean) ** 2)


def test_a_coherent_state_swings_without_spreading(plans_of, integrator):
    """<x> = x0 cos(w t), variance 1 / 2w, psi(2 pi / w) = -psi(0).

    Heisenberg's equations are linear, so Strang's step is leapfrog's: frequency w (1 + (w dt)^2 / 24),
    amplitude and width to (w dt)^2 / 8. Over a period the phase slips by 2 pi (w dt)^2 / 24.
    """
    x0, dt = 5.0, 0.02
    psi0 = gaussian_packet(WELL, (0.0,), 1.0, (x0,))
    period = TWO_PI / OMEGA
    run = list(
        propagate(
            psi0,
            WELL,
            well(),
            dt=dt,
            t_final=period,
            samples=9,
            plans=plans_of((192,)),
            integrator=integrator,
        )
    )
    slip = (OMEGA * dt) ** 2
    for t, psi in run:
        mean, variance = mean_and_variance(psi)
        assert mean == pytest.approx(x0 * np.cos(OMEGA * t), abs=x0 * slip)
        assert variance == pytest.approx(1.0 / (2.0 * OMEGA), rel=slip)
    # The orbit's phase slips by w T slip / 24 and the wave's by E T slip / 24, E = (w + w^2 x0^2) / 2;
    # amplitude and width are off by slip / 8. Together below twice E T slip / 8.
    energy = OMEGA / 2.0 + (OMEGA * x0) ** 2 / 2.0
    assert np.sqrt(np.sum(np.abs(run[-1][1] + psi0) ** 2) * WELL.cell) < 2.0 * energy * period * slip / 8.0


def test_a_driven_oscillator_follows_newton(plans_of, integrator):
    """x'' + w^2 x = F cos(W t) for <x> of any packet: F (cos W t - cos w t) / (w^2 - W^2) from rest.

    The moving callable: V(x, t) = w^2 x^2 / 2 - F x cos(W t). Errors (w dt)^2 / 8 of the amplitude
    per period, as above.
    """
    force, drive, dt = 0.3, 0.8, 0.02
    (x,) = WELL.positions()
    psi0 = gaussian_packet(WELL, (0.0,), 1.4)

    def potential(t):
        return well() - force * x * np.cos(drive * t)

    size = force / (drive**2 - OMEGA**2)
    t_final = 2.0 * TWO_PI / OMEGA
    for t, psi in propagate(
        psi0,
        WELL,
        potential,
        dt=dt,
        t_final=t_final,
        samples=11,
        plans=plans_of((192,)),
        integrator=integrator,
    ):
        expected = size * (np.cos(OMEGA * t) - np.cos(drive * t))
        assert mean_and_variance(psi)[0] == pytest.approx(expected, abs=2.0 * size * (drive * dt) ** 2)


def orders(grid, psi, index, largest):
    """Probability of the wavenumbers n q, n from -largest to largest, q the box's mode `index`."""
    weight = np.abs(np.fft.fft(psi)) ** 2
    return (weight / weight.sum())[np.arange(-largest, largest + 1) * index % grid.shape[0]]


def test_a_short_kick_diffracts_into_bessel_orders(plans_of, integrator):
    """Raman-Nath: P_n = J_n(A t)^2 from a wave at rest in A cos(q x + phi).

    The kinetic energy, (A t q)^2 / 2 at most, has no time to act: its phase is that times t.
    """
    grid = Grid((256,), (TWO_PI * 16.0,))
    q, amplitude, t_final = 4.0 / 16.0, 3e4, 1e-4
    field = DeformationPotential(grid, [[q]], [amplitude], [0.0], [0.7], plans=plans_of((256,)))
    psi0 = np.full(256, 1.0 / np.sqrt(grid.length[0]), dtype=complex)
    *_, (_, psi) = propagate(
        psi0,
        grid,
        field,
        dt=t_final / 20,
        t_final=t_final,
        samples=2,
        plans=plans_of((256,)),
        integrator=integrator,
    )
    area = amplitude * t_final
    n = np.arange(-12, 13)
    np.testing.assert_allclose(
        orders(grid, psi, 4, 12), jv(n, area) ** 2, atol=2.0 * t_final * (area * q) ** 2
    )


@pytest.mark.parametrize(("start", "moving"), [(-0.5, False), (0.0, True), (0.25, True)])
def test_a_weak_mode_swaps_two_waves(start, moving, plans_of, integrator):
    """Bragg: k and k + q of one energy, in the frame of the wave, swap as sin^2(c t / 2) in c cos(q x - w t).

    k = s q meets k + q when w = k q + q^2 / 2: standing for k = -q / 2, running otherwise. The
    next orders lie q^2 off and take (c / q^2)^2 each, twice that in an amplitude's interference.
    """
    grid = Grid((256,), (TWO_PI * 16.0,))
    q = 16.0 / 16.0
    k, strength = start * q, 0.02 * q**2
    omega = k * q + q**2 / 2.0 if moving else 0.0
    field = DeformationPotential(grid, [[q]], [strength], [omega], [0.4], plans=plans_of((256,)))
    (x,) = grid.positions()
    psi0 = np.exp(1j * k * x) / np.sqrt(grid.length[0])
    tolerance = 6.0 * (strength / q**2) ** 2
    swap = np.pi / strength
    for t, psi in propagate(
        psi0,
        grid,
        field,
        dt=0.05,
        t_final=1.5 * swap,
        samples=7,
        plans=plans_of((256,)),
        integrator=integrator,
    ):
        weight = np.abs(np.fft.fft(psi)) ** 2
        share = weight[round((k + q) * 16.0) % 256] / weight.sum()
        assert share == pytest.approx(np.sin(strength * t / 2.0) ** 2, abs=tolerance)
