"""Propagation as its caller meets it: samples, arrays that stay the caller's, repetition, refusals."""

import subprocess
import sys
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
from physics.errors import PotentialError
from physics.propagator import PROPAGATORS, STRANG, TAKAHASHI_IMADA, steps_per_sample
from tests.physics.waves import TWO_PI, both, distance, run_over

ROOT = Path(physics.__file__).parents[1]


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
def test_refilled_arrays_do_not_change_the_past(problem, integrator):
    """A function that fills one buffer and returns it; what was given, changed while the run goes on."""
    grid, field, psi0, plans = problem
    asked = {"dt": 0.2, "t_final": 2.0, "samples": 6, "plans": plans, "integrator": integrator}
    buffer = np.zeros(grid.shape)

    def shared(t):
        buffer[...] = field(t)
        return buffer

    expected = [psi for _, psi in propagate(psi0, grid, field.__call__, **asked)]
    given = psi0.copy()
    run = propagate(given, grid, shared, **asked)
    given[...] = 0.0
    for (t, psi), other in zip(run, expected, strict=True):
        # As a caller does that evaluates the potential for an observable, at another time.
        shared(-t)
        np.testing.assert_array_equal(psi, other)


def test_refilled_arrays_do_not_change_what_is_to_come(problem):
    grid, field, psi0, plans = problem
    asked = {"dt": 0.2, "t_final": 1.0, "samples": 3, "plans": plans}
    still, loss = field(0.0), np.full(grid.shape, 0.1)
    expected = list(propagate(psi0, grid, still, loss=loss, **asked))[-1][1]
    one, other = still.copy(), loss.copy()
    run = propagate(psi0, grid, one, loss=other, **asked)
    one[...], other[...] = 7.0, 7.0
    np.testing.assert_array_equal(list(run)[-1][1], expected)


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
        "from tests.physics.test_propagate import fingerprint\n"
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
    said = rf"potential: expected real, finite values.*at t = {BREAKS[integrator]}, got .* from the function"
    with pytest.raises(InputError, match=said):
        list(run)


def lost_file(t):
    raise FileNotFoundError("tabulated.npy")


@both
def test_an_error_in_a_callable_is_its_owners(integrator, plans_of):
    """Named with the time, the error itself behind it."""

    def breaks(t):
        return FLAT if t < 0.42 else lost_file(t)

    asked = {"dt": 0.1, "t_final": 1.0, "samples": 6, "integrator": integrator}
    run = propagate(WAVE, SMALL, breaks, plans=plans_of((16,)), **asked)
    said = rf"the function that was given raised FileNotFoundError at t = {BREAKS[integrator]}: "
    with pytest.raises(PotentialError, match=said) as raised:
        list(run)
    assert type(raised.value.__cause__) is FileNotFoundError


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
