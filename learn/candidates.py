"""Points among which the next one is chosen."""

import numpy as np
from scipy.spatial import KDTree

from learn.space import unit_sobol
from learn.surrogate import RegimeClassifier
from learn.value import Floats

SPREAD_OUT = 2048  # over the whole box
NEAR = 64  # of those nearest to the boundary, each moved MOVES times by SPREAD of the box
MOVES = 4
SPREAD = 0.03
SPACING = 0.15  # least distance to a known point, in units of n^(-1/d)


def candidates(classifier: RegimeClassifier, dimension: int, key: tuple[int, ...]) -> Floats:
    """Points (m, d) of the unit cube: all over it, and more of them near the boundary as it is known."""
    spread = unit_sobol(dimension, SPREAD_OUT, key)
    if classifier.K == 1:
        return spread
    mean = np.sort(classifier.expected(spread), axis=1)
    near = spread[np.argsort(np.round(mean[:, -1] - mean[:, -2], 9), kind="stable")[:NEAR]]
    rng = np.random.default_rng(np.random.SeedSequence([*key, MOVES]))
    moved = np.repeat(near, MOVES, axis=0) + SPREAD * rng.standard_normal((NEAR * MOVES, dimension))
    return np.vstack([spread, np.clip(moved, 0.0, 1.0)])


def apart(points: Floats, known: Floats) -> Floats:
    """Keep points (m, d) that are not on top of known ones (n, d); all of them if none is left.

    The noise model takes a repeated point for new evidence, but a simulator whose randomness is fixed by its
    seed returns what it returned before.
    """
    n, dimension = known.shape
    nearest, _ = KDTree(known).query(points)
    free = points[nearest > SPACING * n ** (-1 / dimension)]
    return free if len(free) else points
