"""The regime map over a search space: regimes, boundary lines, shares of the area, and how sure all of it is.

Areas are shares of the unit cube: on a log axis a decade counts the same wherever it lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import contourpy
import numpy as np
from numpy.typing import ArrayLike

from learn.errors import InvalidSettingError, UnsupportedDimensionError
from learn.space import SearchSpace, unit_sobol
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats, Ints

REFERENCE = 2048  # Sobol points over which areas are averaged
JOINT = 512  # Sobol points of a joint draw, whose cost grows with the cube
DRAWS = 64


@dataclass(frozen=True, eq=False)
class BoundaryLine(ArrayValue):
    """A polyline, points (m, 2) in axis units, that parts two regimes (lower one first)."""

    regimes: tuple[int, int]
    points: Floats


@dataclass(frozen=True, eq=False)
class Areas(ArrayValue):
    """Share of the search space of each regime (K,) and its standard deviation over the posterior (K,)."""

    share: Floats
    deviation: Floats


@dataclass(frozen=True, eq=False)
class RegimeMap(ArrayValue):
    """What the observations say about every point of a search space.

    Attributes
    ----------
    space : SearchSpace
        The axes; every X below is (n, d) in their units.
    classifier : RegimeClassifier
        Over the unit cube of the space.
    names : tuple of str, optional
        Names of the regimes, for legends.
    """

    space: SearchSpace
    classifier: RegimeClassifier
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.names is not None and len(self.names) != self.K:
            raise InvalidSettingError(
                f"expected {self.K} names, got {list(self.names)}; give one for each regime, or none"
            )

    @property
    def K(self) -> int:  # noqa: N802  # the field's name for the number of classes
        """Number of regimes."""
        return self.classifier.K

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities (n, K), columns in the order of the memberships."""
        return self.classifier.predict_proba(self.space.to_unit(X))

    def predict(self, X: ArrayLike) -> Ints:
        """Most probable regime (n,)."""
        return self.classifier.predict(self.space.to_unit(X))

    def uncertainty(self, X: ArrayLike) -> Floats:
        """Probability (n,) that the label on the map differs from that of the true latent functions.

        It falls with observations, except on the boundary itself, where two regimes are equally likely.
        """
        return _label_doubt(self.classifier, self.space.to_unit(X))

    def wrong_area(self) -> float:
        """Expected share of the search space with a wrong label, the mean of `uncertainty`; 0 for K = 1."""
        return float(_label_doubt(self.classifier, _reference(self.space, REFERENCE)).mean())

    def band(self, doubt: float = 0.25) -> float:
        """Share of the search space in which the label is wrong with a probability above `doubt`."""
        return float(np.mean(_label_doubt(self.classifier, _reference(self.space, REFERENCE)) > doubt))

    def areas(self) -> Areas:
        """Share of the search space of each regime, with the spread over joint draws of the map."""
        labels = self.classifier.predict(_reference(self.space, REFERENCE))
        drawn = self.classifier.sample(_reference(self.space, JOINT), DRAWS, seed=0).argmax(axis=2)
        shares = (drawn[:, :, None] == np.arange(self.K)).mean(axis=1)
        return Areas(np.bincount(labels, minlength=self.K) / labels.size, shares.std(axis=0))

    def boundary(self, resolution: int = 128) -> list[BoundaryLine]:
        """Lines between adjacent regimes, in two dimensions.

        Parameters
        ----------
        resolution : int
            Nodes per axis of the grid on which the level sets are found; positions are good to a small part
            of its spacing, and three regimes meet to within one cell.

        Raises
        ------
        UnsupportedDimensionError
            If the space has not two axes.
        """
        if self.space.dimension != 2:
            raise UnsupportedDimensionError(
                f"expected two axes, got {self.space.dimension}; "
                "use predict and uncertainty on points of your choice"
            )
        if resolution < 2:
            raise InvalidSettingError(
                f"expected a resolution of 2 or more, got {resolution}; 128 is a good one"
            )
        nodes = np.linspace(0.0, 1.0, resolution)
        grid = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
        shares = self.classifier.predict_proba(grid).reshape(resolution, resolution, self.K)
        lines = [line for regime in range(self.K - 1) for line in self._outline(nodes, shares, regime)]
        return [BoundaryLine(line.regimes, self.space.from_unit(line.points)) for line in lines]

    def _outline(self, nodes: Floats, shares: Floats, regime: int) -> list[BoundaryLine]:
        """Lines, in the unit square, on which a regime meets those of a higher number."""
        excess = shares[..., regime] - np.delete(shares, regime, axis=2).max(axis=2)
        contours = contourpy.contour_generator(nodes, nodes, excess).lines(0.0)
        found: list[BoundaryLine] = []
        for points in map(np.asarray, contours):
            others = self.classifier.predict_proba(np.clip(points, 0.0, 1.0))
            others[:, regime] = -1.0
            found += _runs(regime, points, np.argmax(others, axis=1).astype(np.int64))
        return found


def changed_area(previous: RegimeMap, current: RegimeMap) -> float:
    """Share of the search space whose label differs between two maps of one space, regimes numbered alike."""
    if previous.space != current.space:
        raise InvalidSettingError(
            "expected two maps of one search space, got two spaces; fit them on the same axes"
        )
    reference = _reference(current.space, REFERENCE)
    return float(np.mean(previous.classifier.predict(reference) != current.classifier.predict(reference)))


def _reference(space: SearchSpace, n: int) -> Floats:
    """Points of the unit cube over which shares of the area are averaged, the same at every call."""
    return unit_sobol(space.dimension, n, [n])


def _label_doubt(classifier: RegimeClassifier, U: Floats) -> Floats:
    labels = classifier.predict(U)
    shares = classifier.over_draws(U, _winner_shares)
    return 1.0 - shares[np.arange(len(labels)), labels]


def _winner_shares(latents: Floats) -> Floats:
    """Share (n, K) of the draws (s, n, K) in which each regime has the highest latent."""
    winners = latents.argmax(axis=2)
    return np.stack([(winners == k).mean(axis=0) for k in range(latents.shape[2])], axis=1)


def _runs(regime: int, points: Floats, others: Ints) -> Sequence[BoundaryLine]:
    """Cut a line where the regime on its other side changes; keep the parts with a higher number."""
    cuts = [0, *(np.flatnonzero(np.diff(others)) + 1).tolist(), len(others)]
    return [
        # One point more on either side, so that the lines of three regimes meet.
        BoundaryLine((regime, int(others[first])), points[max(first - 1, 0) : last + 1])
        for first, last in pairwise(cuts)
        if others[first] > regime and last - first > 1
    ]
