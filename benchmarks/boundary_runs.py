"""Runs of a method on a map with a seed, in processes of one thread each, and the file that keeps them.

The file has one JSON object a line: the settings, then a run each. A run that is in it is not run again, and
a last line that was torn by a kill is dropped.
"""

from __future__ import annotations

import json
import os
import time
import traceback
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import optuna

from benchmarks.boundary_calibration import CalibrationOurs, CalibrationSobol
from benchmarks.boundary_measures import Figures, yardstick
from benchmarks.boundary_methods import Grid, Method, Ours, OursBald, OursMargin, Random, Simulator, Sobol
from benchmarks.boundary_rivals import ActiveLearning, Adaptive, Gp, LabelPropagation, Tpe
from benchmarks.boundary_unseen import KNOWN

METHODS: dict[str, type[Method]] = {
    method.name: method
    for method in (
        Ours, Sobol, Random, Grid, Adaptive, LabelPropagation, ActiveLearning, Tpe, Gp,
        CalibrationSobol, CalibrationOurs, OursBald, OursMargin,
    )
}  # fmt: skip
CHECKPOINTS = (16, 24, 32, 48, 68, 100, 144, 200, 288, 400, 576, 800, 1152)
DISTANCES_AT = (48, 100)
# One thread each, or two runs share the cores in ways that no figure shows.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Settings:
    """What all runs of a file have in common.

    Attributes
    ----------
    batch : int
        Points asked for at a time.
    budget : int
        Most points, whatever the method.
    """

    batch: int = 4
    budget: int = CHECKPOINTS[-1]


@dataclass(frozen=True, order=True)
class Job:
    """A run to do, by names."""

    seed: int
    map: str
    method: str


@dataclass(frozen=True)
class Run:
    """A run that was done.

    Attributes
    ----------
    job : Job
    figures : tuple of Figures
        Of each of the method's maps at each checkpoint, until it ended or failed.
    error : str
        Traceback of what ended it early; empty if nothing did.
    total_s : float
        Wall time, measuring included.
    """

    job: Job
    figures: tuple[Figures, ...]
    error: str
    total_s: float

    def line(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Run:
        """From the parsed line."""
        figures = tuple(Figures(**each) for each in kept["figures"])
        return cls(Job(**kept["job"]), figures, kept["error"], kept["total_s"])


class Ledger:
    """The file of runs.

    Parameters
    ----------
    path : Path
    settings : Settings

    Raises
    ------
    ValueError
        If it was begun with other settings.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = [line for line in _lines(path) if line.endswith("\n")]
        if not whole:
            whole = [json.dumps(asdict(settings)) + "\n"]
        if json.loads(whole[0]) != asdict(settings):
            raise ValueError(
                f"expected {path} to be of {settings}, got {whole[0].strip()}; name another file"
            )
        path.write_text("".join(whole))
        self.runs = [Run.of(json.loads(line)) for line in whole[1:]]

    def add(self, run: Run) -> None:
        """Keep a run."""
        self.runs.append(run)
        with self._path.open("a") as file:
            file.write(run.line())


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True) if path.exists() else []


def jobs(maps: Sequence[str], methods: Sequence[str], seeds: int) -> list[Job]:
    """All runs, a seed of everything before the next seed."""
    return [
        Job(seed, name, method)
        for seed in range(seeds)
        for name in maps
        for method in methods
        if seed < METHODS[method].most_seeds(KNOWN[name])
    ]


def run(job: Job, settings: Settings) -> Run:
    """Do one; a failure is part of what is found."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    known, began = KNOWN[job.map], time.time()
    method = METHODS[job.method](known, job.seed)
    most = min(settings.budget, method.largest[known.dimension])
    checkpoints = [n for n in CHECKPOINTS if n <= most]
    figures: list[Figures] = []
    error = ""
    try:
        for reading in method.readings(Simulator(known, job.seed), checkpoints, settings.batch):
            for name, predict in reading.maps.items():
                measure = yardstick(job.map).figures
                asked = reading.n in DISTANCES_AT or job.method == Grid.name  # its numbers are its own
                figures.append(measure(name, reading.n, reading.cpu_s, predict, distance=asked))
    except Exception:
        error = traceback.format_exc()
    return Run(job, tuple(figures), error, time.time() - began)


def runs(todo: Sequence[Job], settings: Settings, processes: int) -> Iterator[Run]:
    """Do them all, as they end."""
    os.environ |= dict.fromkeys(THREADS, "1")
    spawn = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_quiet) as pool:
        futures = [pool.submit(run, job, settings) for job in todo]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def remaining_s(done: Sequence[Run], todo: Sequence[Job], processes: int) -> float | None:
    """Wall time that is left, by the mean of the method on the map, else of the method, else of all runs."""
    spent: dict[object, list[float]] = defaultdict(list)
    for each in done:
        for key in ((each.job.method, each.job.map), each.job.method, None):
            spent[key].append(each.total_s)
    if not spent:
        return None
    left = 0.0
    for job in todo:
        keys = ((job.method, job.map), job.method, None)
        known = next(spent[key] for key in keys if key in spent)
        left += sum(known) / len(known)
    return left / processes


def _quiet() -> None:
    # Libraries warn of what is meant: an experimental keyword, an iteration's limit.
    warnings.simplefilter("ignore")
