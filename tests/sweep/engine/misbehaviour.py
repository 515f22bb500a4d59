"""A simulator whose trials go wrong in every way that there is, chosen by the number of the realization.

Workers import it by its place. Of the trials `100 * kind + position` those at positions of
50 and above are guilty; all others give a good row that follows from the number alone.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np

from sweep.simulators import Records
from sweep.trial import Trial

PLACE = "tests.sweep.engine.misbehaviour:misbehave"
GUILTY = 50
GULP = 200_000_000
SAMPLES = 5


class UnpostableError(Exception):
    """Pickles on one side and cannot be made again on the other; even its text is refused."""

    def __init__(self, first, second) -> None:
        super().__init__(first)
        self.lock = Lock()

    def __str__(self) -> str:
        raise RuntimeError("no words for it")


def good(trial: Trial) -> Records:
    number = trial.scenario.realization
    t = np.arange(SAMPLES, dtype=float)
    return {"status": "complete", "reason": None, "diffusion": number / 7.0}, {"t": t, "msd": number * t}


def row(**cells: Any) -> Records:
    return {"status": "complete", "reason": None, **cells}, {}


def raises(error: Callable[[], BaseException]) -> Callable[[Trial], Records]:
    def fail(trial: Trial) -> Records:
        raise error()

    return fail


def nan_series(trial: Trial) -> Records:
    scalars, series = good(trial)
    return scalars, {**series, "msd": np.where(series["t"] > 2.0, np.nan, series["msd"])}


def unequal(trial: Trial) -> Records:
    scalars, series = good(trial)
    return scalars, {**series, "msd": series["msd"][1:]}


def ragged(trial: Trial) -> Records:
    scalars, series = good(trial)
    return scalars, {**series, "msd": [1.0, [2.0, 3.0]]}


def segfault(trial: Trial) -> Records:
    ctypes.string_at(0)
    raise AssertionError("survived a null pointer")


def killed(trial: Trial) -> Records:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60.0)
    raise AssertionError("survived SIGKILL")


def devours(trial: Trial) -> Records:
    """Takes memory until somebody stops it, as the kernel does: by SIGKILL."""
    hoard = []
    for _ in range(int(os.environ.get("GULPS", "2"))):
        hoard.append(np.ones(GULP // 8))
        time.sleep(0.3)
    return killed(trial)


def hangs_in_c(trial: Trial) -> Records:
    """Holds the interpreter's lock: no other thread, no signal handler runs."""
    ctypes.PyDLL(None).sleep(3600)
    raise AssertionError("woke up")


def hangs_in_python(trial: Trial) -> Records:
    while True:
        sum(range(10_000_000))


def sleeps(trial: Trial) -> Records:
    time.sleep(3600.0)
    raise AssertionError("woke up")


def sleeps_with_a_child(trial: Trial) -> Records:
    subprocess.run(["sleep", "7391"], check=False)
    raise AssertionError("woke up")


def prints(trial: Trial) -> Records:
    for _ in range(20_000):
        sys.stdout.write("x" * 100 + "\n")
        sys.stderr.write("y" * 100 + "\n")
    os.write(1, b"a line past Python\n")
    return good(trial)


def recurses(trial: Trial) -> Records:
    return recurses(trial)


def interrupts_itself(trial: Trial) -> Records:
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.1)
    return good(trial)


def closes_every_file(trial: Trial) -> Records:
    os.closerange(0, 1024)
    return good(trial)


MISDEEDS: dict[str, Callable[[Trial], Any]] = {
    "raises ValueError": raises(lambda: ValueError("no such lattice")),
    "raises an error that cannot be pickled or printed": raises(lambda: UnpostableError(1, 2)),
    "raises a text that is no Unicode": raises(lambda: ValueError("\udcff")),
    "recurses for ever": recurses,
    "returns NaN scalars": lambda trial: row(diffusion=float("nan")),
    "returns NaN series": nan_series,
    "returns None": lambda trial: None,
    "returns a text for a number": lambda trial: row(diffusion="fast"),
    "returns an unknown column": lambda trial: row(difusion=1.0),
    "returns no status": lambda trial: ({"diffusion": 1.0}, {}),
    "returns series of unequal lengths": unequal,
    "returns a ragged series": ragged,
    "returns another trial's id": lambda trial: row(trial_id="somebody else's"),
    "raises MemoryError": raises(lambda: MemoryError("cannot allocate 9 TB")),
    "raises OSError": raises(lambda: OSError(5, "Input/output error")),
    "raises KeyboardInterrupt": raises(KeyboardInterrupt),
    "sys.exit(5)": lambda trial: sys.exit(5),
    "os._exit(3)": lambda trial: os._exit(3),
    "segmentation fault": segfault,
    "kills itself (SIGKILL)": killed,
    "killed for want of memory": devours,
    "hangs in C, holding the GIL": hangs_in_c,
    "computes for ever": hangs_in_python,
    "sleeps for ever": sleeps,
    "sleeps for ever in a child": sleeps_with_a_child,
    "prints a lot": prints,
    "is sent SIGINT and SIGTERM": interrupts_itself,
    "closes every file": closes_every_file,
}
KINDS = list(MISDEEDS)


def misbehave(trial: Trial) -> Records:
    """A trial of this number, good or guilty."""
    kind, position = divmod(trial.scenario.realization, 100)
    return MISDEEDS[KINDS[kind]](trial) if position >= GUILTY else good(trial)
