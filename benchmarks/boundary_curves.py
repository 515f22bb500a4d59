"""Runs put together: for each map and way of mapping it, the figures of all seeds by number of points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.boundary_measures import Figures, points_to
from benchmarks.boundary_methods import Grid
from benchmarks.boundary_runs import METHODS, Run
from benchmarks.boundary_unseen import KNOWN

Value = Callable[[Figures], float]


@dataclass(frozen=True)
class Band:
    """Median and the middle 90% over seeds."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Curves:
    """Figures by map, by name of the way of mapping, by number of points.

    Attributes
    ----------
    figures : dict
        (map, name) -> points -> figures, one a seed.
    maps, names : tuple of str
        Those that have any, in the order of the benchmark.
    """

    figures: dict[tuple[str, str], dict[int, list[Figures]]]
    maps: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Curves:
        """Collect the runs of methods that choose points."""
        found: dict[tuple[str, str], dict[int, list[Figures]]] = defaultdict(lambda: defaultdict(list))
        for run in runs:
            for each in run.figures:
                found[run.job.map, each.name][each.n].append(each)
        order = dict.fromkeys(name for method in METHODS.values() for name in method.maps)
        maps = tuple(name for name in KNOWN if any(name == key[0] for key in found))
        names = tuple(name for name in order if any(name == key[1] for key in found))
        return cls(found, maps, names)

    def curve(self, known: str, name: str, value: Value) -> dict[int, Band]:
        """Median and band of a value by number of points."""
        by_n = self.figures.get((known, name), {})
        return {n: band([value(each) for each in by_n[n]]) for n in sorted(by_n)}

    def at(self, known: str, name: str, n: int) -> list[Figures]:
        """Figures at n points; of a full grid, at the last number below it."""
        by_n = self.figures.get((known, name), {})
        if name != Grid.name:
            return by_n.get(n, [])
        below = [each for each in by_n if n / 2 < each <= n]
        return by_n[max(below)] if below else []

    def points_to(self, target: float, known: str, name: str) -> float | None:
        """Points from which on the median wrong area stays at or below the target; None where it does not."""
        curve = self.curve(known, name, lambda each: each.wrong)
        return points_to(target, [(n, at.median) for n, at in curve.items()])

    def last(self, known: str, name: str) -> int:
        """Largest number of points."""
        return max(self.figures.get((known, name), {0: []}))


def band(values: Sequence[float]) -> Band:
    """Median and band of values, infinite ones among them."""
    # Ends by the nearest value and no mean of two, which infinity would spoil.
    low, high = np.quantile(values, [0.05, 0.95], method="inverted_cdf")
    return Band(float(median(values)), float(low), float(high))
