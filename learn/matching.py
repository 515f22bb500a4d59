"""Regimes that keep their numbers from one round to the next."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from learn.errors import InvalidSeriesError
from learn.regimes import Clustering
from learn.value import Ints


def partners(previous: ArrayLike, current: ArrayLike, k: int) -> tuple[int | None, ...]:
    """Regime of the previous labels that each regime of the current ones goes on from.

    Parameters
    ----------
    previous, current : array_like of int (n,)
        Regimes of the same n series in two rounds.
    k : int
        Number of current regimes.

    Returns
    -------
    tuple of int or None, k long
        Previous partner of each, chosen so that most series keep their regime [1]_; None for a new regime.

    References
    ----------
    .. [1] H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Res. Logist. Q. 2, 83 (1955).
    """
    before, now = np.asarray(previous, dtype=np.int64), np.asarray(current, dtype=np.int64)
    if before.shape != now.shape:
        raise InvalidSeriesError(
            f"expected as many previous as current rows, got {before.shape} and {now.shape}; "
            "pair them one to one"
        )
    overlap = np.zeros((k, int(before.max(initial=-1)) + 1))
    np.add.at(overlap, (now, before), 1)
    found: list[int | None] = [None] * k
    for regime, partner in zip(*linear_sum_assignment(overlap, maximize=True), strict=True):
        if overlap[regime, partner] > 0:
            found[int(regime)] = int(partner)
    return tuple(found)


def following(found: tuple[int | None, ...]) -> tuple[int, ...]:
    """Order of regimes that follows the numbers of their partners; those without one come last."""
    places = [(len(found), regime) if each is None else (-1, each) for regime, each in enumerate(found)]
    return tuple(sorted(range(len(found)), key=places.__getitem__))


def match(
    previous: Clustering, current: Clustering, shared: tuple[ArrayLike, ArrayLike] | None = None
) -> Clustering:
    """Renumber the current regimes to agree with the previous ones on the series that both have seen.

    Parameters
    ----------
    previous, current : Clustering
        Two rounds.
    shared : pair of array_like of int, optional
        Rows of the common series in the previous and in the current round; by default the first rows of both.

    Returns
    -------
    Clustering
        The current one, its regimes paired with those of the previous round by `partners` and put in their
        order; regimes without a partner come last.
    """
    rows = np.arange(min(len(previous.labels), len(current.labels)))
    before, now = (np.asarray(part, dtype=np.int64) for part in (shared or (rows, rows)))
    found = partners(previous.labels[before], current.labels[now], current.k)
    return reordered(current, following(found))


def reordered(clustering: Clustering, order: tuple[int, ...]) -> Clustering:
    """Put the regimes of a clustering in this order, the first to become number 0."""
    wanted: Ints = np.array(order, dtype=np.int64)
    return replace(
        clustering,
        labels=np.argsort(wanted)[clustering.labels].astype(np.int64),
        medoids=clustering.medoids[wanted],
        memberships=clustering.memberships[:, wanted],
        distances=clustering.distances[:, wanted],
        centroids=clustering.centroids[wanted],
        centroid_lengths=clustering.centroid_lengths[wanted],
    )
