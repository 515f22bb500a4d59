"""Ray itself in trouble: actors, driver, raylet and head are killed, and nothing is lost or charged."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, run
from tests.sweep.conftest import SMALL
from tests.sweep.engine.faults import descendants, wait_until
from tests.sweep.rows import series_rows, trial_rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes through /proc"),
]
LONGER = SMALL.replace("n = 6", "n = 96").replace("samples = 16", "samples = 100")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("ray") / "undisturbed"
    run(SweepSpec.from_text(LONGER), path, backend="process")
    return ExperimentStore(path)


class Driver:
    """The command, run in a directory, as often as is wanted."""

    def __init__(self, path: Path) -> None:
        self.store, self.spec, self.log = path / "store", path / "spec.toml", path / "log"
        self.spec.write_text(LONGER)
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "sweep.cli", "run", str(self.spec), "--store", str(self.store)]
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [*command, "--workers", "2", *options], stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(process)
        return process

    def fragments(self) -> int:
        return len(list((self.store / "fragments").glob("*-a*")))

    def said(self) -> str:
        return self.log.read_text()


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    driver = Driver(tmp_path)
    yield driver
    for process in driver.started:
        if process.poll() is None:
            process.kill()
            process.wait()


def named(pid: int, start: str) -> list[int]:
    """Processes of a driver's Ray whose program, without its directory, starts so."""
    return [
        p for p, command in descendants(pid).items() if Path(command.split(" ")[0]).name.startswith(start)
    ]


def assert_undisturbed(path: Path, undisturbed: ExperimentStore) -> None:
    store = ExperimentStore(path)
    assert trial_rows(store) == trial_rows(undisturbed)
    assert series_rows(store) == series_rows(undisturbed)


def test_actors_and_then_the_driver_are_killed(undisturbed: ExperimentStore, driver: Driver) -> None:
    process = driver.start()
    wait_until(lambda: named(process.pid, "ray::_Actor"))
    os.kill(named(process.pid, "ray::_Actor")[0], signal.SIGKILL)
    wait_until(lambda: driver.fragments() >= 1)
    os.kill(named(process.pid, "ray::_Actor")[0], signal.SIGTERM)
    wait_until(lambda: "its node was lost" in driver.said() or process.poll() is not None)
    # Ray's agents, which no trial runs in, follow within minutes.
    left = [p for kind in ("ray::_Actor", "raylet", "gcs_server") for p in named(process.pid, kind)]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left))
    assert driver.start().wait(timeout=180) == 0
    assert_undisturbed(driver.store, undisturbed)


@pytest.mark.parametrize(
    ("victim", "reason"),
    [
        ("raylet", "expected this machine to be a node of the cluster, got word that its raylet died"),
        ("gcs_server", "expected its head at .* to answer, got nothing for 30 s"),
    ],
)
def test_ray_dies_under_the_driver(
    undisturbed: ExperimentStore, driver: Driver, victim: str, reason: str
) -> None:
    process = driver.start("--workers", "1")
    wait_until(lambda: driver.fragments() >= 1)
    killed = time.monotonic()
    os.kill(named(process.pid, victim)[0], signal.SIGKILL)
    assert process.wait(timeout=70) == 2
    assert time.monotonic() - killed < 60.0
    assert re.search(reason, driver.said())
    assert "all committed chunks are kept. Resume with: regimap run" in driver.said()
    assert "its process died" not in driver.said()
    assert driver.start().wait(timeout=180) == 0
    assert_undisturbed(driver.store, undisturbed)


def test_fewer_cpus_than_asked_are_said(driver: Driver, head: str) -> None:
    started = time.monotonic()
    process = driver.start("--address", head, "--workers", "64")
    assert process.wait(timeout=60) == 2
    assert time.monotonic() - started < 40.0
    assert "workers: expected at most 2, got 64: the Ray cluster has 2 CPUs on 1 nodes" in driver.said()
    assert "take fewer, add nodes, or take what there is by --elastic" in driver.said()


@pytest.fixture
def head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The head of a cluster of two CPUs, in a process of its own."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("HOME", str(tmp_path))
    script = (
        "from ray.cluster_utils import Cluster\n"
        "node = {'num_cpus': 2, 'include_dashboard': False, 'object_store_memory': 80_000_000}\n"
        "cluster = Cluster(initialize_head=True, head_node_args=node)\n"
        "print(cluster.address, flush=True)\n"
        "input()\n"
        "cluster.shutdown()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.communicate(b"\n")
