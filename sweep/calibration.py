"""How fast a kind of processor is beside the reference core: by past rows, or by a few short trials."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import accumulate
from math import log2
from statistics import fmean, median
from typing import Any, final

import numpy as np

from physics import (
    FAST_SIZES,
    PHYSICS_VERSION,
    Numerics,
    PhysicsError,
    Plans,
    Resolution,
    Scenario,
    resolve,
    simulate,
)
from physics.recording import STRIDE
from physics.trajectory import REFINEMENTS
from store import ExperimentStore
from sweep.any_trial import AnyTrial
from sweep.cost import known_cost, known_resolution, timeless, trial_cost
from sweep.identification import row_scenario
from sweep.provenance import Provenance
from sweep.trial import Trial
from sweep.wisdom import planned

# Rows that are looked at, and fewest that say anything.
SAMPLE = 400
FEWEST = 8
# Where in a plan's core-seconds, from its cheapest trial on, those lie that stand for it.
SHARES = (0.5, 0.85, 0.15)
PAST, CALIBRATION, REFERENCE = "past", "calibration", "reference"

COLUMNS = (
    *(entry.name for entry in fields(Scenario) if entry.name not in ("center", "energy_filter")),
    *("center_x", "center_y", "energy_filter_e", "energy_filter_delta"),
    *("t_final", "samples", "tolerance", "precision", "box_length", "integrator", "boundary"),
    *("trial_id", "grid_points", "dt", "t_valid", "cpu_s", "processor"),
)
ROWS = f"""select {", ".join(COLUMNS)} from trials
where status in ('complete', 'escaped', 'invalid') and cpu_s > 0 and dt > 0 and physics_version = ?
  and dimension || precision in (select unnest(?::varchar[]))"""
# Ids are hashes: the first so many of them are a fair sample, and always the same one.
MOST = f"select processor from ({ROWS}) group by processor order by count(*) desc, processor limit 1"
FEW = f"select * from ({ROWS}) where processor = ? order by trial_id limit {SAMPLE}"


@final
@dataclass(frozen=True)
class Speed:
    """What a core takes of what the reference core takes.

    Attributes
    ----------
    ratio : float
        Core-seconds taken over those predicted.
    low, high : float
        The same of single trials: nine of ten lie between.
    trials : int
        How many it comes from.
    source : str
        "past" rows, a "calibration", or the "reference".
    processor : str
        Type of the processor that it holds for; "" for the reference.
    seconds : float
        Wall time that a calibration took, without FFTW's.
    planning_s : float
        Wall time in which FFTW chose its transforms for it.
    """

    ratio: float = 1.0
    low: float = 1.0
    high: float = 1.0
    trials: int = 0
    source: str = REFERENCE
    processor: str = ""
    seconds: float = 0.0
    planning_s: float = 0.0


def from_rows(store: ExperimentStore, trials: Iterable[AnyTrial]) -> Speed | None:
    """Speed by the trials that a store has of the same dimension and precision.

    Of several types of processor, the one with most rows counts. Attempts at a halved step and trials that
    end early enter as often as they did.

    Parameters
    ----------
    store : ExperimentStore
    trials : iterable of Trial
        What is to be predicted.

    Returns
    -------
    Speed or None
        None with fewer than 8 such rows.
    """
    built_in = [trial for trial in trials if isinstance(trial, Trial)]
    kinds = sorted({f"{trial.scenario.dimension}{trial.numerics.precision}" for trial in built_in})
    most = list(store.sql(MOST, [PHYSICS_VERSION, kinds]).rows())
    if not most:
        return None
    processor = most[0][0]
    found = store.sql(FEW, [PHYSICS_VERSION, kinds, processor]).arrow().to_pylist()
    spent = [entry for row in found if (entry := _spent(row)) is not None]
    if len(spent) < FEWEST:
        return None
    taken, known, expected = np.array(spent).T
    # The median, by cost: a row may have waited for FFTW, or for a neighbour.
    luck = float(np.sum(known) / np.sum(expected))
    low, middle, high = _quantiles(taken / known, known, (0.05, 0.5, 0.95))
    return Speed(middle * luck, low * luck, high * luck, len(spent), PAST, str(processor))


def calibrate(trials: Sequence[AnyTrial], seconds: float = 2.0) -> Speed:
    """Speed of this machine, by running shortened trials of a plan.

    They keep grid, time step and integrator, and record fewer samples. FFTW's choices are taken from the
    user's cache, or made and kept there for the run itself; their time does not count.

    Parameters
    ----------
    trials : sequence of Trial
    seconds : float
        Wall time to spend, about: one trial is run however long its shortest form takes.

    Returns
    -------
    Speed
        The reference where no trial can run.
    """
    provenance, began = Provenance.collect(), time.perf_counter()
    built_in = [trial for trial in trials if isinstance(trial, Trial)]
    runs = [_Run.of(trial, seconds / len(SHARES), provenance) for trial in _representatives(built_in)]
    planning, began = time.perf_counter() - began, time.perf_counter()
    ratios: dict[_Run, list[float]] = {run: [] for run in runs}
    done = 0
    while runs and (done == 0 or time.perf_counter() - began < seconds):
        run = runs[done % len(runs)]
        try:
            ratios[run].append(run.measured())
            done += 1
        except PhysicsError:
            # A refusal at launch costs next to nothing, and tells nothing.
            runs.remove(run)
    every = [ratio for some in ratios.values() for ratio in some]
    if not every:
        return Speed()
    spent = time.perf_counter() - began
    mean = fmean(median(some) for some in ratios.values() if some)
    return Speed(mean, min(every), max(every), len(every), CALIBRATION, provenance.processor, spent, planning)


def _spent(row: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """Core-seconds of a row: taken, predicted for what happened, predicted beforehand."""
    try:
        trial = Trial(timeless(row_scenario(row)), _row_numerics(row))
        resolution = known_resolution(trial.scenario, trial.numerics)
    except PhysicsError:
        return None
    if resolution.grid.shape[0] != row["grid_points"]:
        return None
    known = _known(trial.scenario, trial.numerics, resolution, row["dt"], row["t_valid"])
    return row["cpu_s"], known, trial_cost(trial)


def _row_numerics(row: Mapping[str, Any]) -> Numerics:
    """The numerics that a row was resolved to, asked for."""
    names = ("t_final", "samples", "tolerance", "precision", "box_length", "integrator", "boundary")
    given = {name: row[name] for name in names if row.get(name) is not None}
    return Numerics(**given, max_grid=FAST_SIZES[-1])


def _quantiles(values: np.ndarray, weights: np.ndarray, shares: Iterable[float]) -> Iterator[float]:
    """Quantiles of weighted values."""
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    for share in shares:
        yield float(values[order][np.searchsorted(sums, share * sums[-1])])


def _representatives(trials: Sequence[Trial]) -> list[Trial]:
    """Trials at fixed shares of the plan's core-seconds, each kind once; the first is the most typical."""
    costs = sorted(((trial_cost(trial), number) for number, trial in enumerate(trials)))
    sums = list(accumulate(cost for cost, _ in costs))
    if not sums or sums[-1] == 0.0:
        return []
    chosen = [int(np.searchsorted(sums, share * sums[-1])) for share in SHARES]
    picked = [trials[costs[place][1]] for place in chosen]
    return list({(timeless(trial.scenario), trial.numerics): trial for trial in picked}.values())


