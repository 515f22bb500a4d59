"""Speed of the engine beside what else runs trials on two cores, all in the same run.

    python benchmarks/engine.py --sweep 100000              # 40 minutes
    python benchmarks/engine.py --kinds nothing             # 5 minutes
    python benchmarks/engine.py --kinds --sweep 100000      # 5 minutes: ours alone, end to end

Trials that sleep, that compute or that do nothing are run by multiprocessing.Pool, joblib's loky, bare Ray
tasks, Ray Tune and our engine, on processes and on Ray: each run in a fresh process, candidates in turn, so
that what else the machine does meets all alike; medians of the repetitions. Ours alone writes its results:
each chunk is in the store, flushed to the disk, before it counts as landed. Rivals that are not installed are
named and skipped: joblib comes with scikit-learn, and Tune needs `pip install pydantic` beside what the
package installs.

Efficiency is the share of both workers' time that is spent in trials, from when both are up until the first
has nothing more to do, and until the last result. Overheads are between the first result and the last, of
trials of no work: wall time per trial by two workers, and processor time of the driver, the workers and Ray's
services.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.engine_rivals import Candidate, Joblib, Ours, Pool, RayTasks, Tune
from benchmarks.engine_runs import Figures, Swept, measured, swept
from benchmarks.engine_tables import busy_table, landing_table, sweep_table
from benchmarks.engine_trials import KINDS

# Trials of a kind in a run: two or four chunks a worker of the engine's.
TRIALS = {"sleep 1 s": 40, "sleep 0.1 s": 256, "compute 1 s": 40, "compute 0.1 s": 256, "nothing": 12_800}


def candidates() -> Iterator[Candidate]:
    """Whoever can run here; the others are named on standard error."""
    for candidate in (Pool(), Joblib(), RayTasks(), Tune(), Ours("process"), Ours("ray")):
        lack = candidate.lacks()
        if lack is None:
            yield candidate
        else:
            print(f"{candidate.name} is skipped, {lack}", file=sys.stderr)


def series(kind: str, trials: int, repetitions: int, runners: Sequence[Candidate]) -> list[Figures]:
    """Figures of all runs of a kind of trials: every candidate once, then again."""
    figures = []
    for number in range(repetitions):
        load = os.getloadavg()[0]
        for candidate in runners:
            count = max(2, trials // candidate.fewer) if kind == "nothing" else trials
            figures.append(measured(candidate, KINDS[kind], count))
        told = f"{kind}, repetition {number + 1} of {repetitions}, load before {load:.1f}"
        print(told, file=sys.stderr, flush=True)
    return figures


def sweeps(trials: int, directory: Path | None) -> Iterator[Swept]:
    """A sweep of trials of no work on each backend, and the same command again."""
    for backend in ("process", "ray"):
        with tempfile.TemporaryDirectory(prefix="regimap-bench-", dir=directory) as scratch:
            root = Path(scratch) / "store"
            yield swept(Ours(backend, root, watch=True), root, trials)


def parsed() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kinds", nargs="*", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--share", type=float, default=1.0, help="of the trials, for a quick look")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--sweep", type=int, default=0, help="trials of no work to run end to end")
    parser.add_argument("--directory", type=Path, help="where the sweep's store is written")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    asked = parsed()
    runners = list(candidates()) if asked.kinds else []
    print(f"{os.cpu_count()} cores, load at the start {os.getloadavg()[0]:.1f}\n", flush=True)
    figures: list[Figures] = []
    for kind in asked.kinds:
        found = series(kind, max(4, int(asked.share * TRIALS[kind])), asked.repetitions, runners)
        tables = [landing_table(found)] if kind == "nothing" else [busy_table(found)]
        print("\n\n".join(tables) + "\n", flush=True)
        figures += found
    ends = list(sweeps(asked.sweep, asked.directory)) if asked.sweep else []
    if ends:
        print(sweep_table(ends))
    if asked.json:
        plain = {"runs": [vars(each) for each in figures], "sweeps": [vars(each) for each in ends]}
        asked.json.write_text(json.dumps(plain, indent=1))
