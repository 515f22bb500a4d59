"""How soon a moving lattice lets packets part from their frozen twins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from store import ExperimentStore
from sweep.findings.late_windows import DRAWS, SEED, asked

FloatArray = NDArray[np.float64]
ONE_SIGMA = (0.16, 0.84)


@final
@dataclass(frozen=True)
class ReleaseTime:
    """When the packets of a point part from their frozen twins.

    Attributes
    ----------
    point_id : str
    median : float
        Over pairs, natural units; infinite where half of them have not parted.
    low, high : float
        Ends of the 68% bootstrap interval of the median over lattices.
    pairs, parted : int
    """

    point_id: str
    median: float
    low: float
    high: float
    pairs: int
    parted: int


def release_times(store: ExperimentStore, trial_ids: Collection[str]) -> dict[str, ReleaseTime]:
    """Release times of points, from the view `twins`, by point id.

    Parameters
    ----------
    store : ExperimentStore
    trial_ids : collection of str
        Moving trials; others are of no matter.
    """
    lattices: dict[str, list[FloatArray]] = defaultdict(list)
    for row in asked(store, "release_times", trial_ids):
        never = [np.inf] * (row["pairs"] - row["parted"])
        lattices[str(row["point_id"])].append(np.array([*(row["times"] or ()), *never]))
    return {point_id: _release_time(point_id, each) for point_id, each in lattices.items()}


def _release_time(point_id: str, lattices: Sequence[FloatArray]) -> ReleaseTime:
    pairs = np.concatenate(lattices)
    rows = np.random.default_rng(SEED).integers(len(lattices), size=(DRAWS, len(lattices)))
    medians = [_median(np.concatenate([lattices[place] for place in each])) for each in rows]
    low, high = np.quantile(medians, ONE_SIGMA, method="nearest")
    parted = int(np.isfinite(pairs).sum())
    return ReleaseTime(point_id, _median(pairs), float(low), float(high), pairs.size, parted)


def _median(values: FloatArray) -> float:
    """The upper one of two: the mean with an infinite one would say nothing."""
    return float(np.sort(values)[values.size // 2])
