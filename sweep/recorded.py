"""Which stored trials are compared as one thing, and their series on one time base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learn import log_growth, log_ratio, resample, stack_channels
from store import ExperimentStore
from store.schema import DATA_STATUSES
from sweep.errors import SweepError
from sweep.regime_names import SCALARS

SERIES = ("msd", "msd_raw", "participation_ratio")
COLUMNS = (
    *("trial_id", "point_id", "frozen", "status", "t_valid", "t_final", "dimension", "wavenumber"),
    *SCALARS,
)
# A group whose common valid time is shorter than this share of t_final names no regime.
VALID_SHARE = 0.5
ROUNDING = 1e-9  # of times

FloatArray = NDArray[np.float64]
Key = tuple[str, bool]
Trials = list[Mapping[str, Any]]


def grouped_trials(store: ExperimentStore, trial_ids: Collection[str]) -> dict[Key, Trials]:
    """Trials by point and lattice.

    Raises
    ------
    SweepError
        If they differ in dimension or t_final: their series are no cases of one thing.
    """
    columns = ", ".join(COLUMNS)
    result = store.sql(
        f"select {columns} from trials where trial_id in (select unnest(?)) "
        "order by point_id, frozen, realization, packet",
        [sorted(trial_ids)],
    )
    trials = [dict(zip(result.columns, row, strict=True)) for row in result.rows()]
    _check_alike(trials)
    groups: dict[Key, Trials] = defaultdict(list)
    for trial in trials:
        groups[trial["point_id"], trial["frozen"]].append(trial)
    return dict(groups)


def comparable(groups: Mapping[Key, Trials], planned: Mapping[Key, int]) -> dict[Key, Trials]:
    """Groups that may be compared.

    Every trial must have landed and finished: averages over survivors would compare the wrong packets.

    Parameters
    ----------
    groups : mapping of (point id, frozen) to trials
    planned : mapping of (point id, frozen) to int
        Trials that a group is to have.
    """
    return {
        key: group
        for key, group in groups.items()
        if len(group) >= planned.get(key, 0)
        and all(trial["status"] in DATA_STATUSES for trial in group)
        and min(trial["t_valid"] / trial["t_final"] for trial in group) >= VALID_SHARE
    }


def recorded_series(
    store: ExperimentStore, members: Mapping[str, float], names: Sequence[str] = SERIES
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Times (T,) and series (n, T) by column, NaN after a trial's valid time and where it has no series.

    Parameters
    ----------
    store : ExperimentStore
    members : mapping of trial id to valid time
    names : sequence of str
        Of the series.
    """
    columns = store.series(list(members), names)
    ids, starts, counts = np.unique(columns["trial_id"], return_index=True, return_counts=True)
    places = {str(name): slice(first, first + n) for name, first, n in zip(ids, starts, counts, strict=True)}
    times = columns["t"][places[str(ids[int(np.argmax(counts))])]] if len(ids) else np.zeros(1)
    stacked = {name: np.full((len(members), times.size), np.nan) for name in names}
    for row, (member, t_valid) in enumerate(members.items()):
        if member not in places:
            continue
        sampled = columns["t"][places[member]]
        for name, values in stacked.items():
            recorded = columns[name][places[member]]
            if np.array_equal(sampled, times[: sampled.size]):
                values[row, : sampled.size] = recorded
            elif sampled.size > 1:
                values[row] = resample(sampled, recorded, times)
            values[row, times > t_valid * (1 + ROUNDING)] = np.nan
    return times, stacked


def growth_features(series: Mapping[str, FloatArray]) -> FloatArray:
    """Features (n, T, 2): growth of the MSD over its start, and of the participation ratio.

    NaN throughout where a packet has no extent at the start: there is nothing to refer to.
    """
    start = series["msd_raw"][:, :1]
    known = start > 0.0
    grown = log_growth(series["msd"], np.where(known, start, 1.0))
    return stack_channels([np.where(known, grown, np.nan), log_ratio(series["participation_ratio"])])


def _check_alike(trials: Sequence[Mapping[str, Any]]) -> None:
    for name in ("dimension", "t_final"):
        values = sorted({trial[name] for trial in trials})
        if len(values) > 1:
            raise SweepError(
                f"labels: expected trials of one {name}, got {', '.join(f'{value:g}' for value in values)}; "
                "keep such sweeps in stores of their own"
            )
