"""Wrong area against points: ours beside what else maps regimes, on maps of known truth, all in one run.

    python benchmarks/boundaries.py --out runs/boundaries.jsonl            # about an hour on two cores
    python benchmarks/boundaries.py --seeds 2 --budget 100                 # a quick look

Each method asks for points, four at a time, and is told the memberships that a simulation there would
report: the same to all, by content. A point costs one simulation, and a point that is asked for again is a
new one. At a geometric list of numbers of points the maps are measured on fixed Sobol points, where the truth
is known.

Ours is the boundary sampler with its defaults on every map. Sobol, random and grid designs and Optuna's
samplers are read by the same classifier as ours, afresh at each checkpoint; the others by their own. Sobol's
points are read by a support vector machine besides, and python-adaptive's by our classifier. Rivals that are
not installed are named and skipped.

Runs are kept in the file as they end: the same command again goes on where a killed one was, more seeds, maps
or methods add to it, and the tables are of all that it holds. Slow rivals have fewer seeds and smaller
budgets; the tables say which.

Some constants of ours were settled while the first ten maps were looked at; the "unseen" ones were drawn
afterwards and tell whether that carries over.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import optuna

from benchmarks.boundary_figures import curves_figure, points_figure
from benchmarks.boundary_runs import (
    CHECKPOINTS,
    METHODS,
    Job,
    Ledger,
    Run,
    Settings,
    jobs,
    remaining_s,
    runs,
)
from benchmarks.boundary_tables import report
from benchmarks.boundary_unseen import KNOWN


def present(methods: list[str]) -> list[str]:
    """Those that can run here; the others are named on standard error."""
    lacking = {name: lack for name in methods if (lack := METHODS[name].lacks()) is not None}
    for name, lack in lacking.items():
        print(f"{name} is skipped, {lack}", file=sys.stderr)
    return [name for name in methods if name not in lacking]


def complete(ledger: Ledger, todo: list[Job], settings: Settings, processes: int) -> None:
    """Do what is not in the ledger yet, with progress on standard error."""
    done = {each.job for each in ledger.runs}
    left = [job for job in todo if job not in done]
    total, began = len(left), time.time()
    for number, each in enumerate(runs(left, settings, processes), start=1):
        ledger.add(each)
        left.remove(each.job)
        print(
            _progress(each, number, total, began, remaining_s(ledger.runs, left, processes)),
            file=sys.stderr,
            flush=True,
        )


def _progress(each: Run, number: int, total: int, began: float, left: float | None) -> str:
    job = each.job
    told = f"{number}/{total} {job.map}, {job.method}, seed {job.seed}: {each.total_s:.0f} s"
    failed = f"; it failed: {each.error.splitlines()[-1]}" if each.error else ""
    spent = f"; {(time.time() - began) / 60:.0f} min so far"
    return told + failed + spent + ("" if left is None else f", {left / 60:.0f} min to go")


def parsed() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("runs/boundaries.jsonl"), help="file of the runs")
    parser.add_argument("--maps", nargs="+", choices=list(KNOWN), default=list(KNOWN))
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--batch", type=int, default=Settings.batch, help="points asked for at a time")
    parser.add_argument("--budget", type=int, default=CHECKPOINTS[-1], help="most points of any method")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--pictured", choices=list(KNOWN), default="wedge", help="map whose points are drawn")
    return parser.parse_args()


def main() -> None:
    """Run what is missing, print the tables, write them and the figures beside the file of runs."""
    asked = parsed()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    settings = Settings(asked.batch, asked.budget)
    ledger = Ledger(asked.out, settings)
    todo = jobs(asked.maps, present(asked.methods), asked.seeds)
    complete(ledger, todo, settings, asked.processes)
    found = ledger.runs
    text = report(found, settings)
    print(text)
    asked.out.with_suffix(".md").write_text(text + "\n")
    curves_figure(found, asked.out.with_suffix(".curves.png"))
    points_figure(KNOWN[asked.pictured], settings, asked.out.with_suffix(".points.png"))
