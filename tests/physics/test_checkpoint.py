"""A simulation that stops and goes on: the same bits as one that is left alone, and no other's place."""

import hashlib
import json
import multiprocessing
import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import (
    CheckpointError,
    InputError,
    Numerics,
    PhysicsError,
    Plans,
    Scenario,
    Simulation,
    StrangPropagator,
    resolve,
    simulate,
)
from physics.checkpoint import DIGEST_SIZE, FORMAT, LENGTH_SIZE, MAGIC, Place, Task, read, written
from physics.classical import Cloud, TwinMoment
from physics.recording import Moment

TWO_PI = 2.0 * np.pi
LINE = Scenario(disorder=1.0, sound_speed=0.3, wavenumber=0.4, packet_width=2.0, dimension=1)
PLANE = replace(LINE, dimension=2)
ASKED = Numerics(t_final=16.0, samples=7, tolerance=1e-2, box_length=TWO_PI * 22, edge_tolerance=1.0)
FILTERED = replace(LINE, energy_filter=(1.0, 0.4))
ESCAPING = Scenario(disorder=0.0, wavenumber=1.0, dimension=1)
ABSORBED = replace(LINE, disorder=0.2, wavenumber=1.0, packet_width=4.0)


def asked(**changes):
    return replace(ASKED, **changes)


# Speeds at which the field is synthesised at every kick and between several.
EACH_KICK, BETWEEN = 3.0, 0.3
SIZES = {1: {}, 2: {"t_final": 6.0, "samples": 6}}
CASES = {
    f"{dimension}, {integrator}, {precision}, {name}": (
        replace(LINE, dimension=dimension, sound_speed=speed, frozen=frozen),
        asked(integrator=integrator, precision=precision, **SIZES[dimension]),
    )
    for dimension in (1, 2)
    for integrator in ("strang", "takahashi-imada")
    for precision in ("double", "single")
    for name, speed, frozen in (
        ("frozen", BETWEEN, True),
        ("each kick", EACH_KICK, False),
        ("between", BETWEEN, False),
    )
} | {
    "absorbing": (ABSORBED, Numerics(t_final=20.0, samples=6, tolerance=1e-2, boundary="absorbing")),
    "absorbing plane": (
        replace(ABSORBED, dimension=2),
        Numerics(t_final=6.0, samples=6, tolerance=1e-2, box_length=110.0, boundary="absorbing"),
    ),
    "classical": (replace(LINE, classical=True), asked(samples=6, t_final=8.0)),
    "classical, frozen plane": (replace(PLANE, classical=True, frozen=True), asked(samples=4, t_final=6.0)),
    "classical, filtered": (replace(FILTERED, classical=True), asked(samples=4)),
    "filtered": (FILTERED, ASKED),
    "filtered, single": (FILTERED, asked(precision="single")),
    "escaping": (ESCAPING, Numerics(t_final=100.0, samples=13, box_length=TWO_PI * 16)),
    "escaping, classical": (
        replace(ESCAPING, classical=True),
        Numerics(t_final=100.0, samples=9, box_length=TWO_PI * 16),
    ),
    "escaping at once": (
        replace(LINE, packet_width=4.7),
        asked(box_length=TWO_PI * 16, edge_tolerance=1e-3),
    ),
    "uneven": (LINE, asked(samples=11, t_final=9.0)),
}
# The whole product is slow; these touch every part of what is saved.
QUICK = {
    *("1, strang, double, each kick", "1, strang, single, between", "1, takahashi-imada, single, each kick"),
    *(
        "1, takahashi-imada, double, frozen",
        "2, strang, single, frozen",
        "2, takahashi-imada, double, between",
    ),
    *("absorbing", "classical", "filtered, single", "escaping", "escaping at once", "uneven"),
}
HARD = (
    replace(LINE, disorder=3.0),
    Numerics(t_final=20.0, samples=5, box_length=TWO_PI * 32, max_grid=512),
)


@cache
def wisdom_of(shape, precision):
    return Plans(shape, precision=precision).wisdom


def fresh_plans(task):
    """The same transforms in other buffers, as another process has them."""
    shape, precision = resolve(*task).grid.shape, task[1].precision
    return Plans(shape, wisdom_of(shape, precision), precision=precision)


def finished(simulation):
    for _ in simulation:
        pass
    return simulation.trajectory()


