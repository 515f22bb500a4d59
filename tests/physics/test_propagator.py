"""Split-operator steps against exact solutions, and their order, reversibility and conservation.

Sources: Feit, Fleck and Steiger, J. Comput. Phys. 47, 412 (1982) and Takahashi and Imada, J. Phys. Soc.
Jpn. 53, 3765 (1984) for the schemes; the free Gaussian packet and the Galilean boost are any textbook's.
"""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erfc

import physics
from physics import (
    DeformationPotential,
    Grid,
    InputError,
    Plans,
    StrangPropagator,
    TakahashiImadaPropagator,
    gaussian_packet,
    propagate,
)
from physics.errors import PotentialError
from physics.propagator import INTEGRATORS, ORDER, PROPAGATORS, STRANG, TAKAHASHI_IMADA, steps_per_sample

ROOT = Path(physics.__file__).parents[1]
TWO_PI = 2.0 * np.pi


@pytest.fixture(params=[1, 2], ids=["line", "plane"])
def problem(request, plans_of):
    """Grid, packet and a moving field of strength comparable to the packet's energy.

    The grid ends at four times the launched wavenumber: what is cut off there is below 1e-9.
    """
    dimension = request.param
    count = {1: 40.0, 2: 10.0}[dimension]
    grid = Grid(({1: 320, 2: 80}[dimension],) * dimension, (TWO_PI * count,) * dimension)
    field = DeformationPotential.thermal(
        grid, rms=0.2, temperature=1.0, speed=0.3, seed=3, plans=plans_of(grid.shape)
    )
    psi0 = gaussian_packet(grid, (0.8, -0.3)[:dimension], 4.0)
    return grid, field, psi0, plans_of(grid.shape)


def distance(grid, psi, other):
    return float(np.sqrt(np.sum(np.abs(psi - other) ** 2) * grid.cell))


def run_over(propagator, psi, t, steps):
    """Wave function `steps` steps after `psi` at time t."""
    state = propagator.advance(propagator.start(psi, t), t, steps)
    return propagator.read(state, t + steps * propagator.dt)


def evolved(problem, potential, steps, t=4.0, integrator=STRANG):
    grid, _, psi0, plans = problem
    return run_over(PROPAGATORS[integrator](grid, potential, t / steps, plans), psi0, 0.0, steps)


both = pytest.mark.parametrize("integrator", INTEGRATORS)


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


def acceleration_squared(field, t):
    return sum(slope**2 for slope in field.gradient(t))


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


# ---- conservation


@both
@pytest.mark.parametrize("moving", [False, True], ids=["static", "moving"])
def test_the_norm_is_kept(plans_of, moving, integrator):
    """1e-11 over 1e4 steps, double precision: 1e4 roundings of 1e-16 in one direction are 1e-12."""
    grid = Grid((80,), (TWO_PI * 30.5,))
    make = {"rms": 0.2, "temperature": 3.0, "seed": 0, "plans": plans_of((80,))}
    field = DeformationPotential.thermal(grid, speed=0.3 if moving else 0.0, **make)
    psi0 = gaussian_packet(grid, (0.4,), 10.0)
    propagator = PROPAGATORS[integrator](grid, field, 0.1, plans_of((80,)), kicks=20)
    psi = run_over(propagator, psi0, 0.0, 10_000)
    assert np.sum(np.abs(psi) ** 2) * grid.cell == pytest.approx(1.0, abs=1e-11)


@pytest.mark.parametrize("moving", [False, True], ids=["static", "moving"])
@pytest.mark.parametrize("steps", [1, 40])
def test_steps_run_backwards(problem, moving, steps):
    """dt from t, then -dt from t + dt: each factor meets its inverse, so only rounding is left."""
    grid, field, psi0, plans = problem
    potential = field if moving else field.frozen()
    t, dt = 2.5, 0.3
    forth = StrangPropagator(grid, potential, dt, plans).advance(psi0, t, steps)
    back = StrangPropagator(grid, potential, -dt, plans).advance(forth, t + steps * dt, steps)
    assert distance(grid, forth, psi0) > 0.05
    assert distance(grid, back, psi0) < 1e-14 * (10 + steps)


