"""Means of series under banded warping, and k-means with them.

Without a band these are the ordinary mean and the ordinary k-means.

References
----------
.. [1] F. Petitjean, A. Ketterlin, P. Gançarski, "A global averaging method for dynamic time warping, with
   applications to clustering", Pattern Recognit. 44, 678 (2011), doi 10.1016/j.patcog.2010.09.013.
"""

from dataclasses import dataclass

import numpy as np
from dtaidistance import dtw

from learn.distance import band_radius, cross_distances
from learn.value import Floats, Ints

ROUNDS = 30
GAIN = 1e-4  # share of the spread by which a round must lessen it


@dataclass(frozen=True)
class Centroids:
    """Series (k, T, C) that stand for regimes, and their valid lengths (k,)."""

    series: Floats
    lengths: Ints


def barycenter(centroid: Floats, series: Floats, lengths: Ints, band: float) -> Floats:
    """One step of barycentre averaging: each sample becomes the mean of those that are warped onto it.

    Parameters
    ----------
    centroid : array (L, C)
        The mean so far.
    series : array (n, T, C)
        Members; at least one as long as the centroid.
    lengths : array of int (n,)
        Their valid lengths; a member and the centroid are warped over the samples that both have.
    band : float
        Radius of the band as a share of these.

    Returns
    -------
    array (L, C)
    """
    total, count = np.zeros_like(centroid), np.zeros(len(centroid))
    for member, valid in zip(series, lengths, strict=True):
        length = min(int(valid), len(centroid))
        own, other = _path(centroid[:length], member[:length], band)
        np.add.at(total, own, member[other])
        np.add.at(count, own, 1.0)
    mean: Floats = total / count[:, None]
    return mean


def kmeans(series: Floats, lengths: Ints, start: Centroids, band: float, factors: Floats) -> Centroids:
    """k-means on banded warping, from centroids that are near to good ones already, such as medoids.

    A centroid is as long as half of its members are. Ends when a round lessens the spread within regimes by
    less than a share GAIN, after ROUNDS, or where a regime would lose its last series; the tightest
    centroids stand.

    Parameters
    ----------
    series, lengths : array (n, T, C), array of int (n,)
    start : Centroids
    band : float
        Of assignment and averaging alike.
    factors : array (T,)
        Of distances over few samples, see `length_factors`.
    """
    best, least = start, np.inf
    current = start
    for _ in range(ROUNDS):
        distances = cross_distances(series, current.series, lengths, current.lengths, band, factors)
        labels, spread = np.argmin(distances, axis=1), float(np.sum(distances.min(axis=1) ** 2))
        if len(np.unique(labels)) < len(current.lengths) or spread >= least * (1.0 - GAIN):
            break
        best, least = current, spread
        current = _averaged(series, lengths, current, labels.astype(np.int64), band)
    return best


def _averaged(series: Floats, lengths: Ints, current: Centroids, labels: Ints, band: float) -> Centroids:
    means, reached = np.zeros_like(current.series), np.zeros_like(current.lengths)
    for regime, centroid in enumerate(current.series):
        own = np.flatnonzero(labels == regime)
        length = int(np.sort(lengths[own])[len(own) // 2])
        begun = _lengthened(centroid, int(current.lengths[regime]), series[own], lengths[own], length)
        means[regime, :length] = barycenter(begun, series[own], lengths[own], band)
        reached[regime] = length
    return Centroids(means, reached)


def _lengthened(centroid: Floats, known: int, members: Floats, lengths: Ints, length: int) -> Floats:
    """Centroid of this length; what it has no samples for yet is the plain mean of its members."""
    longer = centroid[:length].copy()
    for t in range(known, length):
        longer[t] = members[lengths > t, t].mean(axis=0)
    return longer


def _path(a: Floats, b: Floats, band: float) -> tuple[Ints, Ints]:
    """Samples of a and of b that the cheapest warping pairs."""
    if len(a) == 1:
        return np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    # The library takes one channel as plain sequences.
    one, other = (np.ascontiguousarray(x[:, 0] if x.shape[1] == 1 else x) for x in (a, b))
    path = dtw.warping_path_fast(one, other, window=band_radius(band, len(a)) + 1)
    pairs = np.array(path, dtype=np.int64)
    return pairs[:, 0], pairs[:, 1]
