"""Workers that cannot be had, stores that workers cannot use: said clearly, soon, and charged to no trial."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from store import ExperimentStore, StoreError, WriteError
from sweep import BackendError, run
from sweep.backends import make_backend
from sweep.backends.ray_address import answers, check_address
from sweep.backends.ray_environment import prepare_environment
from sweep.cli import invoke
from sweep.engine.causes import Cause
from sweep.engine.happenings import Happening, Landed
from sweep.engine.settings import Engine
from sweep.errors import EngineError, SweepError, WorkerError
from sweep.spec import SweepSpec
from sweep.worker import Assignment
from tests.sweep.engine.faults import POLICY, good_chunk, run_chunks, wait_until

Told = Callable[[Assignment], Assignment]
GOOD = [good_chunk(0), good_chunk(10)]
everywhere = pytest.mark.parametrize(
    "backend", ["serial", *(pytest.param(backend, marks=pytest.mark.slow) for backend in ("process", "ray"))]
)


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[Path]:
    """A file system of the test's own; skips where that is not allowed."""
    place.mkdir()
    if subprocess.run(["mount", *options, str(place)], capture_output=True, check=False).returncode != 0:
        pytest.skip("mounts no file system here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def refused(path: Path, told: Told, backend: str) -> Exception:
    """What a run ends with whose workers are told something false; no trial has a row then."""
    with pytest.raises((StoreError, SweepError)) as caught:
        run_chunks(path, GOOD, Engine(backend=backend), told=told)
    assert ExperimentStore(path).statuses() == {}
    return caught.value


def of_version(version: str) -> Told:
    return lambda assignment: replace(assignment, regimap_version=version)


def at(place: Path) -> Told:
    return lambda assignment: replace(assignment, store_url=str(place))


@everywhere
def test_workers_of_another_version_are_refused(tmp_path: Path, backend: str) -> None:
    error = refused(tmp_path / "store", of_version("0.0.1"), backend)
    assert isinstance(error, WorkerError)
    assert "regimap version: expected 0.0.1, as the driver has, got" in str(error)


@everywhere
def test_workers_that_do_not_see_the_store_are_refused_by_the_command(
    small_text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    backend: str,
) -> None:
    """As on a node without the shared file system."""
    elsewhere, spec, store = at(tmp_path / "elsewhere"), tmp_path / "spec.toml", tmp_path / "store"
    monkeypatch.setattr(
        "sweep.job.make_backend", lambda engine, told, memory: make_backend(engine, elsewhere(told), memory)
    )
    spec.write_text(small_text)
    command = ["run", str(spec), "--store", str(store), "--backend", backend, "--workers", "1"]
    assert invoke(command) == 2
    assert "elsewhere" in capsys.readouterr().err
    assert ExperimentStore(store).statuses() == {}


@everywhere
def test_workers_that_see_another_store_at_the_place_are_refused(tmp_path: Path, backend: str) -> None:
    other = ExperimentStore.create(tmp_path / "other")
    error = refused(tmp_path / "store", at(other.path), backend)
    assert isinstance(error, WorkerError)
    assert "the store that the driver writes to, got another one; use a path on a shared file" in str(error)


@everywhere
def test_workers_for_whom_the_store_is_read_only_are_refused(tmp_path: Path, backend: str) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    with mounted(tmp_path / "seen", "--bind", str(store.path)) as seen:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(seen)], check=True, capture_output=True)
        error = refused(store.path, at(seen), backend)
    assert isinstance(error, WriteError)
    assert "check that the store is writable and has space" in str(error)


@everywhere
def test_a_simulator_that_does_not_exist_is_refused(tmp_path: Path, backend: str) -> None:
    error = refused(tmp_path / "store", lambda told: replace(told, simulator="tests.nothing:here"), backend)
    assert isinstance(error, EngineError)
    assert "tests.nothing:here" in str(error)


