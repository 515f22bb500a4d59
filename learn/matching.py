"""Regimes that keep their numbers from one round to the next."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from learn.errors import InvalidSeriesError
from learn.regimes import Clustering
from learn.value import Ints


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
        The current one, its regimes paired with those of the previous round that they overlap most [1]_ and
        put in their order; regimes without a partner come last.

    References
    ----------
    .. [1] H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Res. Logist. Q. 2, 83 (1955).
    """
    rows = np.arange(min(len(previous.labels), len(current.labels)))
    before, now = (np.asarray(part, dtype=np.int64) for part in (shared or (rows, rows)))
    if before.shape != now.shape:
        raise InvalidSeriesError(
            f"expected as many previous as current rows, got {before.shape} and {now.shape}; "
            "pair them one to one"
        )
    overlap = np.zeros((current.k, previous.k))
    np.add.at(overlap, (current.labels[now], previous.labels[before]), 1)
    regimes, partners = linear_sum_assignment(overlap, maximize=True)
    place = {
        int(regime): int(partner)
        for regime, partner in zip(regimes, partners, strict=True)
        if overlap[regime, partner] > 0
    }
    order = np.array(sorted(range(current.k), key=lambda regime: (place.get(regime, previous.k), regime)))
    return _renumbered(current, order)


def _renumbered(clustering: Clustering, order: Ints) -> Clustering:
    return replace(
        clustering,
        labels=np.argsort(order)[clustering.labels].astype(np.int64),
        medoids=clustering.medoids[order],
        memberships=clustering.memberships[:, order],
        distances=clustering.distances[:, order],
        medoid_series=clustering.medoid_series[order],
        medoid_lengths=clustering.medoid_lengths[order],
    )
