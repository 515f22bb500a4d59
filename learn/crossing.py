"""Where the most probable regime changes: on lines through the unit cube, and so in any dimension."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from learn.space import unit_sobol
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats, Ints
from learn.winner import lead, rivals

STEPS = 12  # of false position, at most
CLOSE = 1e-4  # natural logarithm of the ratio of two probabilities that are as good as equal
SEED = 512
FEWEST, MOST = 1024, 8192  # Sobol points between which boundaries are looked for
NEIGHBOURS = 8


@dataclass(frozen=True, eq=False)
class BoundaryPoints(ArrayValue):
    """Points (m, d) in axis units on the boundary, and the two regimes (m, 2) that meet there."""

    points: Floats
    regimes: Ints


def crossings(
    classifier: RegimeClassifier, inside: Floats, outside: Floats, regimes: Ints
) -> tuple[Floats, Ints]:
    """Points where segments leave a regime, and what they enter.

    Parameters
    ----------
    classifier : RegimeClassifier
    inside, outside : array (n, d)
        Ends of the segments in the unit cube: the regime is the most probable at `inside` only.
    regimes : array (n,)
        The regime that each segment leaves.

    Returns
    -------
    points : array (n, d)
    entered : array (n,)
    """
    near, far = np.zeros(len(inside)), np.ones(len(inside))
    near_lead, far_lead = (lead(classifier.predict_proba(U), regimes) for U in (inside, outside))
    way, entered = np.zeros(len(inside)), np.zeros(len(inside), dtype=np.int64)
    todo = np.arange(len(inside))
    for _ in range(STEPS):
        drop = np.maximum(near_lead - far_lead, np.finfo(float).tiny)
        way[todo] = (near + (far - near) * near_lead / drop)[todo]
        shares = classifier.predict_proba(_along(inside, outside, way)[todo])
        value = np.zeros(len(inside))
        value[todo], entered[todo] = lead(shares, regimes[todo]), rivals(shares, regimes[todo])
        ahead = value > 0
        # An end that stays counts half (Illinois), or the other one would creep.
        near_lead, far_lead = np.where(ahead, value, near_lead / 2), np.where(ahead, far_lead / 2, value)
        near, far = np.where(ahead, way, near), np.where(ahead, far, way)
        todo = todo[np.abs(value[todo]) > CLOSE]
        if not len(todo):
            break
    return _along(inside, outside, way), entered


def boundary_sample(classifier: RegimeClassifier, dimension: int, n: int) -> BoundaryPoints:
    """At most n points of the unit cube on the boundary, spread over all of it."""
    points = unit_sobol(dimension, FEWEST, [SEED])
    labels = classifier.predict(points)
    pairs = _unlike_neighbours(points, labels)
    while len(pairs) < n and len(points) < MOST and classifier.K > 1:
        further = unit_sobol(dimension, len(points), [SEED], start=len(points))
        points = np.concatenate([points, further])
        labels = np.concatenate([labels, classifier.predict(further)])
        pairs = _unlike_neighbours(points, labels)
    if not len(pairs):
        return BoundaryPoints(np.empty((0, dimension)), np.empty((0, 2), dtype=np.int64))
    inside, outside = pairs[:n].T
    found, entered = crossings(classifier, points[inside], points[outside], labels[inside])
    return BoundaryPoints(found, np.sort(np.stack([labels[inside], entered], axis=1), axis=1))


def _unlike_neighbours(points: Floats, labels: Ints) -> Ints:
    """Pairs (m, 2) of near points of different labels, in the order of the points.

    The first points of a Sobol sequence are as evenly spread as all of them, so the first n pairs are too.
    """
    near = np.asarray(KDTree(points).query(points, NEIGHBOURS + 1)[1])
    unlike = labels[near] != labels[:, None]
    numbers = np.arange(len(points))
    other = np.where(unlike.any(axis=1), near[numbers, unlike.argmax(axis=1)], -1)
    # Two points that are each other's partners would give one crossing twice.
    repeated = (other < numbers) & (other[other] == numbers)
    chosen = np.flatnonzero((other >= 0) & ~repeated)
    return np.stack([chosen, other[chosen]], axis=1).astype(np.int64)


def _along(inside: Floats, outside: Floats, way: Floats) -> Floats:
    points: Floats = inside + way[:, None] * (outside - inside)
    return points
