"""What a simulator gave for a trial: checked, so that one trial's fault is its own row and no other's."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from math import isnan
from typing import Any

import numpy as np

from store.records import series_table, trials_table
from store.schema import BUILT_IN, DATA_STATUSES, Schema
from sweep.any_trial import AnyTrial
from sweep.errors import SimulatorError
from sweep.own_function import OwnModelError
from sweep.simulators import Records


def checked(trial: AnyTrial, returned: object) -> Records:
    """Row and series as a simulator returned them; `invalid` where numbers are missing from them.

    Raises
    ------
    SimulatorError
        If it returned something else, or the row of another trial.
    """
    if not (
        isinstance(returned, tuple)
        and len(returned) == 2
        and all(isinstance(part, Mapping) for part in returned)
    ):
        raise SimulatorError(
            f"simulator: expected a row and series, two mappings by column, got {_shortened(returned)}; "
            "return both, the series empty if there are none"
        )
    row, series = returned
    if row.get("trial_id", trial.trial_id) != trial.trial_id:
        raise SimulatorError(
            f"simulator: expected a row of trial {trial.trial_id}, got {row['trial_id']!r}; leave the id out"
        )
    lacking = ", ".join(_without_numbers(row, series)) if row.get("status") in DATA_STATUSES else ""
    if lacking:
        return {**row, "status": "invalid", "reason": f"not a finite number: {lacking}"}, series
    return dict(row), series


def _without_numbers(row: Mapping[str, Any], series: Mapping[str, Any]) -> list[str]:
    """Scalars that are NaN, and series that are not finite somewhere."""
    scalars = [name for name, value in row.items() if isinstance(value, float) and isnan(value)]
    arrays = {name: np.asarray(values) for name, values in series.items()}
    return scalars + [
        name for name, values in arrays.items() if values.dtype.kind == "f" and not np.isfinite(values).all()
    ]


def refusal(row: Mapping[str, Any], series: Mapping[str, Any], schema: Schema = BUILT_IN) -> Exception | None:
    """Why a store of this schema would not take these records of a trial; None if it would."""
    try:
        table = trials_table("returned by the simulator", 1, [row], schema)
        series_table(table, {row["trial_id"]: series} if series else {}, schema)
    except Exception as error:
        # It is told of while the store's own refusal of the whole chunk is being handled.
        error.__context__ = None
        return error
    return None


def failure(error: BaseException) -> dict[str, Any]:
    """Cells of the row of a trial that raised; of what a user's function did, as it tells of it."""
    if isinstance(error, OwnModelError):
        told = None if error.trace is None else storable(error.trace)
        return {"status": "error", "reason": storable(error.reason), "traceback": told}
    return {"status": "error", "reason": named(error), "traceback": traced(error)}


def named(error: BaseException) -> str:
    """Kind and text of an exception, whatever its text is."""
    try:
        text = str(error)
    except Exception:
        text = "(its text cannot be had)"
    return storable(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def traced(error: BaseException) -> str:
    """Traceback of an exception."""
    return storable("".join(traceback.format_exception(error)))


def storable(text: str) -> str:
    """The text, with what is not Unicode escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