@both
@pytest.mark.parametrize("moving", [False, True], ids=["static", "moving"])
def test_reading_undoes_starting(problem, moving, integrator):
    """Factor by factor, at any time; and a state goes on as if it had not been read."""
    grid, field, psi0, plans = problem
    propagator = PROPAGATORS[integrator](grid, field if moving else field.frozen(), 0.3, plans)
    state = propagator.start(psi0, 2.5)
    kept = state.copy()
    assert distance(grid, propagator.read(state, 2.5), psi0) < 1e-14
    np.testing.assert_array_equal(state, kept)
    after = propagator.advance(state, 2.5, 3)
    np.testing.assert_array_equal(propagator.advance(kept, 2.5, 3), after)
    np.testing.assert_array_equal(state, kept)


@pytest.mark.parametrize("moving", [False, True], ids=["static", "moving"])
def test_fourth_order_steps_run_backwards(problem, moving):
    """The kernel exactly; a whole run up to what the processing misses.

    A state stands after the kick half a step before its time, in the direction of its run: a free step
    carries it to where the opposite run stands. Read and started anew backwards, each end
    errs by twice dt^3 abs(grad V)^2 / 1152, once for each direction.
    """
    grid, field, psi0, plans = problem
    potential = field if moving else field.frozen()
    t, dt, steps = 2.5, 0.3, 40
    end = t + steps * dt
    forth, back = (TakahashiImadaPropagator(grid, potential, step, plans) for step in (dt, -dt))
    free = StrangPropagator(grid, np.zeros(grid.shape), dt, plans)
    state = forth.start(psi0, t)
    turned = free.advance(forth.advance(state, t, steps), 0.0, 1)
    returned = back.advance(turned, end, steps)
    assert distance(grid, returned, free.advance(state, 0.0, 1)) < 1e-14 * (10 + steps)
    psi = run_over(forth, psi0, t, steps)
    assert distance(grid, psi, psi0) > 0.05
    ends = ((psi0, t), (psi, end))
    missed = sum(distance(grid, acceleration_squared(potential, at) * wave, 0.0) for wave, at in ends)
    # A fifth for the next order.
    assert distance(grid, run_over(back, psi, end, steps), psi0) < 1.2 * missed * dt**3 / 576.0


def energy(grid, psi, potential):
    kinetic = sum(k**2 for k in grid.wavenumbers()) / 2.0
    weight = np.abs(np.fft.fftn(psi)) ** 2
    density = np.abs(psi) ** 2
    return float(np.sum(weight * kinetic) / weight.sum() + np.sum(density * potential) * grid.cell)


def test_frozen_energy_oscillates_without_drift(problem):
    """Strang steps conserve H + dt^2 H_2 + ..., so <H> strays by O(dt^2) and comes back.

    Fourfold less at half the step (to the next order, a tenth here), and in the last third of a
    long run no farther than the oscillation itself.
    """
    grid, field, psi0, plans = problem
    still = field.frozen()(0.0)
    strays = []
    for dt in (0.2, 0.1):
        run = propagate(psi0, grid, still, dt=dt, t_final=60.0, samples=61, plans=plans)
        energies = np.array([energy(grid, psi, still) for _, psi in run])
        strays.append(np.abs(energies - energies[0]))
    assert strays[0].max() / strays[1].max() == pytest.approx(4.0, rel=0.1)
    for stray in strays:
        assert stray[40:].max() < 1.5 * stray[:40].max()
        assert abs(np.polyfit(np.arange(40.0), stray[21:], 1)[0]) * 40.0 < stray.max()


