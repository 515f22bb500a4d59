"""What a worker does with a chunk: simulate, commit to the store, reply with a receipt."""

from __future__ import annotations

import resource
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, final

import numpy as np

from physics import PHYSICS_VERSION, PhysicsError, Plans, resolve, simulate
from store import ExperimentStore
from sweep.axes import AXIS_NAMES
from sweep.chunk import Chunk
from sweep.provenance import Provenance
from sweep.trial import KELVIN, Trial
from sweep.wisdom import planned


@final
@dataclass(frozen=True)
class ChunkReport:
    """What the driver is told of a chunk: small, and nothing that the store does not hold.

    Attributes
    ----------
    statuses : tuple of str
        One per trial.
    reason : str or None
        Of the last trial that is not complete.
    """

    statuses: tuple[str, ...]
    reason: str | None


@final
class Worker:
    """Runs chunks in one process, keeping FFT plans and buffers from one to the next.

    Parameters
    ----------
    store_path : str
        The store, seen from this process.
    provenance : Provenance
        Of the run, as the driver knows it.
    """

    def __init__(self, store_path: str, provenance: Provenance) -> None:
        self._store = ExperimentStore(store_path)
        self._provenance = provenance.on_this_host()
        self._plans: dict[tuple[tuple[int, ...], str], Plans] = {}

    def run(self, chunk: Chunk, attempt: int = 1) -> ChunkReport:
        """Simulate the chunk's trials, in order, and commit them as one fragment."""
        rows, series = [], {}
        for trial in chunk.trials:
            row, recorded = self._trial(trial)
            rows.append(row)
            if recorded:
                series[trial.trial_id] = recorded
        self._store.commit(chunk.name, rows, series, attempt=attempt)
        reasons = [str(row["reason"]) for row in rows if row["status"] != "complete"]
        return ChunkReport(tuple(row["status"] for row in rows), reasons[-1] if reasons else None)

    def _trial(self, trial: Trial) -> tuple[dict[str, Any], Mapping[str, Any]]:
        started, wall, cpu = datetime.now(UTC), time.perf_counter(), time.process_time()
        outcome, recorded = self._outcome(trial)
        spent = {
            "started_at": started.replace(tzinfo=None),
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        }
        return trial_row(trial) | outcome | self._provenance.columns() | spent, recorded

    def _outcome(self, trial: Trial) -> tuple[dict[str, Any], Mapping[str, Any]]:
        try:
            shape = resolve(trial.scenario, trial.numerics).grid.shape
        except PhysicsError as error:
            return _failure(error), {}
        # Outside of what a trial answers for: a store or an FFTW in trouble fails every trial alike.
        kind = (shape, trial.numerics.precision)
        if kind not in self._plans:
            self._plans[kind] = planned(*kind, self._provenance.processor_id, self._store)
        try:
            with np.errstate(all="ignore"):
                return simulate(trial.scenario, trial.numerics, plans=self._plans[kind]).to_records()
        except Exception as error:
            # Whatever a trial raises is its row; the neighbours go on.
            return _failure(error), {}


def _failure(error: Exception) -> dict[str, Any]:
    trace = "".join(traceback.format_exception(error))
    return {"status": "error", "reason": f"{type(error).__name__}: {error}", "traceback": trace}


def trial_row(trial: Trial) -> dict[str, Any]:
    """Columns that name a trial: ids, axes, options, realization and what decides its phases."""
    scenario = trial.scenario
    axes = {name: getattr(scenario, name) for name in AXIS_NAMES}
    if axes["disorder"] is None and scenario.fermi_energy > 0.0:
        axes["disorder"] = scenario.rms / scenario.fermi_energy
    center = (*(scenario.center or ()), None, None)
    energy, delta = scenario.energy_filter or (None, None)
    return axes | {
        KELVIN: trial.temperature_k,
        "trial_id": trial.trial_id,
        "point_id": trial.point_id,
        "dimension": scenario.dimension,
        "realization": scenario.realization,
        "packet": scenario.packet,
        "center_x": center[0],
        "center_y": center[1],
        "energy_filter_e": energy,
        "energy_filter_delta": delta,
        "classical": scenario.classical,
        "amplitudes": scenario.amplitudes,
        "zero_point": scenario.zero_point,
        "frozen": scenario.frozen,
        "twin_of": trial.twin_of,
        "seed": scenario.seed,
        "t_final": trial.numerics.t_final,
        "samples": trial.numerics.samples,
        "tolerance": trial.numerics.tolerance,
        "precision": trial.numerics.precision,
        "physics_version": PHYSICS_VERSION,
    }


def lost_rows(chunk: Chunk, reason: str, provenance: Provenance) -> list[dict[str, Any]]:
    """Rows of trials whose process died each time they ran."""
    outcome = {"status": "lost", "reason": reason, "started_at": datetime.now(UTC).replace(tzinfo=None)}
    return [trial_row(trial) | outcome | provenance.columns() for trial in chunk.trials]
