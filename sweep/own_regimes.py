"""Regimes of a user's model: from the series that the spec names, or as the model says itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType
from typing import final

import numpy as np

from learn import ensemble_mean, stack_channels, valid_lengths
from store import ExperimentStore
from store.columns import sql_name
from store.schema import DATA_STATUSES
from sweep.errors import SweepError
from sweep.recorded import VALID_SHARE, FloatArray, Key, Trials, recorded_series
from sweep.regimes import Regimes

COLUMNS = ("trial_id", "point_id", "frozen", "status")
_FORMS: Mapping[str, Callable[[FloatArray], FloatArray]] = MappingProxyType(
    {"linear": lambda values: values, "log": np.log, "log1p": np.log1p}
)
# Values below which a scale has no meaning, and whether they are themselves allowed.
_LEAST = {"log": "above 0", "log1p": "0 or above"}


@final
@dataclass(frozen=True)
class Stated:
    """Regimes as the model says.

    Attributes
    ----------
    names : tuple of str
    memberships : tuple of tuple of float
        Of each point, the mean over its trials.
    """

    names: tuple[str, ...]
    memberships: tuple[tuple[float, ...], ...]


def own_groups(store: ExperimentStore, trial_ids: Collection[str], regimes: Regimes) -> dict[Key, Trials]:
    """Trials by point, with the columns in which the model states their regime.

    Raises
    ------
    SweepError
        If a trial has returned something, and there is no such column.
    """
    said = [*regimes.membership, *filter(None, [regimes.label])]
    known = [column.name for column in store.schema.trials.columns]
    unknown = [name for name in said if name not in known]
    names = ", ".join(map(sql_name, dict.fromkeys((*COLUMNS, *(n for n in said if n not in unknown)))))
    result = store.sql(
        f"select {names} from trials where trial_id in (select unnest(?)) order by point_id, realization",
        [sorted(trial_ids)],
    )
    groups: dict[Key, Trials] = defaultdict(list)
    for row in result.rows():
        trial = dict(zip(result.columns, row, strict=True))
        groups[trial["point_id"], False].append(trial)
    # Before that, nobody knows what the model returns.
    if unknown and any(trial["status"] in DATA_STATUSES for group in groups.values() for trial in group):
        raise SweepError(
            f"[regimes]: expected a scalar {unknown[0]} among what {store.model} returns, got none; known: "
            f"{', '.join(column.name for column in store.schema.outputs) or 'no scalars'}"
        )
    return dict(groups)


def check_names(store: ExperimentStore, trial_ids: Collection[str], regimes: Regimes) -> None:
    """Refuse a table [regimes] that does not fit what trials returned.

    Raises
    ------
    SweepError
        For a name that is none of what the model returns, or values that tell no regime.
    """
    groups = finished(own_groups(store, trial_ids, regimes), {})
    if groups and regimes.stated:
        stated(groups, regimes)
    elif groups:
        own_features(store, groups, with_series(store, regimes))


def finished(groups: Mapping[Key, Trials], planned: Mapping[Key, int]) -> dict[Key, Trials]:
    """Points whose trials have all landed with data: averages over survivors would compare the wrong ones."""
    return {
        key: group
        for key, group in groups.items()
        if len(group) >= planned.get(key, 0) and all(trial["status"] in DATA_STATUSES for trial in group)
    }


def stated(groups: Mapping[Key, Trials], regimes: Regimes) -> tuple[dict[Key, Trials], Stated]:
    """Points of which the model says something, and what it says.

    Raises
    ------
    SweepError
        If memberships are no shares, or a label is a number.
    """
    if regimes.membership:
        shares = [_mean_share(group, regimes.membership) for group in groups.values()]
        return dict(groups), Stated(regimes.membership, tuple(shares))
    known = {key: group for key, group in groups.items() if all(t[regimes.label] is not None for t in group)}
    said = {
        key: [_word(regimes.label, trial[regimes.label]) for trial in group] for key, group in known.items()
    }
    names = tuple(sorted({word for words in said.values() for word in words}))
    shares = [tuple(words.count(name) / len(words) for name in names) for words in said.values()]
    return known, Stated(names, tuple(shares))


def with_series(store: ExperimentStore, regimes: Regimes) -> Regimes:
    """The settings with the series that are compared: all of them, linear, where none is named.

    Raises
    ------
    SweepError
        If there is no such series, or none at all.
    """
    schema = store.schema
    known = [c.name for c in schema.series.columns if c.name not in (*schema.series_keys, "t")]
    for name, _ in regimes.series:
        if name not in known:
            raise SweepError(
                f"[regimes] series: expected one of {', '.join(known) or 'no series'}, which {store.model} "
                f"returns, got {name}"
            )
    if not known:
        raise SweepError(
            f"[regimes]: expected series that {store.model} returns, got none; return some, or say in label "
            "or membership which scalars tell the regime"
        )
    return regimes if regimes.series else replace(regimes, series=tuple((name, "linear") for name in known))


@final
@dataclass(frozen=True, eq=False)
class Features:
    """Series on one time base, on the scales that the spec names.

    Attributes
    ----------
    times : ndarray, (T,)
    single : ndarray, (trials, T, C)
        Of each trial; NaN where it has ended.
    mean : ndarray, (points, T, C)
        Of the averages over the trials of a point.
    """

    times: FloatArray
    single: FloatArray
    mean: FloatArray


def own_features(
    store: ExperimentStore, groups: Mapping[Key, Trials], regimes: Regimes
) -> tuple[dict[Key, Trials], Features | None]:
    """Points whose series are long enough, half of the longest, and their features; None without any.

    Raises
    ------
    SweepError
        If a value has no place on the scale that its series is to be compared on.
    """
    names = [name for name, _ in regimes.series]
    members = {str(trial["trial_id"]): np.inf for group in groups.values() for trial in group}
    times, recorded = recorded_series(store, members, names)
    for name, scale in regimes.series:
        _check_scale(name, scale, recorded[name])
    single = _on_scales(recorded, regimes.series)
    owners = [key for key, group in groups.items() for _ in group]
    long = valid_lengths(single) >= VALID_SHARE * times.size
    short = {key for key, enough in zip(owners, long, strict=True) if not enough}
    kept = {key: group for key, group in groups.items() if key not in short}
    if not kept:
        return {}, None
    rows = np.array([key not in short for key in owners])
    points = np.repeat(np.arange(len(kept)), [len(group) for group in kept.values()])
    means = {
        name: ensemble_mean(recorded[name][rows], "log" if scale == "log" else "linear", points)
        for name, scale in regimes.series
    }
    return kept, Features(times, single[rows], _on_scales(means, regimes.series))


def _on_scales(series: Mapping[str, FloatArray], scales: Sequence[tuple[str, str]]) -> FloatArray:
    return stack_channels([_FORMS[scale](series[name]) for name, scale in scales])


def _check_scale(name: str, scale: str, values: FloatArray) -> None:
    known = values[np.isfinite(values)]
    low = float(known.min()) if known.size else 1.0
    if scale in _LEAST and (low < 0.0 or (scale == "log" and low == 0.0)):
        raise SweepError(
            f'[regimes] series: expected values {_LEAST[scale]} of {name}, whose scale is "{scale}", got '
            f"{low:g}; choose {'log1p or ' if low == 0.0 else ''}linear"
        )


def _mean_share(group: Trials, names: Sequence[str]) -> tuple[float, ...]:
    total = np.zeros(len(names))
    for trial in group:
        shares = [trial[name] for name in names]
        fit = all(isinstance(x, float) and isfinite(x) and x >= 0.0 for x in shares)
        if not fit or sum(shares) <= 0.0:
            said = ", ".join(f"{name} = {value}" for name, value in zip(names, shares, strict=True))
            raise SweepError(
                f"[regimes] membership: expected numbers of 0 or above, not all 0, got {said} in trial "
                f"{trial['trial_id']}"
            )
        total += np.array(shares) / sum(shares)
    return tuple(float(share) for share in total / len(group))


def _word(label: str, value: object) -> str:
    if isinstance(value, float):
        raise SweepError(
            f"[regimes] label: expected text or truth values in {label}, got the number {value:g}, of which "
            "each would be a regime of its own; return a text, or true or false"
        )
    return f"{label}={str(value).lower()}" if isinstance(value, bool) else str(value)
