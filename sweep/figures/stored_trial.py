"""A stored trial as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from store import ExperimentStore
from sweep.deformation_potential import MODEL
from sweep.errors import SelectionError
from sweep.figures.recorded_series import recorded_figure
from sweep.figures.trajectory import trajectory_figure
from sweep.rebuilding import stored_trajectory
from sweep.trial_record import REPEATED, trial_series


def trial_figure(store: ExperimentStore, row: Mapping[str, Any]) -> Figure:
    """Draw the series of a trial.

    Parameters
    ----------
    store : ExperimentStore
    row : mapping
        Its row, every column by name, such as :func:`sweep.locating.find_trial` gives.

    Returns
    -------
    Figure
        As `simulate` draws them beside closed forms; for a model of one's own, each series in a panel.

    Raises
    ------
    SelectionError
        If the trial has no series, or if it cannot be built again from its row.
    """
    if store.model == MODEL:
        return trajectory_figure(stored_trajectory(store, row))
    series = trial_series(store, row["trial_id"])
    if len(series.get("t", ())) == 0:
        raise SelectionError(
            f"trial {row['trial_id']}: expected one with series, got none ({row['status']}); "
            "choose another one to draw"
        )
    columns = store.schema.series
    axes = [name for name in store.schema.series_keys if name not in REPEATED]
    point = ",  ".join(
        f"{name} = {row[name]:.4g}" if isinstance(row[name], float) else f"{name} = {row[name]}"
        for name in axes
    )
    title = f"{point}\n{store.model}, realization {row['realization']}, seed {row['seed']}; {row['status']}"
    return recorded_figure(series, {column.name: column.unit for column in columns.columns}, title)
