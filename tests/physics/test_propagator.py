"""Split-operator steps against exact solutions, and their order, reversibility and conservation.

Sources: Feit, Fleck and Steiger, J. Comput. Phys. 47, 412 (1982) for the scheme; the free Gaussian
packet and the Galilean boost are any textbook's.
"""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import physics
from physics import (
    DeformationPotential,
    Grid,
    InputError,
    Plans,
    StrangPropagator,
    gaussian_packet,
    propagate,
)
from physics.propagator import steps_per_sample

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


def evolved(problem, potential, steps, t=4.0):
    grid, _, psi0, plans = problem
    return StrangPropagator(grid, potential, t / steps, plans).advance(psi0, 0.0, steps)


# ---- free motion


@pytest.mark.parametrize(
    ("shape", "wavevector", "center"),
    [((256,), (1.1,), (-6.0,)), ((128, 160), (0.5, -0.7), (2.0, -3.0))],
)
def test_free_packet(shape, wavevector, center, plans_of):
    """Mean x0 + k t and variance sigma^2 + t^2 / (4 sigma^2) per axis; the splitting is exact.

    Width 3, up to t = 20: the packet ends 4.5 wide at most 22 from the origin, and the box ends at
    64, nine widths on: exp(-81 / 2) = 3e-18 times (64 / 4.5)^2 is below 1e-14. Rounding of x^2 <= 4e3
    times 1e-16 per point, and of 20 transforms: 1e-11.
    """
    grid = Grid(shape, (128.0,) * len(shape))
    psi0 = gaussian_packet(grid, wavevector, 3.0, center)
    still = np.zeros(shape)
    for t, psi in propagate(psi0, grid, still, dt=1.0, t_final=20.0, samples=5, plans=plans_of(shape)):
        density = np.abs(psi) ** 2 * grid.cell
        for x, x0, k in zip(grid.positions(), center, wavevector, strict=True):
            mean = np.sum(density * x)
            assert mean == pytest.approx(x0 + k * t, abs=1e-11)
            variance = np.sum(density * (x - mean) ** 2)
            assert variance == pytest.approx(9.0 + t**2 / 36.0, abs=1e-10)


def test_free_wave_function(plans_of):
    """psi = (2 pi s^2)^-1/4 sqrt(s / z) exp(-(x - kt)^2 / (4 s z) + i k x - i k^2 t / 2), z = s + i t / 2s.

    Pointwise: normalisation and phase included.
    """
    grid, sigma, k, t = Grid((256,), (128.0,)), 3.0, 1.1, 15.0
    psi0 = gaussian_packet(grid, (k,), sigma)
    psi = StrangPropagator(grid, np.zeros(256), 0.5, plans_of((256,))).advance(psi0, 0.0, 30)
    (x,) = grid.positions()
    z = sigma + 0.5j * t / sigma
    envelope = np.exp(-((x - k * t) ** 2) / (4.0 * sigma * z) + 1j * (k * x - k**2 * t / 2.0))
    exact = (TWO_PI * sigma**2) ** -0.25 * np.sqrt(sigma / z) * envelope
    np.testing.assert_allclose(psi, exact, atol=1e-12)


def test_plane_waves_turn_at_their_energy(plans_of):
    """exp(i k x) in a constant V0 gains the phase exp(-i (k^2 / 2 + V0) t), whatever the step."""
    grid = Grid((32,), (20.0,))
    (x,) = grid.positions()
    k = TWO_PI / 20.0 * 5
    wave = np.exp(1j * k * x)
    psi = StrangPropagator(grid, np.full(32, 0.7), 0.9, plans_of((32,))).advance(wave, 0.0, 10)
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


@pytest.mark.parametrize("moving", [False, True], ids=["static", "moving"])
def test_the_norm_is_kept(plans_of, moving):
    """1e-11 over 1e4 steps, double precision: 1e4 roundings of 1e-16 in one direction are 1e-12."""
    grid = Grid((80,), (TWO_PI * 30.5,))
    make = {"rms": 0.2, "temperature": 3.0, "seed": 0, "plans": plans_of((80,))}
    field = DeformationPotential.thermal(grid, speed=0.3 if moving else 0.0, **make)
    psi0 = gaussian_packet(grid, (0.4,), 10.0)
    psi = StrangPropagator(grid, field, 0.1, plans_of((80,))).advance(psi0, 0.0, 10_000)
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


def test_a_running_mode_is_a_static_one_in_its_own_frame(plans_of):
    """V(x - u t): psi(x, t) = exp(i u x - i u^2 t / 2) chi(x - u t, t), chi(x, 0) = exp(-i u x) psi(x, 0).

    u = w / q is five times 2 pi / L, so the boost fits the box, and u t is a whole number of
    points. Strang's factors transform exactly; what is left is the packet's end at the edge of the
    box, ten widths off (exp(-25) = 1e-11), and the grid's cut-off, as far out in momentum.
    """
    grid = Grid((128,), (16.0,))
    (x,) = grid.positions()
    u, q = TWO_PI / 16.0 * 5.0, TWO_PI / 16.0 * 2.0
    shift = 48
    t = shift * grid.spacing[0] / u
    psi0 = gaussian_packet(grid, (1.0,), 0.8)
    running = DeformationPotential(grid, [[q]], [1.5], [u * q], [0.3], plans=plans_of((128,)))
    psi = StrangPropagator(grid, running, t / 100, plans_of((128,))).advance(psi0, 0.0, 100)
    boosted = psi0 * np.exp(-1j * u * x)
    still = StrangPropagator(grid, running.frozen(), t / 100, plans_of((128,)))
    chi = np.roll(still.advance(boosted, 0.0, 100), shift)
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


