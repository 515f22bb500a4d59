"""From stored series to regimes: the one place that decides which series are compared, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from learn import (
    Agreement,
    Clustering,
    agreement,
    assign,
    cluster_series,
    ensemble_mean,
    following,
    partners,
    pooled_scale,
    reordered,
    valid_lengths,
)
from store import ExperimentStore
from sweep.chunk import Chunk
from sweep.errors import SweepError
from sweep.identity import canonical_json, digest
from sweep.own_regimes import finished, own_features, own_groups, stated, with_series
from sweep.recorded import (
    VALID_SHARE,
    FloatArray,
    Key,
    Trials,
    comparable,
    grouped_trials,
    growth_features,
    recorded_series,
)
from sweep.regime_names import UNNAMED, regime_names, rule_name, told_apart
from sweep.regimes import DEFAULT, Regimes

# Raised when the same trials would be labelled otherwise.
LABELLER = "2"


@final
@dataclass(frozen=True)
class Count:
    """How many regimes: asked for, to be kept, or to be found."""

    k: int | None
    kept: int | None


@final
@dataclass(frozen=True)
class Labelling:
    """Regimes of points, moving and frozen, found together.

    Attributes
    ----------
    version : str
        Hash of the labeller, the method, its parameters and the trials it saw.
    keys : tuple of (str, bool)
        Point id and frozen, in the order of the rows below.
    memberships : tuple of tuple of float
        Soft membership in each regime, the mean over realizations and packets.
    names : tuple of str
        Of the regimes, by evidence.
    rules : tuple of str
        What the rules on physical exponents call each point, whatever its regime.
    found : Clustering or None
        Of the ensemble-averaged series; None where the model says itself which regime a trial shows.
    times : tuple of float
        Time base of the clustering's series.
    regimes : Regimes
        How they were found and named.
    left_out : int
        Points, moving and frozen counted apart, that name no regime: a trial failed or has not landed, or
        their series are valid for too short a time.
    """

    version: str
    keys: tuple[Key, ...]
    memberships: tuple[tuple[float, ...], ...]
    names: tuple[str, ...]
    rules: tuple[str, ...]
    found: Clustering | None
    times: tuple[float, ...]
    regimes: Regimes
    left_out: int

    @property
    def method(self) -> str:
        """How regimes were found, for a reader."""
        return self.regimes.words

    @property
    def clustering(self) -> Clustering:
        """Of the ensemble-averaged series.

        Raises
        ------
        SweepError
            Where nothing was clustered, for the model says itself which regime a trial shows.
        """
        if self.found is None:
            raise SweepError(f"regimes: expected series that were clustered, got regimes {self.method}")
        return self.found

    @property
    def clusters(self) -> dict[Key, int]:
        """Number of the regime to which each point belongs most."""
        numbers = (int(np.argmax(membership)) for membership in self.memberships)
        return dict(zip(self.keys, numbers, strict=True))

    def of(self, point_id: str, *, frozen: bool = False) -> tuple[float, ...] | None:
        """Membership of a point, or None where its series name no regime."""
        key = (point_id, frozen)
        return self.memberships[self.keys.index(key)] if key in self.keys else None

    def agreement(self) -> tuple[tuple[str, ...], Agreement]:
        """What the rules call the points, and how far that agrees with the regimes.

        Points that the rules cannot name are not compared.
        """
        named = [
            (cluster, rule)
            for cluster, rule in zip(self.clusters.values(), self.rules, strict=True)
            if rule != UNNAMED
        ]
        called = tuple(sorted({rule for _, rule in named}))
        clusters = [cluster for cluster, _ in named]
        return called, agreement(
            clusters, [called.index(rule) for _, rule in named], len(self.names), len(called)
        )

    def keep(self, store: ExperimentStore) -> None:
        """Write the labels to the store; a version that it holds already stands."""
        created = datetime.now(UTC).replace(tzinfo=None)
        store.append("labels", self.version, [row | {"created": created} for row in self.rows()])

    def rows(self) -> list[dict[str, Any]]:
        """Labels in plain values, a row per point and lattice."""
        clusters = self.clusters
        return [
            {
                "label_version": self.version,
                "point_id": point_id,
                "frozen": frozen,
                "regime": self.names[clusters[point_id, frozen]],
                "cluster": clusters[point_id, frozen],
                "membership": list(membership),
                "method": self.method,
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
    regimes: Regimes = DEFAULT,
    kept: int | None = None,
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
    regimes : Regimes
        How they are found and named.
    kept : int, optional
        Number of regimes that is to stay unless regimes set themselves apart.

    Returns
    -------
    Labelling or None
        None where no point has series that can be compared.

    Raises
    ------
    SweepError
        If the trials differ in dimension or t_final: their series are no cases of one thing.
    InvalidClusterCountError
        If there are fewer than k distinct series.
    """
    count = Count(k, None if k is not None or regimes.stated else kept)
    if store.schema.own:
        return _own_labelling(store, trial_ids, count, seed=seed, planned=planned or {}, regimes=regimes)
    all_groups = grouped_trials(store, trial_ids)
    groups = comparable(all_groups, planned or {})
    times, recorded = recorded_series(store, _valid_times(groups))
    single = growth_features(recorded)
    long = valid_lengths(single) >= VALID_SHARE * times.size
    owners = [key for key, group in groups.items() for _ in group]
    short = {key for key, enough in zip(owners, long, strict=True) if not enough}
    groups = {key: group for key, group in groups.items() if key not in short}
    if not groups:
        return None
    rows = np.array([key not in short for key in owners])
    points = np.repeat(np.arange(len(groups)), [len(group) for group in groups.values()])
    features = growth_features(
        {
            name: ensemble_mean(values[rows], "log" if name == "participation_ratio" else "linear", points)
            for name, values in recorded.items()
        }
    )
    clustering, soft = _clustered(features, single[rows], points, count, seed, regimes)
    return Labelling(
        version=_version(groups, count, seed, regimes),
        keys=tuple(groups),
        memberships=tuple(tuple(float(x) for x in row) for row in soft),
        names=regime_names(np.argmax(soft, axis=1).tolist(), list(groups.values()), clustering.k, regimes),
        rules=tuple(rule_name(group, regimes) for group in groups.values()),
        found=clustering,
        times=tuple(float(t) for t in times),
        regimes=regimes,
        left_out=len(all_groups) - len(groups),
    )


