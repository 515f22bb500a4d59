"""A stored trial as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from store import ExperimentStore
from sweep.deformation_potential import MODEL
from sweep.errors import SelectionError
from sweep.figures.picture import Picture
from sweep.figures.recorded_series import recorded_figure
from sweep.figures.trajectory import trajectory_figure
from sweep.locating import find_trial
from sweep.rebuilding import stored_trajectory
from sweep.trial_record import REPEATED, trial_series


def trial_figure(
    store: ExperimentStore | str | PathLike[str],
    trial: str | Mapping[str, Any],
    *,
    width_mm: float | None = None,
) -> Picture:
    """Draw the series of a trial of a store.

    Parameters
    ----------
    store : ExperimentStore, str or Path
        A store or where it is.
    trial : str or mapping
        Its id or the first characters of it; or its row, every column by name.
    width_mm : float, optional
        Width in print: 86 is a column of a journal, 178 its page. By default as for a screen.

    Returns
    -------
    Picture
        A matplotlib Figure, as :func:`trajectory_figure` draws it; for a model of one's own, each series in a
        panel.

    Raises
    ------
    SelectionError
        If there is no such trial, if it has no series, or if it cannot be built again from its row.
    PictureError
        For a width that cannot be had.
    """
    store = store if isinstance(store, ExperimentStore) else ExperimentStore(store)
    row = find_trial(store, trial) if isinstance(trial, str) else trial
    if store.model == MODEL:
        return trajectory_figure(stored_trajectory(store, row), width_mm=width_mm)
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
    return recorded_figure(
        series, {column.name: column.unit for column in columns.columns}, title, width_mm=width_mm
    )