@final
@dataclass(frozen=True, eq=False)
class _Run:
    """A trial, shortened, and its transforms.

    Attributes
    ----------
    scenario : Scenario
    numerics : Numerics
    resolution : Resolution or None
        None where the trial is left whole, and may repeat itself at a halved step.
    plans : Plans
    """

    scenario: Scenario
    numerics: Numerics
    resolution: Resolution | None
    plans: Plans

    @classmethod
    def of(cls, trial: Trial, seconds: float, provenance: Provenance) -> _Run:
        """A trial cut to about so many predicted core-seconds."""
        resolution = resolve(trial.scenario, trial.numerics)
        plans = planned(resolution.grid.shape, trial.numerics.precision, provenance.processor_id)
        if known_cost(trial.scenario, trial.numerics, resolution) <= seconds:
            return cls(trial.scenario, trial.numerics, None, plans)
        return cls(trial.scenario, *_shortened(trial, resolution, seconds), plans)

    def measured(self) -> float:
        """Core-seconds taken over those predicted."""
        began = time.process_time()
        resolution = self.resolution or resolve(self.scenario, self.numerics)
        with np.errstate(all="ignore"):
            trajectory = simulate(self.scenario, self.numerics, plans=self.plans, resolution=self.resolution)
        taken = time.process_time() - began
        dt, t_valid = (float(trajectory.scalars[name]) for name in ("dt", "t_valid"))
        return taken / _known(self.scenario, self.numerics, resolution, dt, t_valid)


def _shortened(trial: Trial, resolution: Resolution, seconds: float) -> tuple[Numerics, Resolution]:
    """Fewer samples, and fewer steps between them where so few would still take too long."""
    intervals, steps = trial.numerics.samples - 1, resolution.steps
    launch = known_cost(trial.scenario, _cut(trial.numerics, 2, resolution.dt), replace(resolution, steps=1))
    whole = known_cost(trial.scenario, trial.numerics, resolution)
    share = max(0.0, (seconds - launch) / (whole - launch))
    few = STRIDE * int(share * intervals / STRIDE)
    if few >= STRIDE:
        return _cut(trial.numerics, few, steps * resolution.dt), resolution
    few = min(STRIDE, intervals)
    steps = 2 * max(1, round(share * intervals * steps / (2.0 * few)))
    return _cut(trial.numerics, few, steps * resolution.dt), replace(resolution, steps=steps)


def _cut(numerics: Numerics, intervals: int, interval: float) -> Numerics:
    return replace(numerics, samples=intervals + 1, t_final=intervals * interval)


def _known(
    scenario: Scenario, numerics: Numerics, resolution: Resolution, dt: float, t_valid: float
) -> float:
    """Predicted core-seconds of a trial that ended at `t_valid`, its last attempt at `dt`."""
    interval = resolution.dt * resolution.steps
    recorded = min(numerics.samples - 1, max(2, round(t_valid / interval)))
    attempts = 1 + min(max(round(log2(resolution.dt / dt)), 0), REFINEMENTS)
    return known_cost(scenario, _cut(numerics, recorded, interval), resolution, attempts=attempts)
