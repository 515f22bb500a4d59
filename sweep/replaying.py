"""A stored trial computed once more, and compared with what is stored."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from physics import PHYSICS_VERSION, Simulation
from store import ExperimentStore
from store.schema import FINAL_STATUSES
from sweep.any_trial import AnyTrial
from sweep.cost import known_resolution
from sweep.errors import SelectionError, SpecError
from sweep.outcomes import checked, failure
from sweep.own_function import OwnFunction
from sweep.own_outputs import Outputs
from sweep.own_trial import OwnTrial
from sweep.provenance import Provenance
from sweep.rebuilding import Rebuilt
from sweep.simulators import Records
from sweep.trial import Trial
from sweep.trial_record import PROVENANCE, trial_series
from sweep.wisdom import recalled

# What a run decides, and not the trial.
OF_THE_RUN = (frozenset(PROVENANCE) - {"physics_version", "model_version"}) | {
    "chunk",
    "attempt",
    "traceback",
}
REPLAYED = (*FINAL_STATUSES, "error")
SAMPLES = "number of samples"


@final
@dataclass(frozen=True)
class Difference:
    """A column that came out differently.

    Attributes
    ----------
    table, column : str
    stored, found : value or None
        What is stored, and what came out; of a series, at the sample that differs most.
    largest : float or None
        The difference's magnitude; None where it is not one of numbers.
    relative : float or None
        Over the column's largest stored magnitude.
    t : float or None
        Time of that sample.
    """

    table: str
    column: str
    stored: Any
    found: Any
    largest: float | None = None
    relative: float | None = None
    t: float | None = None


@final
@dataclass(frozen=True)
class Replayed:
    """What came out of computing a trial again.

    Attributes
    ----------
    trial_id, source : str
        The trial, and what it was built from.
    status : str
        That came out.
    columns, series, samples : int
        How many were compared.
    differences : tuple of Difference
    notes : tuple of str
        What differs between the two computations themselves.
    seconds : float
    """

    trial_id: str
    source: str
    status: str
    columns: int
    series: int
    samples: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    seconds: float

    def beyond(self, within: float) -> tuple[Difference, ...]:
        """Differences that are larger than a relative one that is let pass."""
        return tuple(d for d in self.differences if d.relative is None or not d.relative <= within)


def check_replayable(row: Mapping[str, Any]) -> None:
    """Refuse a trial whose row says what became of a run, and nothing of the trial.

    Raises
    ------
    SelectionError
        Naming its status.
    """
    if row["status"] not in REPLAYED:
        raise SelectionError(
            f"trial {row['trial_id']}: expected one of {', '.join(REPLAYED)}, got {row['status']}, for which "
            "nothing is stored that could be compared; regimap retry runs it again"
        )


def replay(
    store: ExperimentStore, row: Mapping[str, Any], built: Rebuilt, directories: Sequence[str] = ()
) -> Replayed:
    """Compute a trial in this process and compare everything that the trial decides; nothing is written.

    Parameters
    ----------
    store : ExperimentStore
    row : mapping
        The stored row, every column by name.
    built : Rebuilt
        The trial that it is of.
    directories : sequence of str
        Where the module of a user's model is looked for, besides what is installed.

    Raises
    ------
    SelectionError
        As :func:`check_replayable`.
    SpecError
        If a user's model cannot be imported.
    """
    check_replayable(row)
    here, began = Provenance.collect(), time.perf_counter()
    outcome, recorded = _outcome(store, built.trial, here, directories)
    seconds = time.perf_counter() - began
    found = built.trial.row() | outcome
    names = [name for name in row if name not in OF_THE_RUN]
    stored = {name: np.array(values) for name, values in trial_series(store, row["trial_id"]).items()}
    arrays = {name: np.asarray(values) for name, values in recorded.items()}
    differences = (*_of_row(row, found, names), *_of_series(stored, arrays))
    return Replayed(
        trial_id=row["trial_id"],
        source=built.source,
        status=str(found["status"]),
        columns=len(names),
        series=len({*stored, *arrays}),
        samples=len(stored.get("t", ())),
        differences=differences,
        notes=tuple(_notes(row, here)),
        seconds=seconds,
    )


def _outcome(
    store: ExperimentStore, trial: AnyTrial, here: Provenance, directories: Sequence[str]
) -> Records:
    """Row and series that come out."""
    try:
        if isinstance(trial, OwnTrial):
            function = OwnFunction.load(store.model, directories, "--model-path")
            return checked(trial, _called(function, trial))
        if isinstance(trial, Trial):
            return checked(trial, _simulated(store, trial, here))
    except (MemoryError, OSError, SpecError):
        raise
    except Exception as error:
        return failure(error), {}
    raise AssertionError(f"a trial of an unknown kind: {trial!r}")


def _called(function: OwnFunction, trial: OwnTrial) -> Records:
    outputs = Outputs.read(function.place, function(dict(trial.parameters), trial.function_seed))
    samples = len(outputs.series["t"]) if outputs.series else None
    return {"status": "complete", "samples": samples, **outputs.scalars}, outputs.series


def _simulated(store: ExperimentStore, trial: Trial, here: Provenance) -> Records:
    """With FFTW's choices as the store has them for this type of processor."""
    shape = known_resolution(trial.scenario, trial.numerics).grid.shape
    plans = recalled(shape, trial.numerics.precision, here.processor_id, store)
    with np.errstate(all="ignore"):
        simulation = Simulation(trial.scenario, trial.numerics, plans)
        for _ in simulation:
            pass
        return simulation.trajectory().to_records()


