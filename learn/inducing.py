"""A few points that stand for many."""

import numpy as np

from learn.value import Floats


def spread_out(points: Floats, n: int) -> Floats:
    """The first of the points (m, d), and then, n times, the one that is farthest from all those chosen."""
    chosen = np.empty(min(n, len(points)), dtype=np.int64)
    nearest = np.full(len(points), np.inf)
    place = 0
    for i in range(len(chosen)):
        chosen[i] = place
        nearest = np.minimum(nearest, ((points - points[place]) ** 2).sum(axis=1))
        place = int(np.argmax(nearest))
    return points[chosen]
