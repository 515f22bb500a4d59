"""From series features to regimes: clustering, soft memberships, labels for new series."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax

from learn.barycenter import Centroids, kmeans
from learn.choice import MINIMUM_SILHOUETTE, Choice, Judgement, choose_count, judged
from learn.distance import BAND, checked_series, cross_distances, distance_matrix, length_factors
from learn.errors import InvalidClusterCountError, InvalidSettingError
from learn.features import mean_by_point
from learn.subset import canonical_order, subset
from learn.value import ArrayValue, Floats, Ints

Method = Literal["dtw-medoids", "euclid-medoids", "dtw-means", "euclid-means"]
METHODS: tuple[Method, ...] = get_args(Method)
LARGEST = 5000  # series that are compared pair by pair


@dataclass(frozen=True, eq=False)
class Clustering(ArrayValue):
    """Regimes found among n series.

    Attributes
    ----------
    labels : array of int (n,)
        Regime 0 .. k - 1 of each series: its nearest centroid. Regimes are numbered by where the first
        channel of their centroids ends, ascending, unless `match` renumbered them.
    medoids : array of int (k,)
        Row of the series nearest to each centroid; for k-medoids it is the centroid.
    memberships : array (n, k)
        exp(-d / temperature), normalised over the k centroids.
    distances : array (n, k)
        Distance d to each centroid, over the samples that both have; where centroids differ in length, as
        if over those that the series shares with the longest.
    temperature : float
        Mean distance of a series to its own centroid (not less than 5 % of the smallest distance between
        centroids), so memberships are as soft as regimes are wide.
    judgements : tuple of Judgement
        How well each k that was tried describes the series.
    choice : Choice
        Which k, and who spoke for it.
    centroids, centroid_lengths : array (k, T, C), array of int (k,)
        The centroids themselves: what `assign` needs.
    factors : array (T,)
        What makes distances over few samples comparable, see `length_factors`.
    method : str
        How regimes were found, one of METHODS.
    band : float
        Band of the distances.
    compared : int
        Series from which regimes were found; the others were assigned to them.
    """

    labels: Ints
    medoids: Ints
    memberships: Floats
    distances: Floats
    temperature: float
    judgements: tuple[Judgement, ...]
    choice: Choice
    centroids: Floats
    centroid_lengths: Ints
    factors: Floats
    method: Method
    band: float
    compared: int

    @property
    def k(self) -> int:
        """Number of regimes."""
        return len(self.centroids)

    @property
    def silhouettes(self) -> Mapping[int, float]:
        """Mean silhouette of each k that was tried, from 2."""
        return {each.k: each.silhouette for each in self.judgements if each.silhouette is not None}

    @property
    def stabilities(self) -> Mapping[int, float]:
        """Bootstrap stability of each k that was tried, from 2."""
        return {each.k: each.stability for each in self.judgements if each.k > 1}


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
    method: Method = "dtw-medoids",
    k_max: int = 6,
    seed: int = 0,
    lengths: ArrayLike | None = None,
    band: float = BAND,
    largest: int = LARGEST,
    kept: int | None = None,
) -> Clustering:
    """Find regimes among series.

    The result does not depend on the order of the rows.

    Parameters
    ----------
    features : array_like (n, T, C)
        Scaled features; what follows the first NaN of a series is not used.
    k : int, optional
        Number of regimes; chosen from 1 .. k_max if left out, see `choose_count`: at most half as many as
        series, for one that is alone tells of no regime.
    method : {"dtw-medoids", "euclid-medoids", "dtw-means", "euclid-means"}
        k-medoids or k-means, on distances by banded dynamic time warping or by Euclid. k-means starts from
        the medoids, and for any method k is chosen by k-medoids.
    k_max : int
        Largest k to try.
    seed : int
        Seed of the random starts, the bootstrap and the gap's references.
    lengths : array_like of int (n,), optional
        Valid samples of each series.
    band : float
        Radius of the warping band, a share of the compared samples; Euclid has none.
    largest : int
        Most series that are compared pair by pair. Of more, those whose values have the smallest hashes are,
        and the others are assigned to the regimes found among them.
    kept : int, optional
        Number of regimes that is to stay unless regimes set themselves apart, see `choose_count`.

    Raises
    ------
    InvalidSeriesError
        If features are not (n, T, C) or a series has no valid sample.
    InvalidClusterCountError
        If k is not between 1 and the number of distinct series.
    InvalidSettingError
        If there is no such method, or largest is below 2.
    """
    _check_settings(method, k, k_max, largest)
    band = band if method.startswith("dtw") else 0.0
    series, valid = checked_series(features, lengths)
    chosen = subset(series, valid, largest)
    chosen = chosen[canonical_order(series[chosen], valid[chosen])]
    own, own_valid = series[chosen], valid[chosen]
    factors = length_factors(own, own_valid)
    distances = distance_matrix(own, own_valid, band, factors)
    distinct = _distinct(distances)
    if k is not None and not 1 <= k <= distinct:
        raise InvalidClusterCountError(
            f"expected k between 1 and the {distinct} distinct series, got {k}; "
            "lower k, add series, or leave k out"
        )
    counts = range(1, max(1, min(k_max, distinct, len(own) // 2)) + 1) if k is None else (k,)
    evidence, medoids = judged(
        own, own_valid, distances, counts, band=band, minimum_silhouette=MINIMUM_SILHOUETTE, seed=seed
    )
    choice = choose_count(evidence, MINIMUM_SILHOUETTE, kept) if k is None else Choice(k)
    start = medoids[choice.k]
    centroids = Centroids(own[start], own_valid[start])
    if method.endswith("means"):
        centroids = kmeans(own, own_valid, centroids, band, factors)
    centroids = _numbered(centroids)
    found = _to_centroids(series, valid, centroids, band, factors)
    temperature = _temperature(found[chosen], centroids, band, factors)
    return Clustering(
        labels=np.argmin(found, axis=1).astype(np.int64),
        medoids=chosen[np.argmin(found[chosen], axis=0)],
        memberships=_memberships(found, temperature),
        distances=found,
        temperature=temperature,
        judgements=evidence.judgements,
        choice=choice,
        centroids=centroids.series,
        centroid_lengths=centroids.lengths,
        factors=factors,
        method=method,
        band=band,
        compared=len(own),
    )


def assign(
    clustering: Clustering,
    features: ArrayLike,
    lengths: ArrayLike | None = None,
    points: ArrayLike | None = None,
) -> Assignment:
    """Label series by the centroids of a clustering.

    Parameters
    ----------
    clustering : Clustering
        Where the centroids and the temperature come from.
    features : array_like (n, T, C)
        Features on the time base and the scale that were clustered.
    lengths : array_like of int (n,), optional
        Valid samples of each series.
    points : array_like of int (n,), optional
        Point 0 .. P - 1 that each series is a realization of. Memberships and distances are then means over
        the realizations, (P, k), and labels follow the mean membership.
    """
    series, valid = checked_series(features, lengths)
    centroids = Centroids(clustering.centroids, clustering.centroid_lengths)
    distances = _to_centroids(series, valid, centroids, clustering.band, clustering.factors)
    memberships = _memberships(distances, clustering.temperature)
    if points is not None:
        distances, memberships = mean_by_point(distances, points), mean_by_point(memberships, points)
        return Assignment(np.argmax(memberships, axis=1).astype(np.int64), memberships, distances)
    return Assignment(np.argmin(distances, axis=1).astype(np.int64), memberships, distances)


def _check_settings(method: str, k: object, k_max: int, largest: int) -> None:
    if method not in METHODS:
        raise InvalidSettingError(f"expected a method among {', '.join(METHODS)}, got {method!r}")
    if k is not None and (isinstance(k, bool) or not isinstance(k, (int, np.integer))):
        raise InvalidClusterCountError(
            f"expected k to be a whole number, got {k!r}; leave it out to choose it"
        )
    if k_max < 1:
        raise InvalidClusterCountError(f"expected k_max >= 1, got {k_max}; 6 is a good one")
    if largest < 2:
        raise InvalidSettingError(f"expected largest >= 2, got {largest}; {LARGEST} is a good one")


def _distinct(distances: Floats) -> int:
    """Count the series that differ from all before them."""
    return int(np.sum([not np.any(row[:i] == 0) for i, row in enumerate(distances)]))


def _numbered(centroids: Centroids) -> Centroids:
    """Centroids by where their first channel is, at the last time that all of them have."""
    last = centroids.series[:, int(centroids.lengths.min()) - 1, 0]
    order = np.argsort(last, kind="stable")
    return Centroids(centroids.series[order], centroids.lengths[order])


def _to_centroids(series: Floats, valid: Ints, centroids: Centroids, band: float, factors: Floats) -> Floats:
    """Distances (n, k), comparable along a row; a short series is near to all, and its membership soft."""
    distances = cross_distances(series, centroids.series, valid, centroids.lengths, band, factors)
    shared = np.minimum(valid, centroids.lengths.max())
    comparable: Floats = distances / factors[shared - 1, None]
    return comparable


def _temperature(distances: Floats, centroids: Centroids, band: float, factors: Floats) -> float:
    width = float(distances.min(axis=1).mean())
    if len(centroids.lengths) == 1:
        return width
    between = distance_matrix(centroids.series, centroids.lengths, band, factors)
    return max(width, 0.05 * float(between[np.triu_indices(len(between), 1)].min()))


def _memberships(distances: Floats, temperature: float) -> Floats:
    if distances.shape[1] == 1:
        return np.ones_like(distances)
    shares: Floats = softmax(-distances / temperature, axis=1)
    return shares
