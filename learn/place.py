"""Where regimes change along a single axis, each place with its credible interval."""

from dataclasses import dataclass

import numpy as np

from learn.area import label_doubt
from learn.crossing import crossings
from learn.lattice import lattice
from learn.surrogate import RegimeClassifier
from learn.value import Floats, Ints


@dataclass(frozen=True)
class BoundaryPlace:
    """A value of the axis that parts two regimes.

    Attributes
    ----------
    regimes : tuple of int
        The one below and the one above.
    at, low, high : float
        In axis units: the place, and the ends of the interval in which the label is in doubt. Places whose
        intervals run into each other have the same one.
    """

    regimes: tuple[int, int]
    at: float
    low: float
    high: float


def boundary_places(classifier: RegimeClassifier, resolution: int, level: float) -> list[BoundaryPlace]:
    """Places in the unit interval, in ascending order."""
    nodes = lattice(1, resolution)
    labels = classifier.predict(nodes)
    steps = np.flatnonzero(np.diff(labels))
    if not len(steps):
        return []
    points, _ = crossings(classifier, nodes[steps], nodes[steps + 1], labels[steps])
    # The places themselves are nodes too, or a band narrower than a cell would be missed.
    line = np.unique(np.concatenate([nodes, points]))
    ends = _doubtful(line, label_doubt(classifier, line[:, None]) - (1 - level) / 2)
    return [
        BoundaryPlace((int(labels[step]), int(labels[step + 1])), at, *_around(ends, at))
        for step, at in zip(steps, points[:, 0].tolist(), strict=True)
    ]


def _doubtful(line: Floats, excess: Floats) -> Floats:
    """Ends (m, 2) of the intervals on which the excess is positive."""
    padded = np.concatenate([[-1.0], excess, [-1.0]]) > 0
    first, last = np.flatnonzero(~padded[:-1] & padded[1:]), np.flatnonzero(padded[:-1] & ~padded[1:]) - 1
    return np.stack([_zero(line, excess, first - 1, first), _zero(line, excess, last + 1, last)], axis=1)


def _zero(line: Floats, excess: Floats, outer: Ints, inner: Ints) -> Floats:
    """Zeros between nodes outside and inside of intervals; the axis's end where none is outside."""
    beside = np.clip(outer, 0, len(line) - 1)
    drop = np.maximum(excess[inner] - excess[beside], np.finfo(float).tiny)
    way = np.clip(excess[inner] / drop, 0.0, 1.0)
    zeros: Floats = line[inner] + way * (line[beside] - line[inner])
    return zeros


def _around(ends: Floats, at: float) -> tuple[float, float]:
    """The interval that holds a place; the place alone if rounding leaves it out."""
    holding = ends[(ends[:, 0] <= at) & (at <= ends[:, 1])]
    return (float(holding[0, 0]), float(holding[0, 1])) if len(holding) else (at, at)
