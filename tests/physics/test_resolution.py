"""Box, grid and time step: enough for the point, the same for its twin, refused with the remedy."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import InputError, Numerics, ResolutionError, Scenario, resolve, simulate, theory
from physics.absorption import layer_width
from physics.fourier import FAST_SIZES
from physics.observables import EDGE
from physics.propagator import INTEGRATORS, ORDER, STRANG, TAKAHASHI_IMADA
from physics.resolution import (
    FEW_SAMPLES,
    LONGEST_FOR_MODES,
    MOST_KICKS,
    TAIL_SHARE,
    default_box,
    energy_spread,
    largest_wavenumber,
    longest_step,
)

AMPLE = 65536
POINT = Scenario(disorder=1.0, sound_speed=0.2, wavenumber=0.4, dimension=2)
PILOT = Numerics(t_final=100.0, samples=33, max_grid=1024)

scenarios = st.builds(
    Scenario,
    disorder=st.floats(min_value=0.0, max_value=5.0),
    sound_speed=st.floats(min_value=0.0, max_value=2.0),
    temperature=st.floats(min_value=0.1, max_value=10.0),
    wavenumber=st.floats(min_value=0.1, max_value=5.0),
    packet_width=st.floats(min_value=2.0, max_value=20.0),
    dimension=st.sampled_from([1, 2]),
)
numerics = st.builds(
    Numerics,
    t_final=st.floats(min_value=1.0, max_value=20.0),
    samples=st.integers(3, 100),
    tolerance=st.floats(min_value=1e-4, max_value=0.1),
    max_grid=st.just(AMPLE),
)


@given(scenarios, numerics)
def test_a_resolution_is_a_value_and_its_twins(scenario, asked):
    found = resolve(scenario, asked)
    assert pickle.loads(pickle.dumps(found)) == found
    assert resolve(scenario.twin(), asked) == found


@given(scenarios, numerics)
def test_time_is_divided_evenly(scenario, asked):
    """Steps no longer than the tolerance allows; with few samples, an even number between two."""
    found = resolve(scenario, asked)
    assert found.steps >= 1
    if asked.samples <= FEW_SAMPLES:
        assert found.steps % 2 == 0
    assert found.dt * found.steps * (asked.samples - 1) == pytest.approx(asked.t_final, rel=1e-12)
    assert found.dt <= longest_step(scenario, asked, found.integrator) * (1.0 + 1e-12)


@given(scenarios, numerics)
def test_the_field_is_made_as_often_as_the_tolerance_needs(scenario, asked):
    """Twice the step with half the kicks shares the snapshots, so the kicks are even, or each has its own.

    Interpolation errs by 1.2e-3 (w_D D)^4 of V_rms (test_landscape.py): a tenth of the tolerance.
    """
    found = resolve(scenario, asked)
    assert found.kicks == 1 or (found.kicks % 2 == 0 and found.kicks <= MOST_KICKS)
    if found.kicks > 2:
        assert 1.2e-3 * (scenario.speed * found.kicks * found.dt) ** 4 <= 0.1 * asked.tolerance * (1.0 + 1e-9)


@given(scenarios, numerics)
def test_an_integrator_is_chosen_or_taken(scenario, asked):
    """Left to itself it is one of the two, exactly as if it had been asked for."""
    chosen = resolve(scenario, asked)
    kinds = {name: resolve(scenario, replace(asked, integrator=name)) for name in INTEGRATORS}
    assert {name: found.integrator for name, found in kinds.items()} == {name: name for name in INTEGRATORS}
    assert chosen == kinds[chosen.integrator]
    # A small packet's box is longer where it must hold the layers.
    absorbing = resolve(scenario, replace(asked, boundary="absorbing"))
    assert replace(absorbing, grid=kinds[STRANG].grid) == kinds[STRANG]
    assert min(absorbing.grid.length) >= 4.0 * layer_width(scenario.wavenumber / 2.0)


def test_accuracy_is_the_fourth_orders():
    """From one step in all, where the processing would be its cost, to many."""
    chosen = [
        resolve(POINT, replace(PILOT, tolerance=tolerance, max_grid=AMPLE)).integrator
        for tolerance in (0.1, 1e-3, 1e-5, 1e-7)
    ]
    assert chosen[-1] == TAKAHASHI_IMADA
    assert chosen == sorted(chosen)


@given(scenarios, numerics)
def test_finer_is_half_the_step_with_the_same_snapshots(scenario, asked):
    found = resolve(scenario, asked)
    finer = found.finer()
    assert (finer.grid, finer.integrator) == (found.grid, found.integrator)
    assert finer.dt * finer.steps == found.dt * found.steps
    assert finer.steps == 2 * found.steps
    assert finer.kicks == 1 or finer.kicks * finer.dt == found.kicks * found.dt


@given(scenarios, numerics)
def test_the_grid_carries_what_it_must(scenario, asked):
    """What the field can give, the launched packet with its tail, and every mode of the lattice."""
    grid = resolve(scenario, asked).grid
    assert set(grid.shape) <= set(FAST_SIZES)
    assert grid.k_max >= largest_wavenumber(scenario, asked) * (1.0 - 1e-12)
    # Energy conservation: at rms above the launch energy, and one scattering by q_D beyond.
    least = np.sqrt(scenario.wavenumber**2 + 2.0 * np.sqrt(2.0) * scenario.rms) + 1.0
    assert grid.k_max > least
    # Standard deviations 1 / 2 sigma between the launched wavenumber and the guard's beginning.
    away = (EDGE * grid.k_max - scenario.wavenumber) * 2.0 * scenario.width
    tail = 0.5 * TAIL_SHARE * asked.tolerance
    assert np.exp(-(away**2) / 2.0) / away / np.sqrt(2.0 * np.pi) < 1.2 * tail


@given(scenarios, numerics)
def test_the_box_holds_the_front(scenario, asked):
    """Ballistic motion at the launched speed and four spread widths, from the centre; on a ladder."""
    length = default_box(scenario, asked)
    spread = np.sqrt(theory.free_variance(asked.t_final, scenario.width))
    assert length >= 2.0 * (scenario.wavenumber * asked.t_final + 4.0 * spread)
    rung = 2.0 * np.log2(length / (2.0 * np.pi * 16.0))
    assert rung == pytest.approx(round(rung), abs=1e-9)


def test_energy_spread():
    """Frozen: two independent depths of the landscape, sqrt(2) V_rms, at all times; moving: more, growing."""
    still = Scenario(disorder=0.5, wavenumber=1.0)
    assert energy_spread(still, 1.0) == energy_spread(still, 1e3) == pytest.approx(np.sqrt(2.0) * still.rms)
    spreads = [energy_spread(Scenario(disorder=0.5, sound_speed=0.3), t) for t in (0.0, 10.0, 100.0, 1e3)]
    assert spreads[0] == pytest.approx(np.sqrt(2.0) * still.rms)
    assert spreads == sorted(set(spreads))


@pytest.mark.parametrize("integrator", INTEGRATORS)
@pytest.mark.parametrize(
    ("changes", "finer"),
    [({"tolerance": 1e-4}, True), ({"tolerance": 1e-2}, False), ({"samples": 65}, None)],
)
def test_tolerance_orders_step_and_grid(changes, finer, integrator):
    base = longest_step(POINT, PILOT, integrator), largest_wavenumber(POINT, PILOT)
    other = replace(PILOT, **changes)
    changed = longest_step(POINT, other, integrator), largest_wavenumber(POINT, other)
    if finer is None:
        assert changed == base
    else:
        assert (changed[0] < base[0], changed[1] > base[1]) == (finer, finer)


@pytest.mark.parametrize("integrator", INTEGRATORS)
def test_the_step_falls_with_the_root_of_the_tolerance(integrator):
    """Of order 2: a hundredfold tolerance, ten times the step; of order 4, the root of ten.

    But for the phase, beyond which a step is not in the range of its order.
    """
    tiny, small, huge = (longest_step(POINT, Numerics(tolerance=t), integrator) for t in (1e-6, 1e-4, 0.1))
    assert small == pytest.approx(100.0 ** (1.0 / ORDER[integrator]) * tiny, rel=1e-9)
    weak = replace(POINT, disorder=1e-6)
    assert longest_step(weak, Numerics(tolerance=0.1), integrator) >= huge
    still = replace(weak, sound_speed=0.0)
    steps = [longest_step(still, Numerics(tolerance=0.1), name) for name in INTEGRATORS]
    assert steps[0] == pytest.approx(steps[1], rel=1e-12)


def test_the_step_depends_on_the_axes_as_the_error_does():
    """A stronger, faster or shorter-waved field and a later end take a shorter step."""
    for integrator in INTEGRATORS:
        base = longest_step(POINT, PILOT, integrator)
        for name, value in (("disorder", 2.0), ("sound_speed", 0.8), ("wavenumber", 0.8)):
            assert longest_step(replace(POINT, **{name: value}), PILOT, integrator) < base, name
        assert longest_step(POINT, replace(PILOT, t_final=400.0), integrator) < base
        assert longest_step(replace(POINT, temperature=0.1), PILOT, integrator) > base


def test_a_box_that_was_asked_for_is_taken():
    found = resolve(POINT, replace(PILOT, box_length=250.0))
    assert found.grid.length == (250.0, 250.0)


@pytest.mark.parametrize(
    ("length", "said"), [(60.0, "width: expected at most 1/8"), (110.0, "within 2% of the integral")]
)
def test_a_box_too_small_is_refused_before_anything_runs(length, said):
    """For a packet 11.75 wide; then, in one dimension, for its modes."""
    scenario = Scenario(disorder=1.0, wavenumber=0.4, dimension=1, temperature=0.5)
    with pytest.raises(InputError, match=said):
        resolve(scenario, Numerics(t_final=10.0, box_length=length))


@pytest.mark.parametrize("dimension", [1, 2])
def test_a_cold_lattice_gets_a_longer_box(dimension):
    """Its few modes lie near q = 0, where the box's spacing must resolve them."""
    warm, cold = (
        default_box(Scenario(disorder=1.0, temperature=t, dimension=dimension), Numerics(t_final=1.0))
        for t in (1.0, 0.05)
    )
    assert cold > 2.0 * warm


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("t_final", [1.0, 1e8])
def test_absurd_points_are_refused_at_once(dimension, t_final):
    """At T = 1e-7 T_D no affordable box has modes enough; 1e12 of them are not counted to say so."""
    scenario = Scenario(disorder=1.0, temperature=1e-7, dimension=dimension)
    with pytest.raises(ResolutionError, match="temperature = 1e-07"):
        resolve(scenario, Numerics(t_final=t_final))
    if t_final == 1.0:
        assert default_box(scenario, Numerics(t_final=t_final)) <= LONGEST_FOR_MODES * np.sqrt(2.0)


def test_the_box_chosen_for_a_short_run_does_not_count_the_launch_as_an_escape() -> None:
    scenario = Scenario(disorder=0.5, wavenumber=0.15, dimension=1)
    trajectory = simulate(scenario, Numerics(t_final=2.0, samples=8, tolerance=1e-2, max_grid=4096))
    assert trajectory.status == "complete"
