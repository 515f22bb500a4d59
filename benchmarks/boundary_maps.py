"""Maps with known truth for the boundary benchmark. They are fixed: a change makes old figures void.

Every map gives each regime a score, about the distance by which it wins over its neighbour in the unit cube;
the highest score is the true regime. A simulator's answer at a point is a membership: the true regime with
certainty, draws of noisy labels, or soft shares, as each map says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Answer = Literal["hard", "drawn", "soft"]


@dataclass(frozen=True)
class KnownMap:
    """A map whose regimes are known everywhere.

    Parameters
    ----------
    name : str
    dimension : int
    regimes : int
    scores : function (n, d) -> (n, regimes)
    answer : {"hard", "drawn", "soft"}
        What a simulation tells: its regime; `realizations` labels drawn with the boundary's width;
        the shares themselves.
    width : float
        Width of the boundary, in units of the cube's side.
    realizations : int
        Labels drawn per point.
    """

    name: str
    dimension: int
    regimes: int
    scores: Callable[[Floats], Floats]
    answer: Answer = "hard"
    width: float = 0.0
    realizations: int = 1

    def truth(self, U: Floats) -> Ints:
        """True regime (n,) at points of the unit cube (n, d)."""
        return np.argmax(self.scores(U), axis=1).astype(np.int64)

    def shares(self, U: Floats) -> Floats:
        """Probabilities (n, regimes) of what a single realization shows."""
        if self.answer == "hard":
            return np.eye(self.regimes)[self.truth(U)]
        return softmax(self.scores(U) / self.width, axis=1)

    def observe(self, U: Floats, seed: int) -> Floats:
        """Memberships (n, regimes) that simulations at the points report; the seed decides their noise."""
        shares = self.shares(U)
        if self.answer != "drawn":
            return shares
        return np.array(
            [
                _generator(seed, point).multinomial(self.realizations, row) / self.realizations
                for point, row in zip(U, shares, strict=True)
            ]
        )


def _generator(seed: int, point: Floats) -> np.random.Generator:
    """Noise by content: a point answers the same whoever asks, and whenever."""
    words = np.round(point * 2**30).astype(np.int64).tolist()
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


def _two(excess: Floats) -> Floats:
    return np.column_stack([-excess, excess]) / 2


def _curve(U: Floats) -> Floats:
    x, y = U.T
    return _two(y - 0.45 - 0.2 * np.sin(2 * np.pi * (0.8 * x + 0.1)) - 0.1 * x)


def _crossing(U: Floats) -> Floats:
    x, y = U.T
    first = y - 0.25 - 0.5 * x**1.5
    second = y - 0.9 + 0.7 * x + 0.05 * np.sin(7 * x)
    return np.column_stack([np.minimum(a, b) for a in (-first, first) for b in (-second, second)])


def _wedge(U: Floats) -> Floats:
    x, y = U.T
    middle, half = 0.35 + 0.3 * x**2, 0.1 * (x - 0.2)
    return np.column_stack([middle - np.maximum(half, 0) - y, half - np.abs(y - middle), y - middle - half])


def _island(U: Floats) -> Floats:
    x, y = (U - [0.63, 0.36]).T
    along, across = 0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x
    return _two(0.11 * (1 - np.hypot(along / 0.14, across / 0.09)))


def _voronoi(centres: list[tuple[float, float]], warp: float) -> Callable[[Floats], Floats]:
    places = np.array(centres)

    def scores(U: Floats) -> Floats:
        x, y = U.T
        bent = np.column_stack([x + warp * np.sin(5 * y), y + warp * np.sin(4 * x + 1)])
        return -np.linalg.norm(bent[:, None] - places, axis=2)

    return scores


def _noisy(U: Floats) -> Floats:
    x, y = U.T
    return _two(x - 0.35 - 0.3 * y**2 - 0.08 * np.sin(6 * y))


def _surface(U: Floats) -> Floats:
    x, y, z = U.T
    return _two(z - 0.5 - 0.18 * np.sin(4 * x + 1) * np.cos(2.5 * y) - 0.15 * (y - 0.5))


def _hypersurface(U: Floats) -> Floats:
    a, b, c, e = U.T
    return _two(a - 0.55 + 0.3 * (b - 0.4) ** 2 - 0.2 * np.sin(3 * c) * b - 0.12 * e)


MAPS = (
    KnownMap("curve", 2, 2, _curve),
    KnownMap("crossing", 2, 4, _crossing),
    KnownMap("wedge", 2, 3, _wedge),
    KnownMap("island", 2, 2, _island),
    KnownMap("three", 2, 3, _voronoi([(0.15, 0.2), (0.85, 0.35), (0.4, 0.9)], 0.08)),
    KnownMap("five", 2, 5, _voronoi([(0.1, 0.15), (0.75, 0.1), (0.5, 0.5), (0.1, 0.85), (0.9, 0.9)], 0.06)),
    KnownMap("noisy", 2, 2, _noisy, "drawn", width=0.04, realizations=3),
    KnownMap("soft", 2, 3, _voronoi([(0.2, 0.75), (0.8, 0.8), (0.55, 0.1)], 0.1), "soft", width=0.05),
    KnownMap("surface", 3, 2, _surface),
    KnownMap("hypersurface", 4, 2, _hypersurface),
)