def _of_row(row: Mapping[str, Any], found: Mapping[str, Any], names: list[str]) -> Iterator[Difference]:
    for name in names:
        before, after = row[name], found.get(name)
        if before == after or (_is_nan(before) and _is_nan(after)):
            continue
        if _is_number(before) and _is_number(after):
            gap = abs(before - after)
            yield Difference("trials", name, before, after, gap, gap / abs(before) if before else np.inf)
        else:
            yield Difference("trials", name, before, after)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and isnan(value)


def _of_series(stored: Mapping[str, NDArray[Any]], found: Mapping[str, NDArray[Any]]) -> Iterator[Difference]:
    before, after = len(stored.get("t", ())), len(found.get("t", ()))
    if before != after:
        yield Difference("series", SAMPLES, before, after)
    common = min(before, after)
    for name in dict.fromkeys((*stored, *found)):
        if name not in stored or name not in found:
            yield Difference("series", name, len(stored.get(name, ())), len(found.get(name, ())))
        elif not np.array_equal(stored[name][:common], found[name][:common], equal_nan=True):
            yield _furthest(name, stored[name][:common], found[name][:common], stored["t"])


def _furthest(name: str, stored: NDArray[Any], found: NDArray[Any], times: NDArray[Any]) -> Difference:
    """The sample of a series that differs most; one that is a number on one side only differs without end."""
    gaps = np.where(np.isnan(stored) & np.isnan(found), 0.0, np.abs(stored - found))
    gaps = np.nan_to_num(gaps, nan=np.inf)
    place = int(np.argmax(gaps))
    scale = float(np.nanmax(np.abs(stored), initial=0.0))
    largest = float(gaps[place])
    relative = largest / scale if scale else np.inf
    where = (float(stored[place]), float(found[place]))
    return Difference("series", name, *where, largest, relative, float(times[place]))


def _notes(row: Mapping[str, Any], here: Provenance) -> Iterator[str]:
    if row.get("physics_version", PHYSICS_VERSION) != PHYSICS_VERSION:
        yield (
            f"stored by physics version {row['physics_version']}, computed here by {PHYSICS_VERSION}: the "
            "ids differ, and the numbers may"
        )
    if row["processor"] != here.processor and "physics_version" in row:
        yield (
            f"stored on {row['processor']}, computed here on {here.processor}: FFTW chooses other transforms "
            "there, so the last digits may differ, and more of them where the motion is chaotic"
        )
    if row["git_dirty"]:
        yield "stored by code with uncommitted changes, which no commit has"
    theirs, ours = _versions({**asdict(here), **row}), _versions(asdict(here))
    changed = [
        f"{name} {theirs[name]} there, {ours.get(name)} here"
        for name in theirs
        if theirs[name] != ours.get(name)
    ]
    if changed:
        yield f"other versions: {'; '.join(changed)}"


def _versions(columns: Mapping[str, Any]) -> dict[str, str]:
    """Versions of a row by name, as far as they are known."""
    names = {"regimap": "regimap_version", "commit": "git_commit", "python": "python"}
    own = {name: columns[column] for name, column in names.items() if columns[column]}
    libraries: dict[str, str] = json.loads(columns["libraries"] or "{}")
    return own | libraries