def assert_same(found, expected):
    assert (found.status, found.reason) == (expected.status, expected.reason)
    assert found.series.keys() == expected.series.keys()
    for name, values in expected.series.items():
        assert found.series[name].tobytes() == values.tobytes(), name
    assert [(name, repr(value)) for name, value in found.scalars.items()] == [
        (name, repr(value)) for name, value in expected.scalars.items()
    ]


def saved_everywhere(task):
    """The trajectory of an undisturbed run, and its checkpoints at every sample."""
    simulation = Simulation(*task, plans=fresh_plans(task))
    saved = [simulation.checkpoint(), *(simulation.checkpoint() for _ in simulation)]
    return simulation.trajectory(), saved


# ---- the same bits


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_cut_at_any_sample_it_ends_in_the_same_bits(name):
    task = CASES[name]
    expected, saved = saved_everywhere(task)
    assert len(saved) >= expected.t.size
    assert expected.status == ("escaped" if name.startswith("escaping") else "complete")
    plans = fresh_plans(task)
    for record in saved:
        assert_same(finished(Simulation(*task, plans=plans, checkpoint=record)), expected)


def test_the_cases_are_what_they_say():
    """Fields synthesised at each kick, and interpolated; a change of how steps are chosen tells here."""
    kicks = {name: resolve(*task).kicks for name, task in CASES.items()}
    assert {kicks[name] for name in kicks if name.endswith("each kick")} == {1}
    assert min(kicks[name] for name in kicks if name.endswith("between")) >= 3


@pytest.fixture
def misjudged(monkeypatch):
    """A priori steps four times as long as they should be."""
    honest = resolve(*HARD).dt
    monkeypatch.setattr("physics.resolution.longest_step", lambda *_: 4.0 * honest)
    return HARD


def test_cut_in_any_attempt_it_ends_in_the_same_bits(misjudged):
    expected, saved = saved_everywhere(misjudged)
    assert resolve(*misjudged).dt / expected.scalars["dt"] in (2.0, 4.0)
    plans, attempts = fresh_plans(misjudged), set()
    for record in saved:
        simulation = Simulation(*misjudged, plans=plans, checkpoint=record)
        attempts.add(simulation.attempt)
        assert_same(finished(simulation), expected)
    assert attempts >= {0, 1}


def test_a_wave_function_that_breaks_ends_in_the_same_bits(monkeypatch):
    exact = StrangPropagator.advance

    def breaks(self, psi, t, steps):
        return exact(self, psi, t, steps) * (np.nan if t >= 8.0 else 1.0)

    monkeypatch.setattr(StrangPropagator, "advance", breaks)
    task = replace(LINE, classical=True), asked(integrator="strang")
    expected, saved = saved_everywhere(task)
    assert expected.status == "invalid"
    assert 1 < expected.t.size < 7
    for record in saved:
        assert_same(finished(Simulation(*task, plans=fresh_plans(task), checkpoint=record)), expected)


@pytest.mark.parametrize("pieces", [(1, 1, 1, 1, 1), (4, 5)])
def test_cut_again_and_again_it_ends_in_the_same_bits(pieces):
    task, record = (replace(LINE, classical=True), ASKED), None
    plans = fresh_plans(task)
    for piece in pieces:
        simulation = Simulation(*task, plans=plans, checkpoint=record)
        for _, _ in zip(range(piece), simulation, strict=False):
            pass
        record = simulation.checkpoint()
    assert_same(finished(Simulation(*task, plans=plans, checkpoint=record)), undisturbed(task))


@cache
def undisturbed(task):
    return finished(Simulation(*task, plans=fresh_plans(task)))


def test_another_process_ends_in_the_same_bits():
    task = replace(PLANE, classical=True), asked(samples=4, t_final=6.0)
    expected, saved = saved_everywhere(task)
    wisdom = wisdom_of(resolve(*task).grid.shape, "double")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert_same(pool.apply(continued, (task, wisdom, saved[1])), expected)


def continued(task, wisdom, record):
    return finished(Simulation(*task, Plans(resolve(*task).grid.shape, wisdom), checkpoint=record))


def test_a_resolution_of_ones_own_goes_on():
    found = resolve(LINE, ASKED).finer()
    simulation = Simulation(LINE, ASKED, fresh_plans((LINE, ASKED)), resolution=found)
    next(iter(simulation))
    record = simulation.checkpoint()
    again = Simulation(LINE, ASKED, fresh_plans((LINE, ASKED)), resolution=found, checkpoint=record)
    assert_same(finished(again), finished(simulation))
    with pytest.raises(CheckpointError, match=r"checkpoint: expected resolution \{'dt': .*, got \{'dt':"):
        Simulation(LINE, ASKED, checkpoint=record)