def test_a_store_that_is_full_for_a_while_costs_no_trial(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=4m", "none") as place:
        filler = place / "filler"

        def fill(happening: Happening) -> None:
            if isinstance(happening, Landed) and not filler.exists():
                with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
                    while True:
                        file.write(bytes(4096))
                threading.Timer(1.5, lambda: filler.write_bytes(b"")).start()

        patient = replace(POLICY, first_wait=0.5, patience=60.0)
        seen = run_chunks(place / "store", GOOD, Engine(backend="process", workers=1), patient, fill)
        causes = [happening for happening in seen.happenings if "No space left" in str(happening)]
        assert causes, "it was never full"
        seen.assert_neighbours_complete(GOOD)
        assert set(seen.store.statuses().values()) == {"complete"}


def test_a_store_that_stays_full_ends_the_run_and_the_same_command_continues(tmp_path: Path) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.store.commit_fragment", refuse)
        with pytest.raises(WriteError, match="No space left"):
            run_chunks(store.path, GOOD, Engine(backend="serial"))
    assert store.statuses() == {}
    seen = run_chunks(store.path, GOOD, Engine(backend="serial"))
    seen.assert_neighbours_complete(GOOD)


def refuse(*_: object, **__: object) -> None:
    raise WriteError("No space left on device")


def test_processes_die_with_their_driver_in_the_middle_of_c(tmp_path: Path) -> None:
    """kill -9 leaves nobody to end them."""
    script = (
        "from pathlib import Path; from tests.sweep.engine.faults import *\n"
        "from sweep.engine.settings import Engine\n"
        f"if __name__ == '__main__': run_chunks(Path({str(tmp_path / 'store')!r}), "
        "[chunk_of('hangs in C, holding the GIL')], Engine(backend='process', workers=1), "
        "watch=lambda happening: print(getattr(happening, 'running', None), flush=True))"
    )
    main = tmp_path / "driver.py"
    main.write_text(script)
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, str(main)], stdout=subprocess.PIPE, env=environment) as driver:
        assert driver.stdout is not None
        while b"Chunk" not in driver.stdout.readline():
            assert driver.poll() is None
        time.sleep(0.5)
        workers = children(driver.pid)
        driver.kill()
    assert workers
    try:
        wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 5.0)
    finally:
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(p) for p in found if b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()]


# Addresses.


def test_an_address_where_nobody_answers_is_refused_within_seconds(
    small_text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(small_text)
    started = time.monotonic()
    command = ["run", str(spec), "--store", str(tmp_path / "store"), "--address", "127.0.0.1:1"]
    assert invoke(command) == 2
    assert time.monotonic() - started < 10.0
    said = capsys.readouterr().err
    assert "Ray at 127.0.0.1:1: expected an answer within 5 s, got: [Errno 111] Connection refused" in said
    assert "check --address" in said


def test_a_port_where_something_else_answers_is_refused() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        threading.Thread(target=greet, args=(server,), daemon=True).start()
        with pytest.raises(BackendError, match=r"expected a Ray head, got b'SSH-2\.0"):
            check_address(f"127.0.0.1:{server.getsockname()[1]}")


def greet(server: socket.socket) -> None:
    link, _ = server.accept()
    with link:
        link.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        link.recv(100)


@pytest.mark.parametrize("address", ["ray://10.0.0.1:10001", "10.0.0.1", "head:", "head:70000", "a b:1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BackendError, match="expected host:port of a Ray head"):
        check_address(address)


def test_a_head_that_is_gone_is_noticed() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        threading.Thread(target=greet, args=(server,), daemon=True).start()
        assert answers(address)
    assert not answers(address)


@pytest.mark.parametrize(
    ("said", "cause", "reason"),
    [
        ("Worker exits with an exit code 5.", Cause.CRASH, "exited with code 5"),
        ("Worker exits with an exit code 1. The process receives a SIGTERM.", Cause.ELSEWHERE, "by SIGTERM"),
        (
            "Worker unexpectedly exits with a connection error code 2. End of file.",
            Cause.CRASH,
            "crashed in C",
        ),
        ("The actor is dead because its owner has died.", Cause.ELSEWHERE, "its owner has died"),
        ("The actor died because its node has died.", Cause.ELSEWHERE, "its node has died"),
    ],
)
def test_what_ray_says_of_a_dead_actor_is_charged_to_its_trial_or_not(
    said: str, cause: Cause, reason: str
) -> None:
    prepare_environment("local")
    actors, exceptions = import_module("sweep.backends.ray_actors"), import_module("ray.exceptions")
    error = exceptions.ActorDiedError()
    error.error_msg = said
    assert actors._cause(error, False) is cause
    assert reason in actors._ending(error)


def test_workers_that_die_before_they_are_up_say_why(
    small: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sweep.job.make_backend", lambda engine, told, memory: make_backend(engine, dead(told))
    )
    with pytest.raises(BackendError, match="3 workers in a row died before they were up: exited with code 9"):
        run(small, tmp_path / "store", backend="process", workers=1)


def dead(told: Assignment) -> Assignment:
    return replace(told, simulator="tests.sweep.engine.stillborn:none")
