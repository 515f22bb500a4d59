"""A stored trial, built again from its row, so that it can be computed or drawn again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from physics import Numerics, PhysicsError, Scenario, Trajectory
from store import ExperimentStore
from sweep.any_trial import AnyTrial
from sweep.deformation_potential import MODEL
from sweep.errors import SelectionError
from sweep.identification import TrialIds
from sweep.own_trial import OwnTrial
from sweep.trial import KELVIN, Trial
from sweep.trial_record import trial_series

# Where the numerics that have no column of their own were found.
FROM_ROW, FROM_PLAN, FROM_PLANS = "its row", "its plan", "other plans of the store"
_ITS_PLAN = "SELECT trial_id, trial FROM chunks WHERE trial_id = ? LIMIT 1"
# One of each kind of numerics.
_PLANS = """
SELECT min(trial_id), min_by(trial, trial_id) FROM chunks GROUP BY trial -> '$.numerics' ORDER BY 1
"""


@final
@dataclass(frozen=True)
class Rebuilt:
    """A trial whose content has the id of its row.

    Attributes
    ----------
    trial : AnyTrial
    source : str
        What it was built from: `FROM_ROW`, or else `FROM_PLAN` or `FROM_PLANS` besides.
    """

    trial: AnyTrial
    source: str


def rebuilt(store: ExperimentStore, row: Mapping[str, Any]) -> Rebuilt:
    """The trial that a row of results is of.

    A row has columns for the whole scenario and for most of the numerics. Where others were asked for, such
    as an edge tolerance, the trial's plan has them. That nothing is missing is told by the id. A trial of a
    user's model is read from its plan: its row has the seed that the function was given, not the sweep's.

    Raises
    ------
    SelectionError
        If the store's rows and plans do not give the trial's id.
    """
    if store.model != MODEL:
        return Rebuilt(_own_trial(store, row), FROM_PLAN)
    trial, source = _built_in_trial(store, row)
    return Rebuilt(trial, source)


def _built_in_trial(store: ExperimentStore, row: Mapping[str, Any]) -> tuple[Trial, str]:
    ids = TrialIds()
    try:
        for source in _sources(store, row, ids):
            content = ids.content(row)
            if content is not None:
                scenario, numerics = Scenario(**content["scenario"]), Numerics(**content["numerics"])
                return Trial(scenario, numerics, row.get(KELVIN)), source
    except (PhysicsError, TypeError, ValueError) as error:
        raise SelectionError(
            f"trial {row['trial_id']}: expected columns that are a trial, got: {error}; regimap verify says "
            "what is damaged"
        ) from None
    raise SelectionError(
        f"trial {row['trial_id']}: expected columns whose hash is its id, got others; it was planned with "
        "numerics that neither its row nor the store's plans have, or its row is damaged: regimap verify "
        "says which"
    )


def _own_trial(store: ExperimentStore, row: Mapping[str, Any]) -> OwnTrial:
    for _, text in store.sql(_ITS_PLAN, [row["trial_id"]]).rows():
        trial = OwnTrial.from_text(text)
        if trial.trial_id == row["trial_id"]:
            return trial
    raise SelectionError(
        f"trial {row['trial_id']}: expected its plan in the store, got none that gives its id; call "
        f"{store.model} with the parameters and the seed of its row"
    )


def stored_trajectory(store: ExperimentStore, row: Mapping[str, Any]) -> Trajectory:
    """The outcome of a trial of the deformation potential as it was stored, for the figures.

    Raises
    ------
    SelectionError
        As :func:`rebuilt`, or if the trial has no series.
    """
    trial, _ = _built_in_trial(store, row)
    series = {name: np.array(values) for name, values in trial_series(store, row["trial_id"]).items()}
    if "t" not in series:
        raise SelectionError(
            f"trial {row['trial_id']}: expected one with series, got none ({row['status']}); "
            "choose another one to draw"
        )
    scalars = {name: np.nan if value is None else value for name, value in row.items()}
    return Trajectory(trial.scenario, trial.numerics, row["status"], row["reason"], series, scalars)


def _sources(store: ExperimentStore, row: Mapping[str, Any], ids: TrialIds) -> Iterator[str]:
    """Let `ids` learn of more and more kinds of numerics, and say from where."""
    yield FROM_ROW
    for source, query, parameters in ((FROM_PLAN, _ITS_PLAN, [row["trial_id"]]), (FROM_PLANS, _PLANS, [])):
        for trial_id, text in store.sql(query, parameters or None).rows():
            ids.planned({"trial_id": trial_id, "trial": text})
        yield source