def test_simulate_is_a_loop_over_it():
    expected = simulate(LINE, ASKED, plans=fresh_plans((LINE, ASKED)))
    assert_same(undisturbed((LINE, ASKED)), expected)


def test_saving_leaves_the_simulation_alone():
    """Nor does a loop that is left and taken up, or another user of its transforms in between."""
    plans = fresh_plans((LINE, ASKED))
    simulation = Simulation(LINE, ASKED, plans)
    for sample in simulation:
        assert simulation.checkpoint() == simulation.checkpoint()
        plans.psi[...], plans.half[...], plans.real[...] = 1.0, 2.0, 3.0
        if sample == 3:
            break
    assert list(simulation) == [4, 5, 6]
    assert_same(simulation.trajectory(), undisturbed((LINE, ASKED)))


def test_what_is_read_is_what_was_written():
    """Also the force: made anew it may differ, for the last step ends at its time up to rounding."""
    scenario = replace(LINE, classical=True)
    task = Task(scenario, ASKED, resolve(scenario, ASKED), attempts=3)
    recorded, cloud = Moment(*MOMENT), Cloud(*np.random.default_rng(0).normal(size=(3, 5, 1)))
    place = Place(2, recorded, TwinMoment(cloud, ((0.0, 0.0), (0.1, 1e-300))))
    found = read(written(task, place), task)
    assert found.attempt == 2
    assert (found.moment.sample, found.moment.ended) == (4, True)
    assert found.moment.state.tobytes() == recorded.state.tobytes()
    assert found.moment.shadow.tobytes() == recorded.shadow.tobytes()
    assert found.moment.state.dtype == np.complex64
    assert repr((found.moment.rows, found.moment.shadows)) == repr((recorded.rows, recorded.shadows))
    for name in ("position", "momentum", "force"):
        np.testing.assert_array_equal(getattr(found.twin.cloud, name), getattr(cloud, name))
    assert found.twin.rows == place.twin.rows


STATES = np.array([[1.0 + 2.0j, -0.0, np.nan], [3.0, 4.0j, 5e-30]], np.complex64)
MOMENT = (4, *STATES, ({"t": 0.1, "x": np.nan},), ({"sample": 0.0, "x": -0.0},), True)


# ---- how far it is


def test_progress_goes_from_nothing_to_all():
    simulation = Simulation(LINE, ASKED)
    seen = [simulation.progress, *(simulation.progress for _ in simulation)]
    np.testing.assert_allclose(seen, np.linspace(0.0, 1.0, 7))
    assert simulation.progress == 1.0


def test_progress_counts_the_classical_trajectories():
    simulation = Simulation(replace(LINE, classical=True), ASKED)
    seen = [simulation.progress, *(simulation.progress for _ in simulation)]
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 13
    assert seen[6] == 0.5
    assert seen[-1] < simulation.progress == 1.0


def test_progress_falls_when_a_step_is_halved(misjudged):
    """What is done is then a third of what there is to do."""
    simulation = Simulation(*misjudged)
    seen = [(simulation.attempt, sample, simulation.progress) for sample in simulation]
    assert [sample for attempt, sample, _ in seen if attempt == 1] == [1, 2, 3, 4]
    assert [progress for attempt, _, progress in seen if attempt == 0][-1] == 1.0
    np.testing.assert_allclose([x for a, _, x in seen if a == 1], 1 / 3 + 2 / 3 * np.arange(1, 5) / 4)


def test_progress_follows_the_work():
    """Half of it at about half of the time, on a run whose samples cost alike."""
    simulation, spent = Simulation(PLANE, asked(samples=25, t_final=12.0)), [time.process_time()]
    halfway = 0.0
    for _ in simulation:
        spent.append(time.process_time())
        halfway = halfway or (spent[-1] if simulation.progress >= 0.5 else 0.0)
    assert 0.25 < (halfway - spent[0]) / (spent[-1] - spent[0]) < 0.75


def test_a_trajectory_is_there_at_the_end():
    simulation = Simulation(LINE, ASKED)
    next(iter(simulation))
    with pytest.raises(InputError, match=r"trajectory: expected .* at sample 1 of 7; iterate further"):
        simulation.trajectory()


# ---- whose place it is