def test_the_moving_field_does_work(problem):
    """d<H>/dt = <dV/dt>, integrated by Simpson's rule over every step.

    Simpson errs by O(dt^4), the splitting by O(dt^2): the mismatch falls fourfold at half the step
    (within a tenth, for the next order), and what Richardson leaves is of the next order too.
    """
    grid, field, psi0, plans = problem
    mismatch = []
    for steps in (40, 80):
        run = propagate(psi0, grid, field, dt=4.0 / steps, t_final=4.0, samples=steps + 1, plans=plans)
        gained, power = [], []
        for t, psi in run:
            gained.append(energy(grid, psi, field(t)))
            power.append(np.sum(np.abs(psi) ** 2 * field.rate(t)) * grid.cell)
        weights = np.array([1.0, *[4.0, 2.0] * (steps // 2 - 1), 4.0, 1.0]) * 4.0 / steps / 3.0
        work = float(weights @ np.array(power))
        mismatch.append(gained[-1] - gained[0] - work)
        assert abs(work) > 50.0 * abs(mismatch[-1])
    assert mismatch[0] / mismatch[1] == pytest.approx(4.0, rel=0.1)
    assert abs(4.0 * mismatch[1] - mismatch[0]) / 3.0 < 0.05 * abs(mismatch[1])


@both
def test_a_running_mode_is_a_static_one_in_its_own_frame(integrator, plans_of):
    """V(x - u t): psi(x, t) = exp(i u x - i u^2 t / 2) chi(x - u t, t), chi(x, 0) = exp(-i u x) psi(x, 0).

    u = w / q is five times 2 pi / L, so the boost fits the box, and u t is a whole number of
    points. Every factor transforms exactly; what is left is the packet's end at the edge of the
    box, ten widths off (exp(-25) = 1e-11), and the grid's cut-off, as far out in momentum.
    """
    grid = Grid((128,), (16.0,))
    (x,) = grid.positions()
    u, q = TWO_PI / 16.0 * 5.0, TWO_PI / 16.0 * 2.0
    shift = 48
    t = shift * grid.spacing[0] / u
    psi0 = gaussian_packet(grid, (1.0,), 0.8)
    running = DeformationPotential(grid, [[q]], [1.5], [u * q], [0.3], plans=plans_of((128,)))
    scheme = PROPAGATORS[integrator]
    psi = run_over(scheme(grid, running, t / 100, plans_of((128,))), psi0, 0.0, 100)
    boosted = psi0 * np.exp(-1j * u * x)
    still = scheme(grid, running.frozen(), t / 100, plans_of((128,)))
    chi = np.roll(run_over(still, boosted, 0.0, 100), shift)
    expected = np.exp(1j * (u * x - u**2 * t / 2.0)) * chi
    assert distance(grid, psi, psi0) > 0.5
    np.testing.assert_allclose(psi, expected, atol=1e-10)


# ---- the caller's side


def test_samples_are_evenly_spaced_with_both_ends(problem):
    grid, field, psi0, plans = problem
    run = list(propagate(psi0, grid, field, dt=0.3, t_final=2.0, samples=3, plans=plans))
    assert [t for t, _ in run] == pytest.approx([0.0, 1.0, 2.0])
    np.testing.assert_array_equal(run[0][1], psi0)
    # Four steps of 0.25 to the interval are the fewest of at most 0.3.
    steps = StrangPropagator(grid, field, 0.25, plans)
    np.testing.assert_array_equal(run[2][1], steps.advance(run[1][1], 1.0, 4))


@both
def test_samples_do_not_change_the_answer(problem, integrator):
    """The closing and opening half kicks of two samples are one whole kick, up to rounding."""
    grid, field, psi0, plans = problem
    asked = {"dt": 0.25, "t_final": 2.0, "plans": plans, "integrator": integrator}
    few, many = (list(propagate(psi0, grid, field, samples=n, **asked))[-1][1] for n in (2, 9))
    assert distance(grid, few, many) < 1e-13


@both
def test_each_sample_is_the_callers_own(problem, integrator):
    grid, field, psi0, plans = problem
    kept = psi0.copy()
    asked = {"dt": 0.5, "t_final": 2.0, "samples": 3, "plans": plans, "integrator": integrator}
    whole = [psi for _, psi in propagate(psi0, grid, field, **asked)]
    spoiled = []
    for _, psi in propagate(psi0, grid, field, **asked):
        spoiled.append(psi)
        plans.psi[...] = 7.0
    np.testing.assert_array_equal(psi0, kept)
    for one, other in zip(whole, spoiled, strict=True):
        np.testing.assert_array_equal(one, other)


@both
def test_a_callable_a_field_and_an_array_are_one(problem, integrator):
    """An array's gradient is its transform's, a field's that of its modes."""
    grid, field, psi0, plans = problem
    still = field.frozen()
    kinds = [still, still(0.0), lambda _: still(0.0), still(0.0).astype(np.float64).tolist()]
    scheme = PROPAGATORS[integrator]
    first, *others = (run_over(scheme(grid, kind, 0.2, plans), psi0, 0.0, 10) for kind in kinds)
    for other in others:
        assert distance(grid, first, other) < 1e-13
    moving, called = (
        run_over(scheme(grid, kind, 0.2, plans), psi0, 1.0, 5) for kind in (field, field.__call__)
    )
    assert distance(grid, moving, called) < 1e-13


@both
def test_kicks_interpolate_a_moving_field(problem, integrator):
    """Over 8 steps of 0.1 at w_D = 0.3: 1.2e-3 (0.24)^4 of V_rms in V, so in psi at most that times t."""
    grid, field, psi0, plans = problem
    t = 4.0
    each, eighth = (
        run_over(PROPAGATORS[integrator](grid, field, 0.1, plans, kicks=n), psi0, 0.0, 40) for n in (1, 8)
    )
    assert 0.0 < distance(grid, each, eighth) < 1.2e-3 * 0.24**4 * 0.2 * t


def test_an_even_loss_is_an_exponential(problem):
    """eta the same everywhere commutes with all: psi exp(-eta t), whichever way the steps run."""
    grid, field, psi0, plans = problem
    eta = np.full(grid.shape, 0.2)
    for dt in (0.1, -0.1):
        kept, lossy = (
            StrangPropagator(grid, field, dt, plans, loss=loss).advance(psi0, 0.0, 20) for loss in (None, eta)
        )
        assert distance(grid, lossy, kept * np.exp(-0.4)) < 1e-13
    with pytest.raises(InputError, match=r"loss: expected none with the integrator 'takahashi-imada'"):
        propagate(psi0, grid, field, dt=0.1, t_final=1.0, samples=2, integrator=TAKAHASHI_IMADA, loss=eta)


@pytest.mark.parametrize(("dt", "t_final", "samples", "steps"), [
    (0.1, 1.0, 11, 1), (0.1, 1.0, 2, 10), (0.3, 1.0, 2, 4), (1.0, 1.0, 2, 1), (0.1, 0.3, 2, 3),
])  # fmt: skip
def test_steps_per_sample_is_the_fewest_that_suffice(dt, t_final, samples, steps):
    assert steps_per_sample(dt, t_final, samples) == steps


# ---- bit for bit


def fingerprint(wisdom, integrator=STRANG):
    grid = Grid((48, 48), (TWO_PI * 10, TWO_PI * 10))
    plans = Plans(grid.shape, wisdom=wisdom)
    field = DeformationPotential.thermal(grid, rms=0.2, temperature=1.0, speed=0.3, seed=3, plans=plans)
    psi0 = gaussian_packet(grid, (0.4, 0.2), 4.0)
    return run_over(PROPAGATORS[integrator](grid, field, 0.2, plans, kicks=4), psi0, 0.0, 25).tobytes()


@both
def test_the_same_wisdom_propagates_to_the_same_bits(integrator):
    wisdom = Plans((48, 48)).wisdom
    assert fingerprint(wisdom, integrator) == fingerprint(wisdom, integrator)


def test_the_same_wisdom_propagates_to_the_same_bits_in_another_process():
    wisdom = Plans((48, 48)).wisdom
    program = (
        "import sys\n"
        f"sys.path.append({str(Path(__file__).parent)!r})\n"
        "from test_propagator import fingerprint\n"
        "sys.stdout.buffer.write(fingerprint(sys.stdin.buffer.read()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=wisdom, capture_output=True, check=True, cwd=ROOT
    )
    assert done.stdout == fingerprint(wisdom)


# ---- refusals

SMALL = Grid((16,), (10.0,))
FLAT = np.zeros(16)
WAVE = np.ones(16, dtype=complex)


@pytest.mark.parametrize("dt", [0.0, float("nan"), float("inf")])
def test_refuses_a_step_that_is_none(dt):
    with pytest.raises(InputError, match="dt"):
        StrangPropagator(SMALL, FLAT, dt)


@both
@pytest.mark.parametrize("steps", [0, -1, 2.0])
def test_refuses_a_number_of_steps_that_is_none(steps, integrator, plans_of):
    with pytest.raises(InputError, match="steps"):
        PROPAGATORS[integrator](SMALL, FLAT, 0.1, plans_of((16,))).advance(WAVE, 0.0, steps)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dt": 0.0}, "dt"),
        ({"dt": -0.1}, "dt"),
        ({"dt": "0.1"}, "dt"),
        ({"t_final": 0.0}, "t_final"),
        ({"t_final": float("nan")}, "t_final"),
        ({"samples": 1}, "samples"),
        ({"samples": 2.5}, "samples"),
        ({"samples": 20}, "fewer samples or a shorter dt"),
        ({"t_final": 0.05}, r"t_final: expected one step of 0\.1 or more, got 0\.05"),
        ({"integrator": "rk4"}, "integrator: expected one of strang, takahashi-imada, got 'rk4'"),
        ({"psi0": np.full(16, np.nan)}, "psi0: expected finite numbers, got NaN or infinity"),
        ({"psi0": np.full(16, 1j * np.inf)}, "psi0: expected finite numbers, got NaN or infinity"),
        ({"psi0": np.full(16, None)}, "psi0: expected complex numbers, got an array of object"),
        ({"loss": np.full(16, -1.0)}, "loss: expected finite rates of 0 or above"),
        ({"loss": np.full(16, np.inf)}, "loss: expected finite rates of 0 or above"),
        ({"loss": np.full(16, np.nan)}, "loss: expected finite rates of 0 or above"),
        ({"loss": np.ones(15)}, r"loss: expected .* of shape \(16,\), got float64 of shape \(15,\)"),
        ({"psi0": np.ones(15, dtype=complex)}, r"psi0: expected shape \(16,\), got \(15,\)"),
        ({"psi0": np.ones((1, 16), dtype=complex)}, "psi0: expected shape"),
    ],
)
def test_propagate_refuses_at_once(change, said, plans_of):
    """Before the first sample is asked for."""
    asked = {"psi0": WAVE, "dt": 0.1, "t_final": 1.0, "samples": 3} | change
    with pytest.raises(InputError, match=said):
        propagate(grid=SMALL, potential=FLAT, plans=plans_of((16,)), **asked)


@both
@pytest.mark.parametrize(
    "bad",
    [np.zeros(15), np.zeros((16, 16)), np.zeros(16, dtype=complex), np.full(16, np.nan), np.full(16, np.inf)],
)
def test_refuses_a_potential_that_is_none(bad, integrator, plans_of):
    with pytest.raises(InputError, match=r"at t = 0, got"):
        PROPAGATORS[integrator](SMALL, bad, 0.1, plans_of((16,)))


# A kick falls on whole steps, or on half ones.
BREAKS = {STRANG: 0.5, TAKAHASHI_IMADA: 0.45}


@both
@pytest.mark.parametrize("bad", [np.zeros(15), 1j * np.ones(16), np.full(16, np.nan), None])
def test_names_the_time_at_which_a_callable_went_wrong(bad, integrator, plans_of):
    def breaks(t):
        return FLAT if t < 0.42 else bad

    asked = {"dt": 0.1, "t_final": 1.0, "samples": 6, "integrator": integrator}
    run = propagate(WAVE, SMALL, breaks, plans=plans_of((16,)), **asked)
    said = rf"potential: expected real, finite values.*at t = {BREAKS[integrator]}"
    with pytest.raises(InputError, match=said):
        list(run)


def lost_file(t):
    raise FileNotFoundError("tabulated.npy")


def ragged(t):
    return [[1.0], [1.0, 2.0]]


@both
@pytest.mark.parametrize(("fault", "kind"), [(lost_file, FileNotFoundError), (ragged, ValueError)])
def test_an_error_in_a_callable_is_its_owners(fault, kind, integrator, plans_of):
    """Named with the time, the error itself behind it."""

    def breaks(t):
        return FLAT if t < 0.42 else fault(t)

    asked = {"dt": 0.1, "t_final": 1.0, "samples": 6, "integrator": integrator}
    run = propagate(WAVE, SMALL, breaks, plans=plans_of((16,)), **asked)
    said = rf"the function that was given raised {kind.__name__} at t = {BREAKS[integrator]}: "
    with pytest.raises(PotentialError, match=said) as raised:
        list(run)
    assert type(raised.value.__cause__) is kind


def test_refuses_a_field_of_another_box(plans_of):
    """Of the same shape, so that arrays alone would not tell."""
    field = DeformationPotential(Grid((16,), (20.0,)), [[TWO_PI / 20.0]], [1.0], [0.1], [0.0])
    for potential in (field, field.frozen()):
        with pytest.raises(InputError, match="expected a field on"):
            StrangPropagator(SMALL, potential, 0.1, plans_of((16,)))


def test_refuses_plans_of_another_shape(plans_of):
    """Of one that would broadcast."""
    with pytest.raises(InputError, match=r"plans: expected transforms of shape \(16,\)"):
        StrangPropagator(SMALL, FLAT, 0.1, plans_of((16, 16)))
