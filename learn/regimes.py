"""From series features to regimes: clustering, choice of k, soft memberships, labels for new series."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax

from learn.distance import BAND, checked_series, cross_distances, distance_matrix
from learn.errors import InvalidClusterCountError
from learn.features import mean_by_point
from learn.partition import Sweep, choose_count, partition, silhouette, stability, sweep_counts
from learn.value import ArrayValue, Floats, Ints

# Kaufman & Rousseeuw (1990), p. 88: a silhouette up to 0.25 says that no substantial structure was found.
MINIMUM_SILHOUETTE = 0.25


@dataclass(frozen=True, eq=False)
class Clustering(ArrayValue):
    """Regimes found among n series.

    Attributes
    ----------
    labels : array of int (n,)
        Regime 0 .. k - 1 of each series: its nearest medoid. Regimes are numbered by the last value of the
        first channel of their medoid, ascending, unless `match` renumbered them.
    medoids : array of int (k,)
        Row of the series that stands for each regime.
    memberships : array (n, k)
        exp(-d / temperature), normalised over the k medoids.
    distances : array (n, k)
        Distance d to each medoid.
    temperature : float
        Mean distance of a series to its own medoid (not less than 5 % of the smallest distance between
        medoids), so memberships are as soft as regimes are wide.
    silhouettes, stabilities : mapping of int to float
        Mean silhouette, and bootstrap stability (adjusted Rand index), of each k that was tried.
    medoid_series, medoid_lengths : array (k, T, C), array of int (k,)
        The medoids themselves: all that `assign` needs.
    band : float
        Band of the distances.
    """

    labels: Ints
    medoids: Ints
    memberships: Floats
    distances: Floats
    temperature: float
    silhouettes: Mapping[int, float]
    stabilities: Mapping[int, float]
    medoid_series: Floats
    medoid_lengths: Ints
    band: float

    @property
    def k(self) -> int:
        """Number of regimes."""
        return len(self.medoids)


@dataclass(frozen=True, eq=False)
class Assignment(ArrayValue):
    """Labels (n,), memberships (n, k) and distances (n, k) of series under a given clustering."""

    labels: Ints
    memberships: Floats
    distances: Floats


def cluster_series(
    features: ArrayLike,
    k: int | None = None,
    *,
    k_max: int = 6,
    seed: int = 0,
    lengths: ArrayLike | None = None,
    minimum_silhouette: float = MINIMUM_SILHOUETTE,
    band: float = BAND,
) -> Clustering:
    """Find regimes by k-medoids on banded dynamic time warping.

    The result does not depend on the order of the rows.

    Parameters
    ----------
    features : array_like (n, T, C)
        Scaled features; what follows the first NaN of a series is not used.
    k : int, optional
        Number of regimes; chosen from 1 .. k_max if left out, by silhouette and, between close ones, by
        stability.
    k_max : int
        Largest k to try.
    seed : int
        Seed of the random starts and the bootstrap.
    lengths : array_like of int (n,), optional
        Valid samples of each series.
    minimum_silhouette : float
        Below it, one regime.
    band : float
        Radius of the warping band, a share of the compared samples.

    Raises
    ------
    InvalidSeriesError
        If features are not (n, T, C) or a series has no valid sample.
    InvalidClusterCountError
        If k is not between 1 and the number of distinct series.
    """
    series, valid = checked_series(features, lengths)
    order = _canonical_order(series, valid)
    series, valid = series[order], valid[order]
    distances = distance_matrix(series, valid, band)
    distinct = _distinct(distances)
    _check_counts(k, k_max, distinct)
    if k is None:
        sweep = sweep_counts(distances, range(2, min(k_max, distinct, len(series) - 1) + 1), seed)
        chosen = choose_count(sweep, minimum_silhouette)
        medoids = sweep.medoids[chosen] if chosen > 1 else partition(distances, 1, seed)
    else:
        medoids = partition(distances, k, seed)
        sweep = _judged(distances, medoids, seed)
    medoids = _numbered(medoids, series, valid)
    return _in_given_order(_described(distances, medoids, series, valid, sweep, band), order)


def assign(
    clustering: Clustering,
    features: ArrayLike,
    lengths: ArrayLike | None = None,
    points: ArrayLike | None = None,
) -> Assignment:
    """Label series by the medoids of a clustering.

    Parameters
    ----------
    clustering : Clustering
        Where the medoids and the temperature come from.
    features : array_like (n, T, C)
        Features on the time base and the scale that were clustered.
    lengths : array_like of int (n,), optional
        Valid samples of each series.
    points : array_like of int (n,), optional
        Point 0 .. P - 1 that each series is a realization of. Memberships and distances are then means over
        the realizations, (P, k), and labels follow the mean membership.
    """
    distances = cross_distances(
        features, clustering.medoid_series, lengths, clustering.medoid_lengths, clustering.band
    )
    memberships = _memberships(distances, clustering.temperature)
    if points is not None:
        distances, memberships = mean_by_point(distances, points), mean_by_point(memberships, points)
        return Assignment(np.argmax(memberships, axis=1).astype(np.int64), memberships, distances)
    return Assignment(np.argmin(distances, axis=1).astype(np.int64), memberships, distances)


def _canonical_order(series: Floats, lengths: Ints) -> Ints:
    """Order of the rows by content, so that nothing downstream sees the order they came in."""
    keys = np.column_stack([lengths, series.reshape(len(series), -1)])
    return np.lexsort(keys.T[::-1]).astype(np.int64)


def _distinct(distances: Floats) -> int:
    """Count the series that differ from all before them."""
    return int(np.sum([not np.any(row[:i] == 0) for i, row in enumerate(distances)]))


def _check_counts(k: int | None, k_max: int, distinct: int) -> None:
    if k is not None and not 1 <= k <= distinct:
        raise InvalidClusterCountError(
            f"expected k between 1 and the {distinct} distinct series, got {k}; "
            "lower k, add series, or leave k out"
        )
    if k_max < 1:
        raise InvalidClusterCountError(f"expected k_max >= 1, got {k_max}; 6 is a good one")


def _judged(distances: Floats, medoids: Ints, seed: int) -> Sweep:
    k = len(medoids)
    if k == 1:
        return Sweep({}, {}, {})
    labels = np.argmin(distances[:, medoids], axis=1).astype(np.int64)
    return Sweep({k: medoids}, {k: silhouette(distances, labels)}, {k: stability(distances, labels, k, seed)})


def _numbered(medoids: Ints, series: Floats, lengths: Ints) -> Ints:
    last = series[medoids, lengths[medoids] - 1, 0]
    return medoids[np.lexsort([medoids, last])]


def _described(
    distances: Floats, medoids: Ints, series: Floats, lengths: Ints, sweep: Sweep, band: float
) -> Clustering:
    to_medoids = distances[:, medoids]
    temperature = _temperature(to_medoids, distances[np.ix_(medoids, medoids)])
    return Clustering(
        labels=np.argmin(to_medoids, axis=1).astype(np.int64),
        medoids=medoids,
        memberships=_memberships(to_medoids, temperature),
        distances=to_medoids,
        temperature=temperature,
        silhouettes=dict(sweep.silhouettes),
        stabilities=dict(sweep.stabilities),
        medoid_series=series[medoids],
        medoid_lengths=lengths[medoids],
        band=band,
    )


def _temperature(to_medoids: Floats, between: Floats) -> float:
    width = float(to_medoids.min(axis=1).mean())
    if len(between) == 1:
        return width
    return max(width, 0.05 * float(between[np.triu_indices(len(between), 1)].min()))


def _memberships(to_medoids: Floats, temperature: float) -> Floats:
    if to_medoids.shape[1] == 1:
        return np.ones_like(to_medoids)
    shares: Floats = softmax(-to_medoids / temperature, axis=1)
    return shares


def _in_given_order(clustering: Clustering, order: Ints) -> Clustering:
    back = np.argsort(order)
    return replace(
        clustering,
        labels=clustering.labels[back],
        medoids=order[clustering.medoids],
        memberships=clustering.memberships[back],
        distances=clustering.distances[back],
    )
