"""Every way in which a trial goes wrong, for real: one row for the guilty, data from its neighbours."""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep.cli import invoke
from sweep.engine.policy import Policy
from sweep.engine.settings import Engine
from tests.sweep.conftest import SMALL
from tests.sweep.engine.faults import (
    POLICY,
    Fault,
    Seen,
    chunk_of,
    descendants,
    guilty,
    processes,
    run_chunks,
    wait_until,
)
from tests.sweep.engine.misbehaviour import GULP, PLACE

# What any worker can bear: the trial raises, or returns what is no row of its own.
BORNE = [
    Fault("raises ValueError", "error", "^ValueError: no such lattice$", "in misbehave"),
    Fault(
        "raises an error that cannot be pickled or printed", "error", "^UnpostableError: ", "UnpostableError"
    ),
    Fault("raises a text that is no Unicode", "error", r"^ValueError: \\udcff$", "in misbehave"),
    Fault("recurses for ever", "error", "^RecursionError: ", "in recurses"),
    Fault("returns NaN scalars", "invalid", "^not a finite number: diffusion$"),
    Fault("returns NaN series", "invalid", "^not a finite number: msd$"),
    Fault("returns None", "error", "expected a row and series, .*, got None", "SimulatorError"),
    Fault("returns a text for a number", "error", "expected double for 'diffusion'", "RecordError"),
    Fault("returns an unknown column", "error", "'difusion'; did you mean 'diffusion'", "RecordError"),
    Fault("returns no status", "error", "expected a value for 'status'", "RecordError"),
    Fault("returns series of unequal lengths", "error", "expected 5 samples of 'msd'", "RecordError"),
    Fault("returns a ragged series", "error", "inhomogeneous shape", "ValueError"),
    Fault("returns another trial's id", "error", 'got "somebody else\'s"', "SimulatorError"),
]
# A fault of the machine: tried again, then written down.
OF_THE_MACHINE = [
    Fault("raises MemoryError", "error", "3 times .* alone: MemoryError: cannot allocate 9 TB", "misbehave"),
    Fault("raises OSError", "error", "3 times .* alone: OSError: .*Input/output error", "in misbehave"),
]
# Ctrl-C can be nobody's but the trial's, in a process of the worker's own.
IN_ITS_PROCESS = [
    Fault("raises KeyboardInterrupt", "error", "^KeyboardInterrupt$", "in misbehave"),
    Fault("prints a lot", "complete", None),
]
TWICE = "^its process died, 2 times when it ran alone: "
DEADLY = {
    "process": [
        Fault("sys.exit(5)", "lost", f"{TWICE}exited with code 5$", "in misbehave"),
        Fault("os._exit(3)", "lost", f"{TWICE}exited with code 3$"),
        Fault("segmentation fault", "lost", f"{TWICE}killed by SIGSEGV$", "in segfault"),
        Fault("kills itself (SIGKILL)", "lost", f"{TWICE}killed by SIGKILL, as for want of memory$"),
        Fault("is sent SIGINT and SIGTERM", "complete", None),
    ],
    "ray": [
        Fault("sys.exit(5)", "lost", f"{TWICE}exited with code 5$"),
        Fault("os._exit(3)", "lost", f"{TWICE}ended without a word: "),
        Fault("segmentation fault", "lost", f"{TWICE}ended without a word: "),
        Fault("kills itself (SIGKILL)", "lost", f"{TWICE}ended without a word: .* want of memory$"),
    ],
}
LATE = "^it took too long, once when it ran alone: still running after [23] s, its deadline$"
ENDLESS = [
    Fault(kind, "timeout", LATE)
    for kind in (
        "hangs in C, holding the GIL",
        "computes for ever",
        "sleeps for ever",
        "sleeps for ever in a child",
    )
]
GREEDY = "killed for want of memory"
HUNGRY = {
    "process": Fault(
        "killed for want of memory", "lost", f"{TWICE}killed by SIGKILL, as for want of memory$"
    ),
    "ray": Fault("killed for want of memory", "lost", "^it ran out of memory, 2 times when it ran alone: "),
}


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    before = descendants(os.getpid())
    yield
    wait_until(lambda: descendants(os.getpid()).keys() <= before.keys(), 15.0)
    assert processes("sleep", "7391") == []


