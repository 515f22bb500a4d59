"""A subset of many series that depends on what they are, not on their order."""

from hashlib import blake2b

import numpy as np

from learn.value import Floats, Ints


def subset(series: Floats, lengths: Ints, size: int) -> Ints:
    """Rows of at most `size` series, ascending: those with the smallest hash of their values.

    As good as drawn at random, and nearly the same when a few series are added.

    Parameters
    ----------
    series : array (n, T, C)
    lengths : array of int (n,)
    size : int
    """
    if len(series) <= size:
        return np.arange(len(series))
    digests = [
        blake2b(np.ascontiguousarray(values[:length]).tobytes(), digest_size=8).digest()
        for values, length in zip(series, lengths, strict=True)
    ]
    hashes = np.frombuffer(b"".join(digests), dtype=">u8")
    return np.sort(np.argsort(hashes, kind="stable")[:size]).astype(np.int64)


def canonical_order(series: Floats, lengths: Ints) -> Ints:
    """Order of the rows by content, so that nothing downstream sees the order they came in."""
    keys = np.column_stack([lengths, series.reshape(len(series), -1)])
    return np.lexsort(keys.T[::-1]).astype(np.int64)
