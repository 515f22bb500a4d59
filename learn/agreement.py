"""How far two labellings of the same series agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from learn.errors import InvalidSeriesError
from learn.value import ArrayValue, Ints


@dataclass(frozen=True, eq=False)
class Agreement(ArrayValue):
    """Two labellings side by side.

    Attributes
    ----------
    table : array of int (k, m)
        Series by label in the one and in the other.
    rand_index : float or None
        Adjusted Rand index; None where both have one group only, which says nothing.
    """

    table: Ints
    rand_index: float | None


def agreement(labels: ArrayLike, others: ArrayLike, k: int, m: int) -> Agreement:
    """Compare labels (n,) among 0 .. k - 1 with others (n,) among 0 .. m - 1.

    Raises
    ------
    InvalidSeriesError
        If they are not of one length.
    """
    one, other = np.asarray(labels, dtype=np.int64), np.asarray(others, dtype=np.int64)
    if one.shape != other.shape:
        raise InvalidSeriesError(
            f"expected labels of the same series, got {one.shape} and {other.shape}; pair them one to one"
        )
    table = np.zeros((k, m), dtype=np.int64)
    np.add.at(table, (one, other), 1)
    groups = max(np.count_nonzero(table.any(axis=1)), np.count_nonzero(table.any(axis=0)))
    index = rand_index(one, other) if groups > 1 else None
    return Agreement(table, index)


def rand_index(labels: Ints, others: Ints) -> float:
    """Adjusted Rand index [1]_: 1 for the same groups under whatever numbers, 0 on average by chance.

    Parameters
    ----------
    labels, others : array of int (n,)
        Groups of n items, from 0.

    References
    ----------
    .. [1] L. Hubert, P. Arabie, "Comparing partitions", J. Classif. 2, 193 (1985), doi 10.1007/BF01908075.
    """
    table = np.zeros((int(labels.max()) + 1, int(others.max()) + 1))
    np.add.at(table, (labels, others), 1.0)
    pairs, rows, columns, everything = (
        float(np.sum(counts * (counts - 1.0)) / 2.0)
        for counts in (table, table.sum(axis=1), table.sum(axis=0), np.array(float(len(labels))))
    )
    if rows == columns == pairs:
        return 1.0
    expected = rows * columns / everything
    return (pairs - expected) / ((rows + columns) / 2.0 - expected)
