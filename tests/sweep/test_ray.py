"""The main job's backend: Ray actors on this machine, and what happens when they die."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, run
from tests.sweep.conftest import SMALL
from tests.sweep.rows import series_rows, trial_rows

LONGER = SMALL.replace("n = 6", "n = 24").replace("samples = 16", "samples = 200")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("ray") / "undisturbed"
    run(SweepSpec.from_text(LONGER), path, backend="serial")
    return ExperimentStore(path)


def started(spec: Path, store: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sweep.cli", "run", str(spec), "--store", str(store), "--workers", "2"]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def fragments(store: Path) -> int:
    return len(list((store / "fragments").glob("*-a*"))) if store.exists() else 0


def descendants(pid: int) -> list[int]:
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *descendants(int(child))]
    return found


def actors(pid: int) -> list[int]:
    """Worker processes of a driver's Ray that hold one of our actors."""
    named = {
        p: Path(f"/proc/{p}/cmdline").read_bytes() for p in descendants(pid) if Path(f"/proc/{p}").exists()
    }
    return [p for p, name in named.items() if name.startswith(b"ray::_Actor")]


def wait_until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the actors through /proc")
def test_an_actor_and_then_the_driver_are_killed_and_the_rows_are_those_of_an_undisturbed_run(
    undisturbed: ExperimentStore, tmp_path: Path
) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(LONGER)
    store = tmp_path / "store"
    driver = started(spec, store)
    wait_until(lambda: bool(actors(driver.pid)))
    os.kill(actors(driver.pid)[0], signal.SIGKILL)
    wait_until(lambda: fragments(store) >= 1 or driver.poll() is not None)
    if driver.poll() is None:
        os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    again = started(spec, store)
    assert again.wait(timeout=120) == 0
    assert trial_rows(ExperimentStore(store)) == trial_rows(undisturbed)
    assert series_rows(ExperimentStore(store)) == series_rows(undisturbed)
