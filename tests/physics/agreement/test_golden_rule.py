"""The golden rule in the plane: how fast a wave leaves its state, and how fast it loses momentum.

Closed forms, with the field of Kim et al., Phys. Rev. B 106, 054311 (2022): Fermi's golden rule
``1/tau = (1/2pi) integral S(2k |sin(phi/2)|) dphi``, the transport rate with the factor
``1 - cos phi``, and their common limit for a hot lattice and 2k < q_D, ``4 pi V_rms^2``, the acoustic
rate of Bardeen and Shockley, Phys. Rev. 80, 72 (1950), in two dimensions.

The mean over realizations of the overlap with the freely evolved wave decays as exp(-t / 2 tau), the
mean momentum as exp(-t / tau_tr). Both rates are taken between 0.1 or 0.2 tau and tau, after the
field's memory (1/k) has ended. Statistics: jackknife over realizations. Systematic: the next order of
the perturbation series is smaller by (V_rms / E)^2, with a factor that we allow to be 2. The step of
0.5 to 1 adds nothing at this order: the splitting's error is a commutator with H0, which vanishes
between states of equal energy.
"""

import numpy as np
import pytest

from physics import DeformationPotential, Grid, gaussian_packet, propagate, theory

SAMPLES = 11


def packet_records(disorder, realizations, plans_of, momentum_weights):
    """Overlap with the free packet and <k_x> at eleven times from 0 to tau; k = 1, T = 1.

    The box is longer than the way of a lifetime: a packet that meets the same field again scatters
    in step with the first time.
    """
    at = {"wavenumber": 1.0, "temperature": 1.0, "rms": disorder / 2.0}
    end = 1.0 / theory.golden_rule_rate(**at)
    # Reciprocal cells along the packet's way and across it; k_max is 2 k or more.
    along, across = (60, 26) if disorder < 0.1 else (26, 26)
    assert 2.0 * np.pi * along > end
    grid = Grid((4 * along + 4, 4 * across + 4), (2.0 * np.pi * along, 2.0 * np.pi * across))
    plans = plans_of(grid.shape)
    psi0 = gaussian_packet(grid, (1.0, 0.0), 14.0)
    asked = {"t_final": end, "samples": SAMPLES, "plans": plans}
    free = [psi for _, psi in propagate(psi0, grid, np.zeros(grid.shape), dt=end / 10.0, **asked)]
    kx = grid.wavenumbers()[0]
    overlaps, momenta = [], []
    for realization in range(realizations):
        field = DeformationPotential.thermal(
            grid, rms=at["rms"], temperature=1.0, speed=0.0, seed=0, realization=realization, plans=plans
        )
        run = [psi for _, psi in propagate(psi0, grid, field, dt=0.5, **asked)]
        overlaps.append([np.vdot(a, b) * grid.cell for a, b in zip(free, run, strict=True)])
        momenta.append([np.sum(momentum_weights(psi) * kx) for psi in run])
    return at, end / 10.0, overlaps, momenta


def check_packet(disorder, realizations, plans_of, momentum_weights, jackknife, agrees):
    at, interval, overlaps, momenta = packet_records(disorder, realizations, plans_of, momentum_weights)
    rate, transport = (theory.golden_rule_rate(transport=x, **at) for x in (False, True))
    span = 9.0 * interval
    measured = jackknife(lambda x: -2.0 * np.log(abs(x[10]) / abs(x[1])) / span / rate, overlaps)
    agrees(*measured, systematic=2.0 * disorder**2)
    measured = jackknife(lambda x: -np.log(x[10] / x[1]) / span / transport, momenta)
    agrees(*measured, systematic=2.0 * disorder**2)


def test_a_packet_leaves_its_free_course_by_the_golden_rule(plans_of, momentum_weights, jackknife, agrees):
    """At k = q_D, where the transport rate is 1/7 of the other: small angles."""
    check_packet(0.1, 100, plans_of, momentum_weights, jackknife, agrees)


@pytest.mark.slow
def test_a_packet_leaves_its_free_course_by_the_golden_rule_when_weak(
    plans_of, momentum_weights, jackknife, agrees
):
    """V_rms = 0.05 E_F, the point whose rates are 0.002858 and 0.0004297."""
    check_packet(0.05, 150, plans_of, momentum_weights, jackknife, agrees)


def hot_records(box, wavenumber, rms, realizations, plane_wave, momentum_weights):
    """Amplitude left in the launched wave and its direction's mean momentum, from 0 to tau; T = 20."""
    grid, plans = box
    periods = round(wavenumber * grid.length[0] / (2.0 * np.pi))
    end = 1.0 / theory.acoustic_rate(rms)
    k = grid.wavenumbers()
    overlaps, momenta = [], []
    for realization in range(realizations):
        along = [(1, 0), (0, 1), (-1, 0), (0, -1)][realization % 4]
        psi0 = plane_wave(grid, (along[0] * periods, along[1] * periods))
        field = DeformationPotential.thermal(
            grid, rms=rms, temperature=20.0, speed=0.0, seed=0, realization=realization, plans=plans
        )
        forward = (along[0] * k[0] + along[1] * k[1]) / wavenumber
        run = list(propagate(psi0, grid, field, dt=1.0, t_final=end, samples=SAMPLES, plans=plans))
        turning = [np.exp(0.5j * wavenumber**2 * t) for t, _ in run]
        overlaps.append(
            [np.vdot(psi0, psi) * grid.cell * c for c, (_, psi) in zip(turning, run, strict=True)]
        )
        momenta.append([np.sum(momentum_weights(psi) * forward) for _, psi in run])
    return end / 10.0, overlaps, momenta


@pytest.mark.parametrize(
    "case",
    [
        (0.45, 0.15, 20, 32),
        pytest.param((0.35, 0.15, 30, 40), marks=pytest.mark.slow),
        pytest.param((0.45, 0.1, 30, 40), marks=pytest.mark.slow),
    ],
)
def test_a_hot_lattice_scatters_at_the_acoustic_rate(
    case, square, plane_wave, momentum_weights, jackknife, agrees
):
    """1/tau = 1/tau_tr = 4 pi V_rms^2, whatever k; T = 20 T_D falls 0.3% short of the hot limit.

    A plane wave has one energy, so many levels of the box must lie within 1/tau:
    ``L^2 / (2 pi tau)`` is 30 or more here.
    """
    wavenumber, disorder, periods, realizations = case
    rms = disorder * wavenumber**2 / 2.0
    box = square(periods, wavenumber)
    rate = theory.acoustic_rate(rms)
    assert box[0].length[0] ** 2 * rate / (2.0 * np.pi) > 30.0
    interval, overlaps, momenta = hot_records(
        box, wavenumber, rms, realizations, plane_wave, momentum_weights
    )
    span = 8.0 * interval
    systematic = 2.0 * disorder**2 + 0.003
    measured = jackknife(lambda x: -2.0 * np.log(abs(x[10]) / abs(x[2])) / span / rate, overlaps)
    agrees(*measured, systematic=systematic)
    measured = jackknife(lambda x: -np.log(x[10] / x[2]) / span / rate, momenta)
    agrees(*measured, systematic=systematic)