def test_samples_do_not_change_the_answer(problem):
    """The closing and opening half kicks of two samples are one whole kick, up to rounding."""
    grid, field, psi0, plans = problem
    few, many = (
        list(propagate(psi0, grid, field, dt=0.25, t_final=2.0, samples=n, plans=plans))[-1][1]
        for n in (2, 9)
    )
    assert distance(grid, few, many) < 1e-13


def test_each_sample_is_the_callers_own(problem):
    grid, field, psi0, plans = problem
    kept = psi0.copy()
    run = propagate(psi0, grid, field, dt=0.5, t_final=2.0, samples=3, plans=plans)
    whole = [psi for _, psi in run]
    spoiled = []
    for _, psi in propagate(psi0, grid, field, dt=0.5, t_final=2.0, samples=3, plans=plans):
        spoiled.append(psi)
        plans.psi[...] = 7.0
    np.testing.assert_array_equal(psi0, kept)
    for one, other in zip(whole, spoiled, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_callable_a_field_and_an_array_are_one(problem):
    grid, field, psi0, plans = problem
    still = field.frozen()
    kinds = [still, still(0.0), lambda _: still(0.0), still(0.0).astype(np.float64).tolist()]
    first, *others = (StrangPropagator(grid, kind, 0.2, plans).advance(psi0, 0.0, 10) for kind in kinds)
    for other in others:
        assert distance(grid, first, other) < 1e-13
    moving, called = (
        StrangPropagator(grid, kind, 0.2, plans).advance(psi0, 1.0, 5) for kind in (field, field.__call__)
    )
    np.testing.assert_array_equal(moving, called)


@pytest.mark.parametrize(("dt", "t_final", "samples", "steps"), [
    (0.1, 1.0, 11, 1), (0.1, 1.0, 2, 10), (0.3, 1.0, 2, 4), (1.0, 1.0, 2, 1), (0.1, 0.3, 2, 3),
])  # fmt: skip
def test_steps_per_sample_is_the_fewest_that_suffice(dt, t_final, samples, steps):
    assert steps_per_sample(dt, t_final, samples) == steps


# ---- bit for bit


def fingerprint(wisdom):
    grid = Grid((48, 48), (TWO_PI * 10, TWO_PI * 10))
    plans = Plans(grid.shape, wisdom=wisdom)
    field = DeformationPotential.thermal(grid, rms=0.2, temperature=1.0, speed=0.3, seed=3, plans=plans)
    psi0 = gaussian_packet(grid, (0.4, 0.2), 4.0)
    return StrangPropagator(grid, field, 0.2, plans).advance(psi0, 0.0, 25).tobytes()


def test_the_same_wisdom_propagates_to_the_same_bits():
    wisdom = Plans((48, 48)).wisdom
    assert fingerprint(wisdom) == fingerprint(wisdom)


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


@pytest.mark.parametrize("steps", [0, -1, 2.0])
def test_refuses_a_number_of_steps_that_is_none(steps, plans_of):
    with pytest.raises(InputError, match="steps"):
        StrangPropagator(SMALL, FLAT, 0.1, plans_of((16,))).advance(WAVE, 0.0, steps)


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
        ({"psi0": np.ones(15, dtype=complex)}, r"psi0: expected shape \(16,\), got \(15,\)"),
        ({"psi0": np.ones((1, 16), dtype=complex)}, "psi0: expected shape"),
    ],
)
def test_propagate_refuses_at_once(change, said, plans_of):
    """Before the first sample is asked for."""
    asked = {"psi0": WAVE, "dt": 0.1, "t_final": 1.0, "samples": 3} | change
    with pytest.raises(InputError, match=said):
        propagate(grid=SMALL, potential=FLAT, plans=plans_of((16,)), **asked)


@pytest.mark.parametrize(
    "bad",
    [np.zeros(15), np.zeros((16, 16)), np.zeros(16, dtype=complex), np.full(16, np.nan), np.full(16, np.inf)],
)
def test_refuses_a_potential_that_is_none(bad, plans_of):
    with pytest.raises(InputError, match=r"at t = 0, got"):
        StrangPropagator(SMALL, bad, 0.1, plans_of((16,)))


@pytest.mark.parametrize("bad", [np.zeros(15), 1j * np.ones(16), np.full(16, np.nan)])
def test_names_the_time_at_which_a_callable_went_wrong(bad, plans_of):
    def breaks(t):
        return FLAT if t < 0.45 else bad

    run = propagate(WAVE, SMALL, breaks, dt=0.1, t_final=1.0, samples=6, plans=plans_of((16,)))
    with pytest.raises(InputError, match=r"potential: expected real, finite values.*at t = 0\.5"):
        list(run)


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