TASK = Task(LINE, ASKED, resolve(LINE, ASKED), attempts=3)


@cache
def saved():
    simulation = Simulation(LINE, ASKED, fresh_plans((LINE, ASKED)))
    next(iter(simulation))
    return simulation.checkpoint()


def refused(record, match, scenario=LINE, numerics=ASKED):
    with pytest.raises(CheckpointError, match=match) as refusal:
        Simulation(scenario, numerics, checkpoint=record)
    assert isinstance(refusal.value, PhysicsError)
    assert isinstance(refusal.value, ValueError)
    for part in ("expected", "got", "start anew"):
        assert part in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"disorder": 1.1}, r"expected scenario \{'disorder': 1.1\}, got \{'disorder': 1.0\}"),
        ({"realization": 1}, "expected scenario {'realization': 1}"),
        ({"frozen": True}, "expected scenario {'frozen': True}"),
        ({"classical": True}, "expected scenario {'classical': True}"),
        ({"energy_filter": (1.0, 0.3)}, r"'energy_filter': \[1.0, 0.3\]"),
    ],
)
def test_another_scenarios_checkpoint_is_refused(change, match):
    refused(saved(), match, scenario=replace(LINE, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"samples": 8},
        {"t_final": 17.0},
        {"precision": "single"},
        {"tolerance": 5e-3},
        {"integrator": "strang"},
    ],
)
def test_another_numerics_checkpoint_is_refused(change):
    refused(saved(), f"expected numerics {{'{next(iter(change))}': ", numerics=replace(ASKED, **change))


def test_another_versions_checkpoint_is_refused(monkeypatch):
    record = saved()
    monkeypatch.setattr("physics.checkpoint.PHYSICS_VERSION", "next")
    refused(record, "expected physics version next, got 3")
    monkeypatch.setattr("physics.checkpoint.FORMAT", FORMAT + 1)
    refused(record, "expected format 2, got 1")


def test_an_attempt_too_many_is_refused(misjudged):
    """A resolution of one's own is never refined."""
    simulation = Simulation(*misjudged)
    while simulation.attempt == 0:
        next(iter(simulation))
    with pytest.raises(CheckpointError, match="expected one of 1 attempts, got attempt 2; start anew"):
        Simulation(*misjudged, resolution=resolve(*misjudged), checkpoint=simulation.checkpoint())


@given(st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_refused(place, mask):
    record = bytearray(saved())
    record[place % len(record)] ^= mask
    with pytest.raises(CheckpointError, match=r"checkpoint: expected .*; start anew"):
        read(bytes(record), TASK)


@given(st.integers(0))
def test_a_torn_checkpoint_is_refused(size):
    with pytest.raises(CheckpointError, match=r"checkpoint: expected .*; start anew"):
        read(saved()[: size % len(saved())], TASK)


@pytest.mark.parametrize("record", [b"", b"\0" * 100, "text", 7, saved.__wrapped__])
def test_what_is_no_checkpoint_is_refused(record):
    refused(record, "checkpoint: expected")


def test_what_follows_a_checkpoint_is_refused():
    refused(saved() + b"\0", "damaged")


def test_equal_numbers_are_the_same_task():
    """A whole number or one of NumPy's, where the point is the same."""
    same = replace(LINE, disorder=1, packet_width=np.float64(2.0), seed=np.int8(0))
    assert same == LINE
    assert_same(
        finished(Simulation(same, ASKED, fresh_plans((LINE, ASKED)), checkpoint=saved())),
        undisturbed((LINE, ASKED)),
    )


def test_a_checkpoint_says_what_it_is():
    """The line, a digest of the rest, and a header that any reader of JSON understands."""
    record = saved()
    assert record.startswith(MAGIC)
    start = len(MAGIC) + DIGEST_SIZE
    assert record[len(MAGIC) : start] == hashlib.sha256(record[start:]).digest()
    size = int.from_bytes(record[start : start + LENGTH_SIZE], "little")
    header = json.loads(record[start + LENGTH_SIZE :][:size])
    assert header["scenario"]["disorder"] == 1.0
    assert (header["attempt"], header["sample"], header["format"]) == (0, 1, FORMAT)
    assert header["resolution"]["dt"] == resolve(LINE, ASKED).dt
    # Two states of 16 bytes a point, and little else.
    states = 2 * 16 * resolve(LINE, ASKED).grid.shape[0]
    assert states < len(record) < states + 8192
