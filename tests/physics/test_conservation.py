"""What split-operator steps keep: the norm, the way back, energy, the frame of a running wave."""

import numpy as np
import pytest

from physics import (
    DeformationPotential,
    Grid,
    StrangPropagator,
    TakahashiImadaPropagator,
    gaussian_packet,
    propagate,
)
from physics.propagator import PROPAGATORS
from tests.physics.waves import TWO_PI, acceleration_squared, both, distance, run_over


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
