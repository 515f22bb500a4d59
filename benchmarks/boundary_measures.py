"""How far a map is from the truth: wrong area, distance of the boundaries, calibration."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.spatial import KDTree
from scipy.stats import qmc

from benchmarks.boundary_maps import Floats, Ints
from benchmarks.boundary_methods import Predictor, lattice
from benchmarks.boundary_unseen import KNOWN

REFERENCE = {2: 8192, 3: 16384, 4: 16384}  # Sobol points, the same for all seeds and methods
SIDES = {2: 96, 3: 20, 4: 10}  # of the grid on which boundaries are found
BINS = 15
LEAST = 1e-9  # a probability below it counts as this in the log likelihood


@dataclass(frozen=True)
class Figures:
    """What a map from n points is worth.

    Attributes
    ----------
    name : str
        Of the map.
    n : int
    cpu_s : float
        Of choosing the points and fitting, from the first point on.
    predict_s : float
        Of predicting at the reference points.
    wrong : float
        Share of the cube with a wrong label.
    ece, nll, brier : float
        Expected calibration error of the most probable label, log likelihood (nats) and Brier score, against
        labels drawn from the map's shares: the mean over all draws.
    distance : float or None
        Mean distance from the true boundary to that of the map, and back, halved; None where it was not
        asked for, infinite where the map has no boundary.
    """

    name: str
    n: int
    cpu_s: float
    predict_s: float
    wrong: float
    ece: float
    nll: float
    brier: float
    distance: float | None


@dataclass(frozen=True)
class Yardstick:
    """The truth of a map, where maps are compared with it."""

    reference: Floats
    truth: Ints
    shares: Floats
    grid: Floats
    boundary: Floats

    def figures(self, name: str, n: int, cpu_s: float, predict: Predictor, *, distance: bool) -> Figures:
        """Measure a map.

        Raises
        ------
        ValueError
            If it does not give probabilities.
        """
        began = time.process_time()
        shares = np.asarray(predict(self.reference), dtype=np.float64)
        predict_s = time.process_time() - began
        if not np.all(np.abs(shares.sum(axis=1) - 1.0) < 1e-6):
            raise ValueError(f"expected probabilities that sum to 1 from {name}, got {shares.sum(axis=1)}")
        labels = np.argmax(shares, axis=1)
        apart = self._distance(predict) if distance else None
        nll = -float(np.sum(self.shares * np.log(np.maximum(shares, LEAST)), axis=1).mean())
        # Of a drawn one-hot label y with mean s: E |y - p|^2 = 1 - 2 s.p + |p|^2.
        brier = float(np.mean(1.0 - 2.0 * np.sum(self.shares * shares, axis=1) + np.sum(shares**2, axis=1)))
        wrong = float(np.mean(labels != self.truth))
        return Figures(name, n, cpu_s, predict_s, wrong, self._ece(shares, labels), nll, brier, apart)

    def _ece(self, shares: Floats, labels: Ints) -> float:
        rows = np.arange(len(labels))
        confidence, right = shares[rows, labels], self.shares[rows, labels]
        bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
        gaps = np.bincount(bins, weights=confidence - right, minlength=BINS)
        return float(np.abs(gaps).sum() / len(labels))

    def _distance(self, predict: Predictor) -> float:
        side = round(len(self.grid) ** (1.0 / self.grid.shape[1]))
        found = crossings(np.argmax(predict(self.grid), axis=1), side, self.grid.shape[1])
        if not len(found):
            return float("inf")
        there, back = KDTree(found).query(self.boundary)[0], KDTree(self.boundary).query(found)[0]
        return float(there.mean() + back.mean()) / 2.0


def crossings(labels: Ints, side: int, dimension: int) -> Floats:
    """Midpoints (m, d) of neighbours on a lattice of cell centres whose labels differ."""
    grid = labels.reshape([side] * dimension)
    found = []
    for axis in range(dimension):
        first, second = (np.take(grid, rows, axis=axis) for rows in (range(side - 1), range(1, side)))
        places = (np.argwhere(first != second) + 0.5) / side
        places[:, axis] += 0.5 / side
        found.append(places)
    return np.vstack(found)


@lru_cache(maxsize=2)
def yardstick(name: str) -> Yardstick:
    """The truth of a map of this name."""
    known = KNOWN[name]
    d = known.dimension
    reference = qmc.Sobol(d, rng=np.random.default_rng(2024)).random(REFERENCE[d])
    grid = lattice(SIDES[d], d)
    boundary = crossings(known.truth(grid), SIDES[d], d)
    return Yardstick(reference, known.truth(reference), known.shares(reference), grid, boundary)


def points_to(target: float, curve: list[tuple[int, float]]) -> float | None:
    """Points from which on a curve of (n, error) stays at or below a target; None where it does not.

    Between two of its points the logarithm of the error is linear in that of n.
    """
    curve = sorted(curve)
    if not curve or curve[-1][1] > target:
        return None
    reached = float(curve[0][0])
    for (n, error), (more, less) in pairwise(curve):
        if error > target >= less:
            share = np.log(error / target) / np.log(error / max(less, LEAST))
            reached = float(n * (more / n) ** share)
    return reached
