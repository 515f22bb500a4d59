"""From stored series to regimes: the one place that decides which series are compared, and how."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from learn import (
    Clustering,
    assign,
    cluster_series,
    ensemble_mean,
    log_growth,
    log_ratio,
    pooled_scale,
    resample,
    stack_channels,
    valid_lengths,
)
from store import ExperimentStore
from store.schema import DATA_STATUSES
from sweep.chunk import Chunk
from sweep.errors import SweepError
from sweep.trial import canonical_json, digest

METHOD = "k-medoids on banded DTW of ln(1 + MSD / MSD_raw(0)) and ln(PR / PR(0))"
SERIES = ("msd", "msd_raw", "participation_ratio")
# Raised when the same trials would be labelled otherwise.
LABELLER = "1"
SCALARS = ("msd_exponent_late", "participation_growth", "energy_gain")
COLUMNS = (
    *("trial_id", "point_id", "frozen", "status", "t_valid", "t_final", "dimension", "wavenumber"),
    *SCALARS,
)
# A group whose common valid time is shorter than this share of t_final names no regime.
VALID_SHARE = 0.5

FloatArray = NDArray[np.float64]
Key = tuple[str, bool]


@final
@dataclass(frozen=True)
class Labelling:
    """Regimes of points, moving and frozen, found together.

    Attributes
    ----------
    version : str
        Hash of the method, its parameters and the trials it saw.
    keys : tuple of (str, bool)
        Point id and frozen, in the order of the rows below.
    memberships : tuple of tuple of float
        Soft membership in each regime, the mean over realizations and packets.
    names : tuple of str
        Of the regimes, by evidence.
    clustering : Clustering
        Of the ensemble-averaged series.
    times : tuple of float
        Time base of the clustering's series.
    """

    version: str
    keys: tuple[Key, ...]
    memberships: tuple[tuple[float, ...], ...]
    names: tuple[str, ...]
    clustering: Clustering
    times: tuple[float, ...]

    def of(self, point_id: str, *, frozen: bool = False) -> tuple[float, ...] | None:
        """Membership of a point, or None where its series name no regime."""
        key = (point_id, frozen)
        return self.memberships[self.keys.index(key)] if key in self.keys else None

    def keep(self, store: ExperimentStore) -> None:
        """Write the labels to the store; a version that it holds already stands."""
        created = datetime.now(UTC).replace(tzinfo=None)
        store.append("labels", self.version, [row | {"created": created} for row in self.rows()])

    def rows(self) -> list[dict[str, Any]]:
        """Labels in plain values, a row per point and lattice."""
        return [
            {
                "label_version": self.version,
                "point_id": point_id,
                "frozen": frozen,
                "regime": self.names[int(np.argmax(membership))],
                "cluster": int(np.argmax(membership)),
                "membership": list(membership),
                "method": METHOD,
                "k": len(self.names),
            }
            for (point_id, frozen), membership in zip(self.keys, self.memberships, strict=True)
        ]


def label_trials(
    store: ExperimentStore,
    trial_ids: Collection[str],
    *,
    k: int | None = None,
    seed: int = 0,
    planned: Mapping[Key, int] | None = None,
) -> Labelling | None:
    """Cluster the series of trials, averaged by point, moving and frozen lattices together.

    Parameters
    ----------
    store : ExperimentStore
    trial_ids : collection of str
        Trials whose points are compared.
    k : int, optional
        Number of regimes; chosen from the series by default.
    seed : int
    planned : mapping of (point id, frozen) to int, optional
        Trials that a group is to have: one with fewer rows yet is left out.

    Returns
    -------
    Labelling or None
        None where no point has series that can be compared.

    Raises
    ------
    SweepError
        If the trials differ in dimension or t_final: their series are no cases of one thing.
    """
    trials = _trials(store, trial_ids)
    _check_alike(trials)
    groups = _comparable(trials, planned or {})
    if not groups:
        return None
    keys = tuple(groups)
    members = [trial["trial_id"] for key in keys for trial in groups[key]]
    points = np.repeat(np.arange(len(keys)), [len(groups[key]) for key in keys])
    times, recorded = _recorded(store, members)
    means = {
        "msd": ensemble_mean(recorded["msd"], "linear", points),
        "msd_raw": ensemble_mean(recorded["msd_raw"], "linear", points),
        "participation_ratio": ensemble_mean(recorded["participation_ratio"], "log", points),
    }
    features = _features(means)
    scale = pooled_scale(features)
    clustering = cluster_series(
        scale.apply(features), k, seed=seed, lengths=valid_lengths(features), **_limits(k, len(keys))
    )
    single = _features(recorded)
    soft = assign(clustering, scale.apply(single), valid_lengths(single), points).memberships
    content = {"labeller": LABELLER, "k": k, "seed": seed, "trials": sorted(members)}
    return Labelling(
        version=digest(canonical_json(content)),
        keys=keys,
        memberships=tuple(tuple(float(x) for x in row) for row in soft),
        names=regime_names(np.argmax(soft, axis=1), [groups[key] for key in keys], clustering.k),
        clustering=clustering,
        times=tuple(float(t) for t in times),
    )


def label_chunks(store: ExperimentStore, chunks: Iterable[Chunk], *, seed: int = 0) -> Labelling | None:
    """Labels of planned trials, of the points whose realizations and packets have all landed.

    Parameters
    ----------
    store : ExperimentStore
    chunks : iterable of Chunk
    seed : int
    """
    trials = [trial for chunk in chunks for trial in chunk.trials]
    planned = Counter((trial.point_id, trial.scenario.frozen) for trial in trials)
    return label_trials(store, [trial.trial_id for trial in trials], seed=seed, planned=planned)


def regime_names(
    regimes: NDArray[np.intp], groups: Sequence[Sequence[Mapping[str, Any]]], k: int
) -> tuple[str, ...]:
    """Name each regime by the late behaviour of its members.

    The words say what was seen: "held" (MSD and participation ratio hardly grow; whether by
    localization or by a classical trap is not decided here), "ballistic", "lattice-driven" (the
    field has given more than E_F), "spreading" for what lies between.
    """
    names: list[str] = []
    for regime in range(k):
        trials = [
            trial for label, group in zip(regimes, groups, strict=True) if label == regime for trial in group
        ]
        base = _evidence(trials)
        same = sum(name.split(" ")[0] == base for name in names)
        names.append(f"{base} {same + 1}" if same else base)
    return tuple(names)


def _evidence(trials: Sequence[Mapping[str, Any]]) -> str:
    if not trials:
        return "empty"
    mean = {name: _mean([trial[name] for trial in trials]) for name in SCALARS}
    if not any(trial["msd_exponent_late"] is not None for trial in trials):
        return "unnamed"
    gained = [trial for trial in trials if trial["energy_gain"] is not None]
    gain = _mean([trial["energy_gain"] / (trial["wavenumber"] ** 2 / 2.0) for trial in gained])
    if gain > 1.0:
        return "lattice-driven"
    if mean["msd_exponent_late"] > 1.75:
        return "ballistic"
    if mean["msd_exponent_late"] < 1.25 and mean["participation_growth"] < 0.75:
        return "held"
    return "spreading"


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else 0.0


def _limits(k: int | None, series: int) -> dict[str, int]:
    return {} if k is not None else {"k_max": max(1, min(6, series - 1))}


def _trials(store: ExperimentStore, trial_ids: Collection[str]) -> list[dict[str, Any]]:
    columns = ", ".join(COLUMNS)
    result = store.sql(
        f"select {columns} from trials where trial_id in (select unnest(?)) "
        "order by point_id, frozen, realization, packet",
        [sorted(trial_ids)],
    )
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows()]


def _check_alike(trials: Sequence[Mapping[str, Any]]) -> None:
    for name in ("dimension", "t_final"):
        values = sorted({trial[name] for trial in trials})
        if len(values) > 1:
            raise SweepError(
                f"labels: expected trials of one {name}, got {', '.join(f'{value:g}' for value in values)}; "
                "keep such sweeps in stores of their own"
            )


def _comparable(
    trials: Sequence[Mapping[str, Any]], planned: Mapping[Key, int]
) -> dict[Key, list[Mapping[str, Any]]]:
    """Trials by point and lattice, of the groups that may be compared.

    Every trial must have landed and finished: averages over survivors would compare the wrong packets.
    """
    groups: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for trial in trials:
        groups[trial["point_id"], trial["frozen"]].append(trial)
    return {
        key: group
        for key, group in groups.items()
        if len(group) >= planned.get(key, 0)
        and all(trial["status"] in DATA_STATUSES for trial in group)
        and min(trial["t_valid"] / trial["t_final"] for trial in group) >= VALID_SHARE
    }


def _recorded(store: ExperimentStore, members: Sequence[str]) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Times (T,) and series (n, T) by column, NaN after a trial's valid time."""
    columns = store.series(members, SERIES)
    ids, starts, counts = np.unique(columns["trial_id"], return_index=True, return_counts=True)
    places = {str(name): slice(first, first + n) for name, first, n in zip(ids, starts, counts, strict=True)}
    times = columns["t"][places[str(ids[int(np.argmax(counts))])]]
    stacked = {name: np.full((len(members), times.size), np.nan) for name in SERIES}
    for row, member in enumerate(members):
        sampled = columns["t"][places[member]]
        for name, values in stacked.items():
            recorded = columns[name][places[member]]
            if np.array_equal(sampled, times[: sampled.size]):
                values[row, : sampled.size] = recorded
            elif sampled.size > 1:
                values[row] = resample(sampled, recorded, times)
    return times, stacked


def _features(series: Mapping[str, FloatArray]) -> FloatArray:
    return stack_channels(
        [
            log_growth(series["msd"], series["msd_raw"][:, :1]),
            log_ratio(series["participation_ratio"]),
        ]
    )
