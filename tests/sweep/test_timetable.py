"""Wall times of chunks on workers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.timetable import finish, workers_within

CHUNKS = st.lists(st.floats(0.1, 100.0), min_size=1, max_size=30)


def test_one_worker_takes_the_sum_and_many_the_longest() -> None:
    chunks = [[3.0, 1.0, 2.0]]
    assert finish(chunks, 1) == 6.0
    assert finish(chunks, 2) == 3.0
    assert finish(chunks, 100) == 3.0


def test_nothing_to_do_takes_no_time() -> None:
    assert finish([], 4) == 0.0
    assert finish([[], []], 4) == 0.0
    assert workers_within([], 1.0) == 1


def test_a_round_waits_for_the_one_before_the_last() -> None:
    rounds = [[4.0], [1.0], [2.0]]
    # The third may start when the first is done.
    assert finish(rounds, 9) == 6.0
    assert finish([[4.0, 1.0, 2.0]], 9) == 4.0


@given(CHUNKS, st.integers(1, 40))
def test_wall_time_is_between_its_bounds(chunks: list[float], workers: int) -> None:
    wall, longest, share = finish([chunks], workers), max(chunks), sum(chunks) / workers
    assert wall >= max(longest, share) * (1.0 - 1e-9)
    # No worker waits while there is work.
    assert wall <= share + longest + 1e-9


@given(CHUNKS, st.floats(0.1, 1000.0))
def test_the_workers_found_finish_in_time_and_one_fewer_does_not(chunks: list[float], seconds: float) -> None:
    workers = workers_within([chunks], seconds)
    if workers is None:
        assert finish([chunks], len(chunks)) > seconds
        return
    assert finish([chunks], workers) <= seconds
    assert workers == 1 or finish([chunks], workers - 1) > seconds


def test_the_longest_chunk_bounds_what_workers_can_do() -> None:
    assert workers_within([[10.0, 1.0]], 9.0) is None
    assert workers_within([[10.0, 1.0]], 10.0) == 2
    assert workers_within([[10.0, 1.0]], 11.0) == pytest.approx(1)
