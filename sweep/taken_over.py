"""Points of earlier sweeps that tell a campaign something: their trials are its own, by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from learn import SearchSpace
from store import ExperimentStore
from store.schema import DATA_STATUSES
from sweep.chunk import point_trials
from sweep.identity import rounded
from sweep.own_model import OwnModel
from sweep.rounds import Point
from sweep.spec import SweepSpec

# Numerics that the rows have columns of.
NUMERICS = ("t_final", "samples", "tolerance", "precision")
# A point of the start-up design counts as seen where another lies nearer than this, in units of the design's
# typical spacing n^(-1/d).
NEAR = 0.5


def taken_over(spec: SweepSpec, store: ExperimentStore) -> Iterator[Point]:
    """Points within the spec's box of which the store has every trial that the campaign would run, with data.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore

    Yields
    ------
    mapping of str to float
        Value per axis, in the order of the axes' values.
    """
    landed = _landed(store)
    # What the columns say leaves few points to look at; that a trial is the same, only its id says.
    for values in _candidates(spec, store) if landed else ():
        point = dict(zip(spec.axis_names, values, strict=True))
        if all(trial.trial_id in landed for trial in point_trials(spec, point)):
            yield point


def startup_left(space: SearchSpace, startup: int, seed: int, known: Sequence[Point]) -> int:
    """Points of a start-up design that are still worth their price, where some points are known already.

    Each of the design's points near which a known one lies is left out: points that crowd in a corner spare
    little of it, points all over the box all of it.

    Parameters
    ----------
    space : SearchSpace
    startup : int
        Points of the design.
    seed : int
        Of the design.
    known : sequence of mapping of str to float
    """
    if not known:
        return startup
    design = space.to_unit(space.sobol(startup, seed))
    gaps = design[:, None, :] - space.to_unit(space.rows(known))[None, :, :]
    nearest = np.sqrt(np.square(gaps).sum(axis=2)).min(axis=1)
    return int(np.sum(nearest > NEAR * startup ** (-1.0 / space.dimension)))


def _landed(store: ExperimentStore) -> set[str]:
    """Trials with data."""
    return {trial_id for trial_id, status in store.statuses().items() if status in DATA_STATUSES}


def _candidates(spec: SweepSpec, store: ExperimentStore) -> Iterator[tuple[float, ...]]:
    names = ", ".join(f'"{name}"' for name in spec.axis_names)
    within = " AND ".join(f'"{axis.name}" BETWEEN ? AND ?' for axis in spec.axes)
    bounds = [end for axis in spec.axes for end in (rounded(axis.low), rounded(axis.high))]
    numerics = {} if isinstance(spec.model, OwnModel) else asdict(spec.numerics)
    alike = [name for name in NUMERICS if name in numerics]
    conditions = " AND ".join([within, *(f"{name} = ?" for name in alike)])
    query = (
        f"SELECT DISTINCT {names} FROM trials WHERE realization = 0 AND frozen IS NOT true "
        f"AND {conditions} ORDER BY {names}"
    )
    found = store.sql(query, [*bounds, *(numerics[name] for name in alike)]).rows()
    return (tuple(float(value) for value in row) for row in found)
