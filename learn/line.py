"""Boundary lines over two axes, and the credible band around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import contourpy
import numpy as np
from scipy.special import ndtri

from learn.lattice import lattice
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats, Ints
from learn.winner import lead, rival_at, winning_shares

CERTAIN = 1e-9  # probabilities closer to 0 or 1 are of no use to a band


@dataclass(frozen=True, eq=False)
class BoundaryLine(ArrayValue):
    """A polyline, points (m, 2) in axis units, that parts two regimes (lower one first)."""

    regimes: tuple[int, int]
    points: Floats


@dataclass(frozen=True, eq=False)
class BandRegion(ArrayValue):
    """A region, connected but perhaps with holes, in which a regime's outline lies.

    Attributes
    ----------
    regime : int
    points : array (m, 2)
        Corners of its rings in axis units, one ring after the other, each closed.
    starts : array (r + 1,)
        Where each ring begins, and m.
    """

    regime: int
    points: Floats
    starts: Ints

    @property
    def rings(self) -> list[Floats]:
        """The outer ring, and then the holes."""
        return [self.points[first:last] for first, last in pairwise(self.starts.tolist())]


def boundary_lines(classifier: RegimeClassifier, resolution: int) -> list[BoundaryLine]:
    """Lines between adjacent regimes in the unit square."""
    shares = classifier.predict_proba(lattice(2, resolution))
    return [
        line
        for regime in range(classifier.K - 1)
        for points in _level_lines(lead(shares, np.full(len(shares), regime)), resolution)
        for line in _runs(regime, points, rival_at(classifier, points, regime))
    ]


def band_regions(classifier: RegimeClassifier, resolution: int, level: float) -> list[BandRegion]:
    """Where each regime wins neither surely nor surely not, in the unit square."""
    nodes = np.linspace(0.0, 1.0, resolution)
    shares = winning_shares(*classifier.latent(lattice(2, resolution)))
    edge = float(ndtri((1 + level) / 2))
    # On the scale of deviations a band narrower than the grid's cells is not lost between its nodes.
    found = []
    for regime in range(_outlines(classifier.K)):
        deviations = ndtri(np.clip(shares[:, regime], CERTAIN, 1 - CERTAIN)).reshape(resolution, resolution)
        contours = contourpy.contour_generator(
            nodes, nodes, deviations.T, fill_type=contourpy.FillType.OuterOffset
        )
        filled = contours.filled(-edge, edge)
        found += [
            BandRegion(regime, np.asarray(points, dtype=np.float64), np.asarray(starts).astype(np.int64))
            for points, starts in zip(filled[0], filled[1], strict=True)
        ]
    return found


def _outlines(K: int) -> int:
    """Number of different outlines: two regimes share theirs, one alone has none."""
    return K if K > 2 else K - 1


def _level_lines(values: Floats, resolution: int) -> Iterator[Floats]:
    nodes = np.linspace(0.0, 1.0, resolution)
    square = values.reshape(resolution, resolution).T
    for points in contourpy.contour_generator(nodes, nodes, square).lines(0.0):
        yield np.clip(np.asarray(points), 0.0, 1.0)


def _runs(regime: int, points: Floats, others: Ints) -> Iterator[BoundaryLine]:
    """Cut a line where the regime on its other side changes; keep the parts with a higher number."""
    cuts = [0, *(np.flatnonzero(np.diff(others)) + 1).tolist(), len(others)]
    for first, last in pairwise(cuts):
        if others[first] > regime and last - first > 1:
            # One point more on either side, so that the lines of three regimes meet.
            yield BoundaryLine((regime, int(others[first])), points[max(first - 1, 0) : last + 1])
