"""The scheduler alone: every failure at every step, with no process in sight."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.chunk import Chunk
from sweep.engine.agenda import LOOKAHEAD
from sweep.engine.causes import Cause
from sweep.engine.commands import Kill, Run, Start
from sweep.engine.policy import Policy
from sweep.engine.scheduler import STILLBORN, Scheduler
from sweep.engine.stops import Stop
from tests.sweep.engine.world import CRASHES, TRIALS, World, chunk, numbers

STATUS = {Cause.CRASH: "lost", Cause.MEMORY: "lost", Cause.RAISED: "error", Cause.TIMEOUT: "timeout"}


def test_workers_start_as_they_are_needed_and_get_a_chunk_each_once_they_are_up() -> None:
    scheduler = Scheduler(Policy(), 4)
    scheduler.offer([chunk(0), chunk(1)])
    assert list(scheduler.commands(0.0)) == [Start(0), Start(1)]
    scheduler.up(1)
    assert list(scheduler.commands(0.0)) == [Run(1, chunk(0))]
    assert list(scheduler.commands(0.0)) == []
    assert scheduler.finished(1, 1.0) == chunk(0)
    assert list(scheduler.commands(1.0)) == [Run(1, chunk(1))]


def test_long_chunks_go_first_among_those_offered_together_and_earlier_offers_before_later() -> None:
    world = World.of([chunk(0), chunk(1, 2, 3), chunk(4, 5)])
    world.scheduler.offer([chunk(*range(6, 16))])
    world.to_the_end()
    assert [len(run.chunk.trials) for run in world.runs] == [3, 2, 1, 10]


def test_a_generator_is_drawn_from_as_room_allows() -> None:
    drawn = 0

    def endless() -> Iterator[Chunk]:
        nonlocal drawn
        while True:
            drawn += 1
            yield chunk(drawn % len(TRIALS))

    scheduler = Scheduler(Policy(), 3)
    scheduler.offer(endless())
    list(scheduler.commands(0.0))
    for worker in range(3):
        scheduler.up(worker)
    for _ in range(50):
        list(scheduler.commands(0.0))
        for worker in scheduler.running:
            scheduler.finished(worker, 0.0)
    assert drawn <= LOOKAHEAD + 150 + 3


def test_a_death_is_charged_to_the_chunk_that_was_running_and_to_no_other() -> None:
    world = World.of([chunk(0), chunk(1)], workers=2)
    world.obey()
    world.wake()
    world.fail(0, Cause.CRASH)
    assert numbers(world.scheduler.running[1]) == [1]
    world.wake()
    assert [run.attempt for run in world.runs] == [1, 1, 2]
    world.to_the_end()
    assert world.landed == {0: 1, 1: 1}
    assert not world.recorded


@pytest.mark.parametrize("cause", CRASHES)
@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_the_trial_that_does_it_is_found_and_written_down_and_its_neighbours_complete(cause, size) -> None:
    for guilty in range(size):
        world = World.of([chunk(*range(size)), chunk(9, 10)])
        world.to_the_end({guilty: cause})
        assert world.landed == dict.fromkeys([*range(size), 9, 10], 1)
        (number,) = world.recorded
        record = world.recorded[number]
        assert number == guilty
        assert record.status == STATUS[cause]
        assert f"trial {guilty}" in record.reason
        assert cause.value in record.reason
        assert record.traceback == "a traceback"
        assert record.attempt >= 1 + (size > 1)


@pytest.mark.parametrize("cause", [Cause.ELSEWHERE])
def test_a_death_elsewhere_is_not_charged_however_often_it_happens(cause) -> None:
    world = World.of([chunk(0, 1)])
    for _ in range(50):
        world.obey()
        world.wake()
        while not world.busy:
            world.wait(10.0)
            world.wake()
        world.fail(min(world.busy), cause)
    world.to_the_end()
    assert world.landed == {0: 1, 1: 1}
    assert {run.attempt for run in world.runs} == {1}
    assert {len(run.chunk.trials) for run in world.runs} == {2}


def undisturbed_steps(workers: int) -> int:
    world = World.of([chunk(0, 1, 2), chunk(3), chunk(4, 5)], workers)
    world.to_the_end()
    return len(world.runs)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_failure_at_any_step_once_costs_no_trial(workers) -> None:
    for cause, step in product(Cause, range(undisturbed_steps(workers) + 1)):
        world = World.of([chunk(0, 1, 2), chunk(3), chunk(4, 5)], workers)
        for _ in range(step):
            world.obey()
            world.wake()
            world.finish(min(world.busy)) if world.busy else None
        world.obey()
        if cause is Cause.START and world.starting:
            world.fail(min(world.starting), cause)
        elif world.busy and cause is not Cause.START:
            world.fail(min(world.busy), cause)
        world.to_the_end()
        assert world.landed == dict.fromkeys(range(6), 1), (cause, step)
        assert len(world.recorded) <= (cause is Cause.TIMEOUT)


@pytest.mark.parametrize(("first", "second"), list(product(Cause, repeat=2)))
def test_any_two_failures_in_a_row_end_every_trial_once(first, second) -> None:
    world = World.of([chunk(0, 1, 2, 3), chunk(4), chunk(5)], workers=2)
    for cause in (first, second):
        world.obey()
        if cause is Cause.START:
            if world.starting:
                world.fail(min(world.starting), cause)
            continue
        world.wake()
        if world.busy:
            world.fail(min(world.busy), cause)
    world.to_the_end()
    assert world.landed == dict.fromkeys(range(6), 1)


def test_events_of_a_worker_that_is_gone_are_ignored() -> None:
    world = World.of([chunk(0)])
    world.obey()
    world.wake()
    world.fail(0, Cause.CRASH)
    assert world.scheduler.finished(0, 0.0) is None
    world.scheduler.failed(0, 0.0, Cause.CRASH, "again")
    world.scheduler.up(0)
    world.to_the_end()
    assert world.landed == {0: 1}


def test_workers_that_never_start_end_the_job_and_cost_no_trial() -> None:
    world = World.of([chunk(0)])
    for _ in range(STILLBORN):
        while not world.starting:
            world.wait(1.0)
        world.fail(min(world.starting), Cause.START, "no such store")
    assert "no such store" in str(world.given_up)
    assert not world.landed


def test_one_worker_that_does_not_start_is_replaced() -> None:
    world = World.of([chunk(0)])
    for _ in range(2):
        while not world.starting:
            world.wait(1.0)
        world.fail(min(world.starting), Cause.START)
    world.to_the_end()
    assert world.given_up is None
    assert world.landed == {0: 1}


def test_a_pool_that_does_not_come_up_is_not_waited_for_for_ever() -> None:
    world = World.of([chunk(0)], policy=Policy(start_timeout=100.0))
    world.obey()
    world.wait(99.0)
    assert world.given_up is None
    world.wait(2.0)
    assert "100 s" in str(world.given_up)


def test_a_chunk_past_its_deadline_is_killed_and_told_apart() -> None:
    world = World.of([chunk(0, 1)], policy=Policy(floor=30.0))
    world.obey()
    world.wake()
    world.wait(29.0)
    assert world.busy
    world.wait(2.0)
    assert not world.busy
    world.to_the_end()
    assert [numbers(run.chunk) for run in world.runs] == [[0, 1], [0], [1]]
    assert not world.recorded


def test_a_lone_trial_that_hangs_becomes_a_row_and_says_how_long_it_was_given() -> None:
    world = World.of([chunk(0)], policy=Policy(timeout=7.0))
    world.obey()
    world.wake()
    world.wait(8.0)
    assert world.recorded[0].status == "timeout"
    assert "8 s" in world.recorded[0].reason


def test_what_a_slow_machine_takes_becomes_the_deadline() -> None:
    costly = Chunk.of(TRIALS[:1])
    pace = 50.0 * max(costly.cost, 1e-9)
    policy = Policy(floor=0.0)
    assert policy.allowance(pace, 2) == pytest.approx(10.0 * pace)
    assert policy.allowance(pace, 1) == pytest.approx(25.0 * pace)


def test_a_full_store_is_tried_again_later_and_then_the_job_gives_up() -> None:
    world = World.of([chunk(0, 1)], policy=Policy(patience=100.0))
    tried = []
    world.obey()
    while world.given_up is None:
        world.wake()
        while not world.busy:
            world.wait(0.5)
            world.wake()
        tried.append(world.now)
        world.fail(min(world.busy), Cause.FAULT, "no space left")
    assert world.now >= 100.0
    assert 5 <= len(tried) <= 20
    assert "no space left" in world.given_up
    assert not world.landed


def test_a_chunk_that_fails_on_a_bad_node_is_given_to_another_worker() -> None:
    world = World.of([chunk(n) for n in range(12)], workers=2)
    world.obey()
    world.wake()
    bad = 0
    while not (world.scheduler.done or world.given_up):
        if not world.busy:
            world.wait(0.5)
            world.wake()
        elif bad in world.busy:
            world.fail(bad, Cause.FAULT, "no such mount")
        else:
            world.now += 2.0
            world.finish(min(world.busy))
            world.wake()
    assert world.given_up is None
    assert world.landed == dict.fromkeys(range(12), 1)
    assert not world.recorded


def test_a_worker_that_fails_again_and_again_is_replaced() -> None:
    world = World.of([chunk(0)])
    world.obey()
    world.wake()
    while 0 in world.busy or world.idle:
        while not world.busy:
            world.wait(0.5)
        world.fail(0, Cause.FAULT, "no such mount")
    world.to_the_end()
    assert max(world.started) == 1
    assert world.landed == {0: 1}


def test_a_bad_node_among_good_ones_is_tried_less_and_less_often_and_ends_nothing() -> None:
    world = World.of([chunk(n % 24) for n in range(200)], workers=2)
    world.obey()
    world.scheduler.up(0)
    world.starting.remove(0)
    world.idle.add(0)
    starts = []
    world.obey()
    while not world.scheduler.done:
        world.wait(1.0)
        for worker in sorted(world.starting):
            starts.append(world.now)
            world.fail(worker, Cause.START, "no such store")
        if world.busy:
            world.finish(min(world.busy))
    assert world.given_up is None
    assert 5 <= len(starts) <= 12


def test_a_store_in_trouble_is_waited_for_though_no_worker_comes_up_meanwhile() -> None:
    world = World.of([chunk(0, 1)], policy=Policy(patience=100.0, start_timeout=1000.0))
    world.obey()
    world.wake()
    world.fail(0, Cause.FAULT, "no space left")
    while world.now < 60.0 and world.given_up is None:
        for worker in sorted(world.starting):
            world.fail(worker, Cause.START, "no space left")
        if world.busy:
            world.fail(min(world.busy), Cause.FAULT, "no space left")
        world.wait(1.0)
    assert world.given_up is None
    world.to_the_end()
    assert world.landed == {0: 1, 1: 1}


def test_a_store_that_recovers_costs_nothing() -> None:
    world = World.of([chunk(0, 1)])
    world.obey()
    world.wake()
    for _ in range(3):
        world.fail(min(world.busy), Cause.FAULT)
        while not world.busy:
            world.wait(1.0)
    world.to_the_end()
    assert world.landed == {0: 1, 1: 1}
    assert not world.recorded


def test_a_worker_is_replaced_after_so_many_trials() -> None:
    world = World.of([chunk(n) for n in range(6)], policy=Policy(recycle=2))
    world.to_the_end()
    assert [run.worker for run in world.runs] == [0, 0, 1, 1, 2, 2]


def test_idle_workers_end_when_no_work_will_come() -> None:
    scheduler = Scheduler(Policy(), 2)
    scheduler.offer([chunk(0), chunk(1)])
    list(scheduler.commands(0.0))
    for worker in (0, 1):
        scheduler.up(worker)
    list(scheduler.commands(0.0))
    scheduler.finished(0, 1.0)
    assert list(scheduler.commands(1.0)) == []
    scheduler.complete = True
    assert list(scheduler.commands(1.0)) == [Kill(0)]


def test_more_workers_are_started_when_there_is_room_and_idle_ones_end_when_there_is_not() -> None:
    world = World.of([chunk(n) for n in range(9)])
    world.obey()
    world.wake()
    world.scheduler.workers = 3
    world.obey()
    world.wake()
    assert len(world.busy) == 3
    world.scheduler.workers = 1
    world.finish(1)
    world.finish(2)
    assert len(world.busy) + len(world.idle) <= 2
    world.to_the_end()
    assert world.landed == dict.fromkeys(range(9), 1)


def test_fail_fast_gives_out_no_more_work() -> None:
    world = World.of([chunk(n) for n in range(5)], workers=2, policy=Policy(fail_fast=True))
    world.obey()
    world.wake()
    world.finish(0, failures=True)
    world.finish(1)
    assert world.scheduler.stopped is Stop.FAIL_FAST
    assert world.scheduler.done
    assert world.landed == {0: 1, 1: 1}


class TestStopping:
    def test_what_runs_may_finish(self) -> None:
        world = World.of([chunk(n) for n in range(4)], workers=2)
        world.obey()
        world.wake()
        world.scheduler.stop(Stop.INTERRUPTED, world.now, 10.0)
        world.wait(5.0)
        world.finish(0)
        assert not world.scheduler.done
        world.finish(1)
        assert world.scheduler.done
        assert world.landed == {0: 1, 1: 1}

    def test_and_is_killed_after_its_time_or_at_once(self) -> None:
        for second in (None, 0.0):
            world = World.of([chunk(n) for n in range(4)], workers=2)
            world.obey()
            world.wake()
            world.scheduler.stop(Stop.INTERRUPTED, world.now, 10.0)
            world.wait(9.0)
            if second is None:
                world.wait(1.0)
            else:
                world.scheduler.stop(Stop.INTERRUPTED, world.now, second)
                world.obey()
            assert world.scheduler.done
            assert not world.busy
            assert not world.landed

    def test_the_walltime_lets_nothing_start_that_would_not_end_in_time(self) -> None:
        long, short = chunk(*range(20)), chunk(20)
        policy = Policy(last_moment=long.cost)
        assert short.cost < long.cost / 2.0
        world = World.of([long, short], policy=policy)
        world.obey()
        world.wake()
        assert [numbers(run.chunk) for run in world.runs] == [[20]]
        world.finish(0)
        assert world.scheduler.done
        assert world.scheduler.stopped is Stop.WALLTIME

    def test_nothing_runs_after_the_last_moment(self) -> None:
        world = World.of([chunk(0), chunk(1)], policy=Policy(last_moment=2000.0, floor=1e6))
        world.obey()
        world.wake()
        world.wait(2000.0)
        assert not world.busy
        assert world.scheduler.done

    def test_a_walltime_that_suffices_is_not_mentioned(self) -> None:
        world = World.of([chunk(0), chunk(1)], policy=Policy(last_moment=2000.0))
        world.to_the_end()
        assert world.scheduler.stopped is None


class TestCancelling:
    def test_queued_trials_get_a_row_and_their_neighbours_run(self) -> None:
        world = World.of([chunk(0), chunk(1, 2, 3)])
        world.scheduler.cancel({TRIALS[2].trial_id}, 0.0, "not wanted")
        world.to_the_end()
        assert world.landed == dict.fromkeys(range(4), 1)
        assert world.recorded.keys() == {2}
        assert world.recorded[2].status == "cancelled"
        assert world.recorded[2].reason == "not wanted"

    def test_running_trials_are_killed_and_their_neighbours_are_not_charged(self) -> None:
        world = World.of([chunk(0, 1, 2)])
        world.obey()
        world.wake()
        world.scheduler.cancel({TRIALS[1].trial_id}, 0.0, "not wanted")
        world.obey()
        assert not world.busy
        world.to_the_end()
        assert world.landed == dict.fromkeys(range(3), 1)
        assert world.recorded.keys() == {1}
        assert world.runs[-1].attempt == 1

    def test_what_has_landed_stays(self) -> None:
        world = World.of([chunk(0), chunk(1)])
        world.obey()
        world.wake()
        world.finish(0)
        world.scheduler.cancel({trial.trial_id for trial in TRIALS}, 0.0, "all")
        world.to_the_end()
        assert world.landed == {0: 1, 1: 1}
        assert world.recorded.keys() == {1}

    def test_trials_that_are_offered_later_are_cancelled_too_unless_asked_for_again(self) -> None:
        world = World.of([chunk(0)])
        ids = {TRIALS[n].trial_id for n in (1, 2)}
        world.scheduler.cancel(ids, 0.0, "not wanted")
        world.scheduler.spare([TRIALS[2].trial_id])
        world.scheduler.offer([chunk(1), chunk(2)])
        world.to_the_end()
        assert world.recorded.keys() == {1}
        assert world.landed == {0: 1, 1: 1, 2: 1}


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["up", "finish", "wait", "resize", "cancel", *Cause]), st.integers(0, 30)),
    max_size=120,
)


@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    workers=st.integers(1, 4),
    actions=ACTIONS,
    policy=st.builds(Policy, recycle=st.integers(1, 5), patience=st.just(1e9), first_wait=st.just(1e-9)),
)
def test_whatever_happens_every_trial_ends_once(sizes, workers, actions, policy) -> None:
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    world = World.of([chunk(*range(a, a + n)) for a, n in zip(starts, sizes, strict=True)], workers, policy)
    cancelled = set()
    world.obey()
    for action, pick in actions:
        busy, starting = sorted(world.busy), sorted(world.starting)
        if world.given_up:
            return
        if action == "up":
            world.wake()
        elif action == "wait":
            world.wait(float(pick))
        elif action == "resize":
            world.scheduler.workers = 1 + pick % 4
            world.obey()
        elif action == "cancel":
            number = pick % sum(sizes)
            cancelled.add(number)
            world.scheduler.cancel({TRIALS[number].trial_id}, world.now, "not wanted")
            world.obey()
        elif action is Cause.START and starting:
            world.fail(starting[pick % len(starting)], action)
        elif action == "finish" and busy:
            world.finish(busy[pick % len(busy)])
        elif isinstance(action, Cause) and action is not Cause.START and busy:
            world.fail(busy[pick % len(busy)], action)
    world.to_the_end()
    if world.given_up:
        return
    assert world.landed == dict.fromkeys(range(sum(sizes)), 1)
    for number, record in world.recorded.items():
        assert (record.status == "cancelled") <= (number in cancelled)


@given(
    workers=st.integers(1, 3),
    poison=st.dictionaries(st.integers(0, 11), st.sampled_from(CRASHES), max_size=3),
)
def test_only_poison_is_written_down(workers, poison) -> None:
    world = World.of([chunk(*range(0, 6)), chunk(*range(6, 9)), chunk(*range(9, 12))], workers)
    world.to_the_end(poison)
    assert world.landed == dict.fromkeys(range(12), 1)
    assert {number: record.status for number, record in world.recorded.items()} == {
        number: STATUS[cause] for number, cause in poison.items()
    }
