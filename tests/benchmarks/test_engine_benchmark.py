"""The engine's benchmark runs what it says it runs, and reckons as it says it does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.engine_accounts import Account, Watch, family
from benchmarks.engine_ours import spec_of
from benchmarks.engine_rivals import Candidate, Joblib, Ours, Pool, RayTasks, Tune
from benchmarks.engine_runs import Figures, measured, swept
from benchmarks.engine_tables import busy_table, landing_table, sweep_table
from benchmarks.engine_trials import KINDS, Trip
from sweep.chunk import chunked
from sweep.planning import design_trials

ROOT = Path(__file__).parents[2]


def account(*trips: Trip) -> Account:
    return Account(0.0, Watch(), list(trips), ended=10.0, spent=[(1, 2.0), (3, 2.5)])


def test_efficiency_counts_what_both_workers_could_have_done() -> None:
    # The second worker is up at 1; the first has its last result at 4, the second at 5.
    found = account(Trip(1, 0.0, 2.0, 2.0), Trip(2, 1.0, 5.0, 5.0), Trip(1, 3.0, 4.0, 4.0))
    assert found.efficiency(tail=False) == pytest.approx((1.0 + 1.0 + 3.0) / 6.0)
    assert found.efficiency(tail=True) == pytest.approx((1.0 + 1.0 + 4.0) / 8.0)
    assert (found.first_s, found.shutdown_s, found.total_s) == (2.0, 5.0, 10.0)
    assert found.wall_ms() == pytest.approx(1e3 * 3.0 / 2.0)
    assert found.cpu_ms() == pytest.approx(1e3 * 0.5 / 2.0)


def test_a_worker_that_never_came_up_counts_as_idle() -> None:
    assert account(Trip(1, 0.0, 2.0, 2.0)).efficiency(tail=False) == pytest.approx(0.5)


def test_processor_time_of_processes_that_have_ended_counts() -> None:
    burn = "import time\nwhile time.process_time() < 1.0: pass"
    with Watch() as watch:
        before = watch.seconds()
        child = subprocess.Popen([sys.executable, "-c", burn])
        assert child.pid in set(family(os.getpid()))
        child.wait()
        assert 0.5 < watch.seconds() - before < 2.0


@pytest.mark.parametrize(
    ("name", "trials", "size"), [("sleep 1 s", 40, 10), ("compute 0.1 s", 256, 64), ("nothing", 200, 64)]
)
def test_trials_are_chunked_by_what_they_take(name: str, trials: int, size: int) -> None:
    chunks = list(chunked(design_trials(spec_of(KINDS[name], trials))))
    assert sum(len(chunk.trials) for chunk in chunks) == trials
    assert {len(chunk.trials) for chunk in chunks[:-1]} == {size}
    if KINDS[name].seconds:
        cost = chunks[0].cost / size
        assert 0.9 * KINDS[name].seconds < cost <= KINDS[name].seconds


@pytest.mark.parametrize(
    "candidate",
    [
        Pool(),
        Ours("process"),
        Joblib(),
        pytest.param(RayTasks(), marks=pytest.mark.slow),
        pytest.param(Tune(), marks=pytest.mark.slow),
        pytest.param(Ours("ray"), marks=pytest.mark.slow),
    ],
    ids=lambda candidate: candidate.name,
)
def test_each_runs_all_trials_and_says_when(candidate: Candidate) -> None:
    if (lack := candidate.lacks()) is not None:
        pytest.skip(lack)
    found = measured(candidate, KINDS["nothing"], 130)
    assert found.trials == 130
    assert 0.0 < found.first_s < found.total_s
    assert 0.0 <= found.efficiency_to_last < 0.5
    assert found.wall_ms > 0.0
    assert candidate.name in landing_table([found])


def test_a_table_compares_with_the_pool_of_the_same_repetition() -> None:
    shares = (
        (Pool.name, 0.8),
        ("ours", 0.6),
        (Pool.name, 0.5),
        ("ours", 0.5),
        (Pool.name, 1.0),
        ("ours", 0.9),
    )
    rest = {"kind": "sleep", "trials": 2, "load": 0.0, "wall_ms": 1.0, "cpu_ms": 1.0}
    rest |= {"first_s": 1.0, "shutdown_s": 1.0, "total_s": 1.0}
    runs = [Figures(name=name, efficiency=x, efficiency_to_last=x, **rest) for name, x in shares]
    lines = busy_table(runs).splitlines()
    assert "| ours | 0.900 | 60.0% (50.0-90.0) | 60.0% (50.0-90.0) |" in lines


@pytest.mark.slow
def test_a_sweep_is_measured_and_taken_up_again(tmp_path: Path) -> None:
    found = swept(Ours("process", tmp_path / "store", watch=True), tmp_path / "store", 1300)
    assert found.again_s < found.total_s
    assert found.files > 1300 // 64
    assert len(found.rss_mb) == 10
    assert "ours, process" in sweep_table([found])


def test_what_is_not_installed_is_named() -> None:
    class Absent(Pool):
        needs = ("a_module_that_is_not_there",)

    assert Absent().lacks() == "not installed: a_module_that_is_not_there"
    assert Pool().lacks() is None


def test_the_command_finds_the_packages() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "engine.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    assert "--sweep" in done.stdout
