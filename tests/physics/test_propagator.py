"""Split-operator steps against exact solutions, and their order.

Sources: Feit, Fleck and Steiger, J. Comput. Phys. 47, 412 (1982) and Takahashi and Imada, J. Phys. Soc.
Jpn. 53, 3765 (1984) for the schemes; the free Gaussian packet is any textbook's.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import erfc

from physics import (
    Grid,
    StrangPropagator,
    TakahashiImadaPropagator,
    gaussian_packet,
    propagate,
)
from physics.propagator import ORDER, PROPAGATORS, STRANG, TAKAHASHI_IMADA
from tests.physics.waves import TWO_PI, acceleration_squared, both, distance, run_over


def evolved(problem, potential, steps, t=4.0, integrator=STRANG):
    grid, _, psi0, plans = problem
    return run_over(PROPAGATORS[integrator](grid, potential, t / steps, plans), psi0, 0.0, steps)


# ---- free motion


@both
@pytest.mark.parametrize(
    ("shape", "wavevector", "center"),
    [((256,), (1.1,), (-6.0,)), ((128, 160), (0.5, -0.7), (2.0, -3.0))],
)
def test_free_packet(shape, wavevector, center, integrator, plans_of):
    """Mean x0 + k t and variance sigma^2 + t^2 / (4 sigma^2) per axis; the splitting is exact.

    Width 3, up to t = 20: the packet ends 4.5 wide at most 22 from the origin, and the box ends at
    64, nine widths on: exp(-81 / 2) = 3e-18 times (64 / 4.5)^2 is below 1e-14. Rounding of x^2 <= 4e3
    times 1e-16 per point, and of 20 transforms: 1e-11.
    """
    grid = Grid(shape, (128.0,) * len(shape))
    psi0 = gaussian_packet(grid, wavevector, 3.0, center)
    still = np.zeros(shape)
    asked = {"dt": 1.0, "t_final": 20.0, "samples": 5, "integrator": integrator}
    for t, psi in propagate(psi0, grid, still, plans=plans_of(shape), **asked):
        density = np.abs(psi) ** 2 * grid.cell
        for x, x0, k in zip(grid.positions(), center, wavevector, strict=True):
            mean = np.sum(density * x)
            assert mean == pytest.approx(x0 + k * t, abs=1e-11)
            variance = np.sum(density * (x - mean) ** 2)
            assert variance == pytest.approx(9.0 + t**2 / 36.0, abs=1e-10)


@both
def test_free_wave_function(integrator, plans_of):
    """psi = (2 pi s^2)^-1/4 sqrt(s / z) exp(-(x - kt)^2 / (4 s z) + i k x - i k^2 t / 2), z = s + i t / 2s.

    Pointwise: normalisation and phase included.
    """
    grid, sigma, k, t = Grid((256,), (128.0,)), 3.0, 1.1, 15.0
    psi0 = gaussian_packet(grid, (k,), sigma)
    psi = run_over(PROPAGATORS[integrator](grid, np.zeros(256), 0.5, plans_of((256,))), psi0, 0.0, 30)
    (x,) = grid.positions()
    z = sigma + 0.5j * t / sigma
    envelope = np.exp(-((x - k * t) ** 2) / (4.0 * sigma * z) + 1j * (k * x - k**2 * t / 2.0))
    exact = (TWO_PI * sigma**2) ** -0.25 * np.sqrt(sigma / z) * envelope
    np.testing.assert_allclose(psi, exact, atol=1e-12)


@both
def test_plane_waves_turn_at_their_energy(integrator, plans_of):
    """exp(i k x) in a constant V0 gains the phase exp(-i (k^2 / 2 + V0) t), whatever the step."""
    grid = Grid((32,), (20.0,))
    (x,) = grid.positions()
    k = TWO_PI / 20.0 * 5
    wave = np.exp(1j * k * x)
    psi = run_over(PROPAGATORS[integrator](grid, np.full(32, 0.7), 0.9, plans_of((32,))), wave, 0.0, 10)
    np.testing.assert_allclose(psi, wave * np.exp(-1j * (k**2 / 2.0 + 0.7) * 9.0), atol=1e-13)


# ---- order


@pytest.mark.parametrize("moving", [False, True], ids=["static", "moving"])
def test_the_error_falls_with_the_square_of_the_step(problem, moving):
    """Slope 2 in log-log (Strang), against a fine-step reference.

    The reference is Richardson's from the two finest runs, free of the dt^2 error. The error is
    c dt^2 (1 + a dt^2), so a local slope departs from 2 by 3 a dt^2 / ln 4, fourfold less at each
    halving, itself up to terms of dt^4.
    """
    grid, field, _, _ = problem
    potential = field if moving else field.frozen()
    fine, finer = (evolved(problem, potential, steps) for steps in (256, 512))
    reference = (4.0 * finer - fine) / 3.0
    errors = [distance(grid, evolved(problem, potential, n), reference) for n in (8, 16, 32, 64)]
    departures = [abs(np.log2(coarse / fine) - 2.0) for coarse, fine in pairwise(errors)]
    assert departures[-1] < 0.01
    for coarse, fine in pairwise(departures):
        assert coarse / fine == pytest.approx(4.0, rel=0.1)


@pytest.mark.parametrize("moving", [False, True], ids=["static", "moving"])
def test_the_error_falls_with_the_fourth_power_of_the_step(problem, moving):
    """Slope 4 in log-log (Takahashi-Imada, processed), against Richardson's reference of that order.

    Two departures: ``c dt^4 (1 + a dt^2)``, fourfold less at each halving; and what the processing misses,
    ``dt^3 abs(grad V)^2 / 1152`` at either end, a share r of the error that lowers the slope by at
    most ``r / ln 2``. A gradient of the wrong factor, or processing of the wrong sign, leaves slope 2.
    """
    grid, field, psi0, _ = problem
    potential = field if moving else field.frozen()

    def end(steps):
        return evolved(problem, potential, steps, integrator=TAKAHASHI_IMADA)

    reference = (16.0 * end(64) - end(32)) / 15.0
    errors = [distance(grid, end(steps), reference) for steps in (4, 8, 16)]
    ends = (psi0, potential(0.0), 0.0), (reference, potential(4.0), 4.0)
    missed = sum(distance(grid, acceleration_squared(potential, t) * psi, 0.0) for psi, _, t in ends) / 1152.0
    for steps, (coarse, fine) in zip((8, 16), pairwise(errors), strict=True):
        share = missed * (4.0 / steps) ** 3 / fine
        assert np.log2(coarse / fine) == pytest.approx(4.0, abs=0.02 + share / np.log(2.0))


OMEGA = 0.5
WELL = Grid((192,), (48.0,))


def well():
    """Harmonic to 1e-8 within 10 of the origin, level at the edges: smooth in the periodic box."""
    (x,) = WELL.positions()
    force = OMEGA**2 * x * 0.5 * erfc(np.abs(x) - 14.0)
    k = WELL.wavenumbers()[0]
    values = np.fft.ifft(np.fft.fft(force) / np.where(k == 0.0, 1.0, 1j * k)).real
    return values - values[96]


def drift(part):
    return np.array([[1.0, part], [0.0, 1.0]])


def kick(part):
    return np.array([[1.0, 0.0], [-part, 1.0]])


def phase_space(integrator, dt, steps):
    """What a run does to (x, p): Heisenberg's equations of a harmonic well are each factor's own matrix."""
    if integrator == STRANG:
        half = kick(OMEGA**2 * dt / 2.0)
        return np.linalg.matrix_power(half @ drift(dt) @ half, steps)
    # abs(grad V)^2 = w^4 x^2: the well's w^2 is lowered by a part (w dt)^2 / 12.
    strength = OMEGA**2 * (1.0 - (OMEGA * dt) ** 2 / 12.0) * dt
    start = kick(strength / 24.0) @ drift(-dt) @ kick(-strength / 24.0) @ drift(dt / 2.0)
    kernel = kick(strength) @ drift(dt)
    return np.linalg.inv(start) @ np.linalg.matrix_power(kernel, steps) @ start


@both
@pytest.mark.parametrize(("dt", "steps"), [(0.4, 1), (0.4, 30), (0.8, 15)])
def test_a_harmonic_well_moves_the_means_by_matrices(integrator, dt, steps, plans_of):
    """<x> and <p> of any packet in a harmonic well, step by step: kicks, their strength and their order."""
    start = np.array([3.0, 0.4])
    psi0 = gaussian_packet(WELL, start[1:], 0.9, start[:1])
    psi = run_over(PROPAGATORS[integrator](WELL, well(), dt, plans_of((192,))), psi0, 0.0, steps)
    density, weight = np.abs(psi) ** 2, np.abs(np.fft.fft(psi)) ** 2
    found = [
        np.sum(density * WELL.positions()[0]) * WELL.cell,
        np.sum(weight * WELL.wavenumbers()[0]) / weight.sum(),
    ]
    # The packet ends seven widths inside the harmonic part: exp(-49 / 2) of it, 2e-11, sees the rim.
    np.testing.assert_allclose(found, phase_space(integrator, dt, steps) @ start, atol=1e-8)


@both
def test_those_matrices_have_the_order_of_the_scheme(integrator):
    """Against the rotation by w t; the fourth order keeps a third-order (w^4 / 1152)-sized rest."""
    t = 12.0
    turn = [[np.cos(OMEGA * t), np.sin(OMEGA * t) / OMEGA], [-OMEGA * np.sin(OMEGA * t), np.cos(OMEGA * t)]]
    errors = [np.abs(phase_space(integrator, t / n, n) - turn).max() for n in (24, 48, 96)]
    for coarse, fine in pairwise(errors):
        assert np.log2(coarse / fine) == pytest.approx(ORDER[integrator], abs=0.05)


def test_processing_serves_moving_fields(problem):
    """V(t) = cos t everywhere: midpoints sum to sin T h / sin h, h = dt / 2, and the ends mend it.

    They add ``(dt / 24) (f(T + h) - f(T - h)) = -(h / 6) sin T sin h``, so that the integral of f is met
    to 17 h^4 / 360 of itself.
    """
    grid, _, psi0, plans = problem
    dt, steps = 0.25, 16
    h = dt / 2.0
    asked = {"dt": dt, "plans": plans}
    steady = run_over(TakahashiImadaPropagator(grid, np.zeros(grid.shape), **asked), psi0, 0.0, steps)
    lifted = TakahashiImadaPropagator(grid, lambda t: np.full(grid.shape, np.cos(t)), **asked)
    area = np.sin(dt * steps) * (h / np.sin(h) - h * np.sin(h) / 6.0)
    assert area / np.sin(dt * steps) == pytest.approx(1.0 + 17.0 * h**4 / 360.0, abs=h**6)
    np.testing.assert_allclose(run_over(lifted, psi0, 0.0, steps), steady * np.exp(-1j * area), atol=1e-12)


def test_moving_steps_are_centred_in_time(problem):
    """A field asked at other times than the ends of each step would be of first order, or wrong.

    V(t) = f(t), the same everywhere, gives the phase exp(-i integral f): of f = cos t the trapezoidal
    rule's integral is sin T (dt/2) / tan(dt/2), exactly.
    """
    grid, _, psi0, plans = problem
    dt, steps = 0.25, 16
    steady = StrangPropagator(grid, np.zeros(grid.shape), dt, plans).advance(psi0, 0.0, steps)
    lifted = StrangPropagator(grid, lambda t: np.full(grid.shape, np.cos(t)), dt, plans)
    phase = np.sin(dt * steps) * (dt / 2.0) / np.tan(dt / 2.0)
    expected = steady * np.exp(-1j * phase)
    np.testing.assert_allclose(lifted.advance(psi0, 0.0, steps), expected, atol=1e-12)
