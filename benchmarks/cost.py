"""Does `plan` tell what a sweep takes? Predicted against measured core-seconds, over a spread of specs.

    python -m benchmarks.cost

Each spec runs on the serial backend in a store of its own. Predicted by a calibration of two seconds
before it starts, and by the rows of one half of its trials for the other half. FFTW's choices are made
beforehand, in a cache of this program's own. Core-seconds of the process count, not wall time.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.cost_specs import SPECS
from store import ExperimentStore
from sweep import SweepSpec, run
from sweep.calibration import calibrate, from_rows
from sweep.cost import known_resolution, trial_cost
from sweep.planning import design_trials
from sweep.provenance import Provenance
from sweep.trial import Trial
from sweep.wisdom import planned


@dataclass(frozen=True)
class Case:
    """One spec: its core-seconds, predicted and measured, and those of its single trials.

    Attributes
    ----------
    name : str
    trials : int
    reference_s : float
        Predicted on the reference core.
    calibrated_s, measured_s : float
    past_half_s, measured_half_s : float
        Of the half that the other half's rows predict.
    by_trial : tuple of float
        Measured over predicted by the calibration, of each trial.
    """

    name: str
    trials: int
    reference_s: float
    calibrated_s: float
    measured_s: float
    past_half_s: float
    measured_half_s: float
    by_trial: tuple[float, ...]


def case(name: str, text: str, directory: Path, seconds: float = 2.0) -> Case:
    """Predict a spec by a calibration of so many seconds, run it, and predict half of it from the other."""
    spec = SweepSpec.from_text(text)
    trials = design_trials(spec)
    choose(trials)
    ratio = calibrate(trials, seconds).ratio
    halves = trials[: len(trials) // 2], trials[len(trials) // 2 :]
    whole = ExperimentStore.create(directory / "whole")
    run(spec, whole, backend="serial")
    spent = {
        str(name): float(seconds) for name, seconds in whole.sql("select trial_id, cpu_s from trials").rows()
    }
    past = from_rows(half_of(whole, directory / "half", halves[0]), trials)
    predicted = [trial_cost(trial) for trial in trials]
    measured = [spent[trial.trial_id] for trial in trials]
    return Case(
        name,
        len(trials),
        sum(predicted),
        ratio * sum(predicted),
        sum(measured),
        (past.ratio if past else float("nan")) * sum(map(trial_cost, halves[1])),
        sum(spent[trial.trial_id] for trial in halves[1]),
        tuple(seconds / (ratio * cost) for seconds, cost in zip(measured, predicted, strict=True)),
    )


def choose(trials: Sequence[Trial]) -> None:
    """Have FFTW choose its transforms, which a sweep pays once for a type of processor."""
    kinds = {
        (known_resolution(trial.scenario, trial.numerics).grid.shape, trial.numerics.precision)
        for trial in trials
    }
    for shape, precision in kinds:
        planned(shape, precision, Provenance.collect().processor_id)


def half_of(store: ExperimentStore, path: Path, trials: Sequence[Trial]) -> ExperimentStore:
    """A store with the rows of these trials only."""
    ids = {trial.trial_id for trial in trials}
    rows = store.sql("select * exclude (chunk, attempt) from trials").arrow().to_pylist()
    half = ExperimentStore.create(path)
    half.commit("half", [row for row in rows if row["trial_id"] in ids], {})
    return half


def table(cases: Sequence[Case]) -> Iterator[str]:
    """A line per spec, then the single trials of all of them."""
    yield f"{'spec':18s} trials   measured   of reference   of calibrated   second half of past"
    for one in cases:
        measured = one.measured_s
        yield (
            f"{one.name:18s} {one.trials:6d} {measured:8.1f} s {measured / one.reference_s:14.2f} "
            f"{measured / one.calibrated_s:15.2f} {one.measured_half_s / one.past_half_s:21.2f}"
        )
    single = np.array([ratio for one in cases for ratio in one.by_trial])
    shares = ", ".join(f"{share:g}%: {np.percentile(single, share):.2f}" for share in (1, 50, 90, 99))
    yield f"{single.size} single trials, measured of calibrated: {shares}, largest {single.max():.2f}"


def main() -> None:
    """Run the specs and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=SPECS, action="append", help="a spec; may be repeated")
    parser.add_argument("--json", type=Path, help="write the cases to this file")
    asked = parser.parse_args()
    cases = []
    with tempfile.TemporaryDirectory() as directory:
        os.environ["HOME"] = directory
        for number, name in enumerate(asked.only or SPECS):
            cases.append(case(name, SPECS[name], Path(directory) / str(number)))
            print(f"{name}: {cases[-1].measured_s:.1f} s", flush=True)
    print("\n" + "\n".join(table(cases)))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in cases], indent=1))


if __name__ == "__main__":
    main()
