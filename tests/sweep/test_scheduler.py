"""The scheduler alone: every crash at every step, with no process in sight."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from physics import Numerics, Scenario
from sweep.chunk import Chunk
from sweep.scheduler import STILLBORN, TRIAL_CRASHES, Bury, GiveUp, Respawn, Run, Scheduler
from sweep.trial import Trial

BASE = Trial(Scenario(disorder=1.0, wavenumber=0.4), Numerics(t_final=10.0))
TRIALS = [replace(BASE, scenario=replace(BASE.scenario, realization=r)) for r in range(12)]


def chunk(*realizations: int) -> Chunk:
    return Chunk.of([TRIALS[r] for r in realizations])


def test_chunks_go_out_in_order_one_per_worker() -> None:
    scheduler = Scheduler(2)
    scheduler.offer([chunk(0), chunk(1), chunk(2)])
    assert list(scheduler.commands()) == [Run(0, chunk(0)), Run(1, chunk(1))]
    assert list(scheduler.commands()) == []
    scheduler.finished(1)
    assert list(scheduler.commands()) == [Run(1, chunk(2))]


def test_a_death_is_charged_to_the_chunk_that_was_running() -> None:
    scheduler = Scheduler(2)
    scheduler.offer([chunk(0), chunk(1)])
    list(scheduler.commands())
    scheduler.crashed(0, "gone")
    assert list(scheduler.commands()) == [Respawn(0), Run(0, chunk(0))]
    assert scheduler.running[1] == chunk(1)


def test_a_lone_trial_that_kills_its_process_is_written_down_as_lost() -> None:
    scheduler = Scheduler(1)
    scheduler.offer([chunk(5)])
    for _ in range(TRIAL_CRASHES):
        commands = list(scheduler.commands())
        assert commands[-1] == Run(0, chunk(5))
        scheduler.crashed(0, "killed by SIGSEGV")
    burial = next(iter(scheduler.commands()))
    assert isinstance(burial, Bury)
    assert burial.chunk == chunk(5)
    assert "SIGSEGV" in burial.reason
    assert scheduler.done


def test_a_death_elsewhere_is_not_charged_however_often_it_happens() -> None:
    scheduler = Scheduler(1)
    scheduler.offer([chunk(0, 1)])
    for _ in range(20):
        assert list(scheduler.commands())[-1] == Run(0, chunk(0, 1))
        scheduler.crashed(0, "node lost", "elsewhere")
    assert list(scheduler.commands())[-1] == Run(0, chunk(0, 1))


def test_an_idle_worker_that_dies_is_replaced() -> None:
    scheduler = Scheduler(2)
    scheduler.crashed(1, "gone", "elsewhere")
    assert list(scheduler.commands()) == [Respawn(1)]
    scheduler.offer([chunk(0), chunk(1)])
    assert list(scheduler.commands()) == [Run(0, chunk(0)), Run(1, chunk(1))]


def test_workers_that_never_start_end_the_job_and_cost_no_trial() -> None:
    scheduler = Scheduler(1)
    scheduler.offer([chunk(0)])
    for _ in range(STILLBORN):
        assert list(scheduler.commands())[-1] == Run(0, chunk(0))
        scheduler.crashed(0, "no such store", "start")
    (end,) = scheduler.commands()
    assert isinstance(end, GiveUp)
    assert "no such store" in end.reason


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    workers=st.integers(1, 3),
    poison=st.sets(st.integers(0, 11), max_size=3),
    picks=st.lists(st.integers(0, 100), max_size=400),
)
def test_every_trial_ends_once_and_only_poison_is_lost(sizes, workers, poison, picks) -> None:
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    chunks = [chunk(*range(start, start + size)) for start, size in zip(starts, sizes, strict=True)]
    scheduler = Scheduler(workers)
    scheduler.offer(chunks)
    ended: Counter[int] = Counter()
    lost: set[int] = set()
    choices = iter(picks)
    for _ in range(1000):
        for command in scheduler.commands():
            if isinstance(command, Bury):
                members = [trial.scenario.realization for trial in command.chunk.trials]
                lost |= set(members)
                ended.update(members)
        if scheduler.done:
            break
        running = sorted(scheduler.running.items())
        worker, current = running[next(choices, 0) % len(running)]
        members = [trial.scenario.realization for trial in current.trials]
        if poison & set(members):
            scheduler.crashed(worker, "poison")
        else:
            scheduler.finished(worker)
            ended.update(members)
    assert scheduler.done
    assert ended == Counter(range(sum(sizes)))
    assert lost == poison & set(range(sum(sizes)))
