"""Chunks, their names and their ledger rows."""

from hypothesis import given
from hypothesis import strategies as st

from sweep import SweepSpec
from sweep.chunk import CHUNK_TRIALS, Chunk, chunked, from_rows, point_trials, to_rows

TEXT = """
[sweep]
realizations = {realizations}
twin = {twin}
[axes]
sound_speed = {{ low = 0.0, high = 1.0 }}
[fixed]
disorder = 1.0
wavenumber = 0.4
dimension = 1
[numerics]
t_final = 40.0
tolerance = 1e-2
max_grid = 4096
"""


def spec(realizations: int = 2, twin: str = "true") -> SweepSpec:
    return SweepSpec.from_text(TEXT.format(realizations=realizations, twin=twin))


def test_each_moving_trial_is_followed_by_its_frozen_twin() -> None:
    trials = point_trials(spec(), {"sound_speed": 0.5})
    assert [(t.scenario.realization, t.scenario.frozen) for t in trials] == [
        (0, False),
        (0, True),
        (1, False),
        (1, True),
    ]
    assert trials[1].twin_of == trials[0].trial_id


def test_there_is_no_twin_where_nothing_moves_or_none_is_asked_for() -> None:
    assert len(point_trials(spec(), {"sound_speed": 0.0})) == 2
    assert len(point_trials(spec(twin="false"), {"sound_speed": 0.5})) == 2


def test_independent_realizations_give_each_point_lattices_of_its_own() -> None:
    apart = SweepSpec.from_text(TEXT.format(realizations=1, twin="false") + "\n")
    assert len({t.scenario.seed for x in (0.1, 0.2) for t in point_trials(apart, {"sound_speed": x})}) == 1
    mixed = SweepSpec.from_text(
        TEXT.format(realizations=1, twin="false").replace("[axes]", "independent_realizations = true\n[axes]")
    )
    seeds = {t.scenario.seed for x in (0.1, 0.2) for t in point_trials(mixed, {"sound_speed": x})}
    assert len(seeds) == 2
    again = {t.scenario.seed for x in (0.1, 0.2) for t in point_trials(mixed, {"sound_speed": x})}
    assert again == seeds


@given(st.integers(1, 200))
def test_chunking_keeps_every_trial_in_order_and_bounds_each_chunk(count: int) -> None:
    trials = point_trials(spec(count, "false"), {"sound_speed": 0.5})
    chunks = list(chunked(trials))
    assert [trial for chunk in chunks for trial in chunk.trials] == trials
    assert all(len(chunk.trials) <= CHUNK_TRIALS for chunk in chunks)


def test_a_name_follows_from_the_members_and_their_order() -> None:
    trials = point_trials(spec(), {"sound_speed": 0.5})
    assert Chunk.of(trials) == Chunk.of(list(trials))
    assert Chunk.of(trials).name != Chunk.of(trials[::-1]).name
    first, second = Chunk.of(trials).halves()
    assert first.trials + second.trials == tuple(trials)


def test_a_plan_survives_the_ledger() -> None:
    chunks = [Chunk.of(point_trials(spec(), {"sound_speed": x})) for x in (0.1, 0.2, 0.3)]
    assert from_rows(to_rows("plan", chunks)) == chunks
