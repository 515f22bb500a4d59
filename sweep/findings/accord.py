"""How far two ways to sort the same points agree, with an interval over points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from learn.agreement import rand_index

DRAWS = 2000
SEED = 0
LEVEL = 0.9

IntArray = NDArray[np.int64]


@final
@dataclass(frozen=True)
class Accord:
    """Agreement of two labellings of n points.

    Attributes
    ----------
    points : int
    rand_index, kappa : tuple of float
        Adjusted Rand index and Cohen's kappa: value, and the ends of the 90% bootstrap interval over
        points. 1 is perfect, 0 what chance gives; NaN where a labelling has one group only.
    matched : tuple of str
        For kappa, the groups of the first labelling that are read as the group asked for.
    share : float
        Points on which the two agree as to that group.
    """

    points: int
    rand_index: tuple[float, float, float]
    kappa: tuple[float, float, float]
    matched: tuple[str, ...]
    share: float


def accord(groups: Sequence[str], verdicts: Sequence[str], asked: str) -> Accord:
    """Compare groups without a meaning, such as clusters, with verdicts that have one.

    The Rand index compares the two as they are. For kappa each group is read as `asked` where more than half
    of its points have that verdict; this is decided anew in each resample, for it is part of what is unsure.

    Parameters
    ----------
    groups, verdicts : sequence of str, (n,)
        Of the same points.
    asked : str
        The verdict that kappa is about.

    Raises
    ------
    ValueError
        If they are not of one length, or empty.

    References
    ----------
    J. Cohen, Educ. Psychol. Meas. 20, 37 (1960), doi:10.1177/001316446002000104.
    """
    if len(groups) != len(verdicts) or not groups:
        raise ValueError(f"expected verdicts on the same points, got {len(groups)} and {len(verdicts)}")
    names = sorted(set(groups))
    one = np.array([names.index(group) for group in groups])
    kinds = sorted({asked, *verdicts})
    other = np.array([kinds.index(verdict) for verdict in verdicts])
    is_asked = other == kinds.index(asked)
    read = majority(one, is_asked)
    return Accord(
        points=len(groups),
        rand_index=_interval(one, other, _rand_index),
        kappa=_interval(one, is_asked.astype(np.int64), _majority_kappa),
        matched=tuple(name for place, name in enumerate(names) if read[one == place].any()),
        share=float(np.mean(read == is_asked)),
    )


def cohen_kappa(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Cohen's kappa of two yes-or-no labellings (n,); NaN where chance alone would make them equal."""
    observed = float(np.mean(one == other))
    p, q = float(one.mean()), float(other.mean())
    chance = p * q + (1.0 - p) * (1.0 - q)
    return (observed - chance) / (1.0 - chance) if chance < 1.0 else float("nan")


def majority(groups: IntArray, yes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether more than half of a point's group say yes, for each point (n,)."""
    counts = np.bincount(groups)
    votes = np.bincount(groups, weights=yes)
    return np.asarray(2.0 * votes[groups] > counts[groups])


def _rand_index(one: IntArray, other: IntArray) -> float:
    if len(np.unique(one)) == 1 or len(np.unique(other)) == 1:
        return float("nan")
    return float(rand_index(one, other))


def _majority_kappa(one: IntArray, other: IntArray) -> float:
    yes = other.astype(np.bool_)
    return cohen_kappa(majority(one, yes), yes)


def _interval(
    one: IntArray, other: IntArray, figure: Callable[[IntArray, IntArray], float]
) -> tuple[float, float, float]:
    """A figure of two labellings, and the ends of its interval over resampled points."""
    draws = np.random.default_rng(SEED).integers(len(one), size=(DRAWS, len(one)))
    values = np.array([figure(one[rows], other[rows]) for rows in draws])
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if known.size else (np.nan, np.nan)
    return figure(one, other), float(low), float(high)