def _clustered(
    mean: FloatArray,
    single: FloatArray,
    points: NDArray[np.int64],
    count: Count,
    seed: int,
    regimes: Regimes,
) -> tuple[Clustering, FloatArray]:
    """Regimes of averaged series, and what share each point has of them by its single ones."""
    scale = pooled_scale(mean)
    clustering = cluster_series(
        scale.apply(mean),
        count.k,
        method=regimes.method,
        k_max=regimes.k_max,
        seed=seed,
        kept=count.kept,
    )
    return clustering, assign(clustering, scale.apply(single), points=points).memberships


def _own_labelling(
    store: ExperimentStore,
    trial_ids: Collection[str],
    count: Count,
    *,
    seed: int,
    planned: Mapping[Key, int],
    regimes: Regimes,
) -> Labelling | None:
    """Regimes of a user's model, which no rule on physical exponents names."""
    everything = own_groups(store, trial_ids, regimes)
    groups = finished(everything, planned)
    if not groups:
        return None
    clustering: Clustering | None = None
    times: tuple[float, ...] = ()
    if regimes.stated:
        groups, said = stated(groups, regimes)
        names, memberships = said.names, said.memberships
    else:
        regimes = with_series(store, regimes)
        groups, features = own_features(store, groups, regimes)
        if features is None:
            return None
        points = np.repeat(np.arange(len(groups)), [len(group) for group in groups.values()])
        clustering, soft = _clustered(features.mean, features.single, points, count, seed, regimes)
        names = tuple(f"R{number + 1}" for number in range(clustering.k))
        memberships = tuple(tuple(float(x) for x in row) for row in soft)
        times = tuple(float(t) for t in features.times)
    if not groups:
        return None
    return Labelling(
        version=_version(groups, count, seed, regimes),
        keys=tuple(groups),
        memberships=memberships,
        names=names,
        rules=(UNNAMED,) * len(groups),
        found=clustering,
        times=times,
        regimes=regimes,
        left_out=len(everything) - len(groups),
    )


def _version(groups: Mapping[Key, Trials], count: Count, seed: int, regimes: Regimes) -> str:
    content = {"labeller": LABELLER, "k": count.k, "seed": seed, "trials": sorted(_ids(groups))}
    if count.kept is not None:
        content["kept"] = count.kept
    return digest(canonical_json(content | {"regimes": regimes.given()}))


def label_chunks(
    store: ExperimentStore,
    chunks: Iterable[Chunk],
    *,
    seed: int = 0,
    regimes: Regimes = DEFAULT,
    kept: int | None = None,
) -> Labelling | None:
    """Labels of planned trials, of the points whose realizations and packets have all landed.

    Parameters
    ----------
    store : ExperimentStore
    chunks : iterable of Chunk
    seed : int
    regimes : Regimes
        How regimes are found and named.
    kept : int, optional
        As for :func:`label_trials`.
    """
    # A point may be in two rounds: asked for, or reached by a design, after it had been taken over.
    trials = {trial.trial_id: trial for chunk in chunks for trial in chunk.trials}.values()
    planned = Counter((trial.point_id, trial.is_frozen) for trial in trials)
    ids = [trial.trial_id for trial in trials]
    return label_trials(store, ids, seed=seed, planned=planned, regimes=regimes, kept=kept)


def regime_partners(labelling: Labelling, like: Mapping[Key, int]) -> tuple[int | None, ...]:
    """Number, in an earlier labelling, of the regime that each regime goes on from; None for a new one.

    Parameters
    ----------
    labelling : Labelling
    like : mapping of (point id, frozen) to int
        The earlier labelling's `clusters`; points of both decide.
    """
    clusters = labelling.clusters
    shared = [key for key in labelling.keys if key in like]
    return partners([like[key] for key in shared], [clusters[key] for key in shared], len(labelling.names))


def renumbered(labelling: Labelling, like: Mapping[Key, int]) -> Labelling:
    """Labelling whose regimes follow the numbers of an earlier one.

    Regimes are paired so that most points of both keep theirs; new ones come last, and where one has
    vanished those after it move up (`regime_partners` tells which is which). The version is another one
    where the order is.

    Parameters
    ----------
    labelling : Labelling
    like : mapping of (point id, frozen) to int
        The earlier labelling's `clusters`.
    """
    order = following(regime_partners(labelling, like))
    if order == tuple(range(len(order))):
        return labelling
    names = tuple(labelling.names[regime] for regime in order)
    return replace(
        labelling,
        version=digest(canonical_json({"version": labelling.version, "order": list(order)})),
        memberships=tuple(tuple(row[regime] for regime in order) for row in labelling.memberships),
        names=names if labelling.found is None else told_apart(names),
        found=None if labelling.found is None else reordered(labelling.found, order),
    )


def _valid_times(groups: Mapping[Key, Trials]) -> dict[str, float]:
    return {str(trial["trial_id"]): float(trial["t_valid"]) for group in groups.values() for trial in group}


def _ids(groups: Mapping[Key, Trials]) -> list[str]:
    return [str(trial["trial_id"]) for group in groups.values() for trial in group]
