"""The order of trials in compacted files: neighbours in parameter space lie together.

Sorted axis by axis, a range of the first axis is found at once and one of the second not at all. A Z-order
curve (the bits of the axes' ranks interleaved) serves every axis that varies: of 105 row groups, 10 % of an
axis of a Sobol design touches 28 to 34, where the plain order touches 12 and 105.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

Ranks = np.ndarray[tuple[int], np.dtype[np.uint64]]

_BITS = 62


def z_order(axes: Sequence[pa.ChunkedArray]) -> Ranks:
    """Return the place of each row on the Z-order curve through the axes.

    Parameters
    ----------
    axes : sequence of Arrow columns, each of shape (n,)
        Numbers; NULL comes before all of them. Axes with one value count for nothing.

    Returns
    -------
    ndarray of shape (n,)
        Equal where all axes are equal.
    """
    n = len(axes[0])
    varying = [(ranks, count) for ranks, count in map(_ranks, axes) if count > 1]
    codes = np.zeros(n, np.uint64)
    if not varying:
        return codes
    bits = min(20, _BITS // len(varying))
    for position, (ranks, count) in enumerate(varying):
        # The first axis gives the highest of each group of bits; few values spread over all the bits.
        scaled = ranks * np.uint64(1 << bits) // np.uint64(count)
        for bit in range(bits):
            target = bit * len(varying) + len(varying) - 1 - position
            codes |= ((scaled >> np.uint64(bit)) & np.uint64(1)) << np.uint64(target)
    return codes


def _ranks(axis: pa.ChunkedArray) -> tuple[Ranks, int]:
    known = ~np.asarray(axis.is_null())
    values: np.ndarray[tuple[int], np.dtype[Any]] = np.asarray(axis.drop_null(), dtype=float)
    distinct, inverse = np.unique(values, return_inverse=True)
    ranks = np.zeros(len(axis), np.uint64)
    ranks[known] = inverse.astype(np.uint64) + np.uint64(not known.all())
    return ranks, len(distinct) + int(not known.all())