def try_all(
    path: Path, backend: str, faults: list[Fault], policy: Policy = POLICY, pair: Sequence[Fault] = ()
) -> Seen:
    """Run each fault in a chunk of its own, and a pair in one; compare the rows, and those of neighbours."""
    chunks = [chunk_of(fault.kind) for fault in faults]
    chunks += [chunk_of(*(fault.kind for fault in pair))] if pair else []
    workers = 1 if backend == "serial" else 2
    seen = run_chunks(path, chunks, Engine(backend=backend, workers=workers), policy)
    sys.stdout.write("\n".join(["", *seen.table(backend, [*faults, *pair]), ""]))
    seen.assert_as_expected([*faults, *pair])
    seen.assert_neighbours_complete(chunks)
    return seen


def only(faults: list[Fault], *kinds: str) -> list[Fault]:
    return [fault for fault in faults if fault.kind in kinds]


def test_in_this_process_what_raises_or_returns_rubbish_is_a_row(tmp_path: Path) -> None:
    try_all(tmp_path / "store", "serial", BORNE + only(OF_THE_MACHINE, "raises MemoryError"))


def test_in_processes_what_crashes_or_hangs_is_a_row_even_in_one_chunk(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    faults = [*IN_ITS_PROCESS, *only(DEADLY["process"], "is sent SIGINT and SIGTERM"), BORNE[0]]
    pair = only(DEADLY["process"] + ENDLESS, "segmentation fault", "hangs in C, holding the GIL")
    try_all(tmp_path / "store", "process", faults, pair=pair)
    said = capfd.readouterr()
    assert "xxx" not in said.out + said.err
    assert "yyy" not in said.out + said.err


def test_on_ray_what_crashes_or_hangs_is_a_row_even_in_one_chunk(tmp_path: Path) -> None:
    pair = only(DEADLY["ray"] + ENDLESS, "segmentation fault", "hangs in C, holding the GIL")
    try_all(tmp_path / "store", "ray", [*IN_ITS_PROCESS, BORNE[0]], pair=pair)


def test_the_command_ends_with_1_and_status_tells_the_reasons_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Realizations 0 to 51 of one point: the last two are guilty.
    assert guilty("raises ValueError") == 50
    text = SMALL.replace("realizations = 2", "realizations = 52\ntwin = false").replace("n = 6", "n = 1")
    spec, store = tmp_path / "spec.toml", tmp_path / "store"
    spec.write_text(text)
    monkeypatch.setattr("sweep.cli.engine.Engine", partial(Engine, simulator=PLACE))
    assert invoke(["run", str(spec), "--store", str(store), "--backend", "serial"]) == 1
    assert "2 error" in capsys.readouterr().err
    assert invoke(["status", str(store)]) == 0
    shown = capsys.readouterr().out
    assert "ValueError: no such lattice" in shown
    assert len(ExperimentStore(store).statuses()) == 52


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["process", "ray"])
def test_every_fault_that_there_is(tmp_path: Path, backend: str) -> None:
    try_all(
        tmp_path / "store",
        backend,
        BORNE + OF_THE_MACHINE + IN_ITS_PROCESS + DEADLY[backend] + ENDLESS,
    )


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["process", "ray"])
def test_want_of_memory(tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray's own monitor ends the actor; a process is killed as the kernel would."""
    if backend == "ray":
        numbers = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        total, free = (int(numbers[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
        limit = (total - free + 8 * GULP) / total
        monkeypatch.setenv("RAY_memory_usage_threshold", f"{limit:.3f}")
        monkeypatch.setenv("GULPS", "40")
    try_all(tmp_path / "store", backend, [HUNGRY[backend]], Policy(timeout=40.0, first_wait=0.05))
