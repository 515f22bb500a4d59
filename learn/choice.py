"""How many regimes: what silhouette, gap and stability say, which of them decides, and how sure it is.

References
----------
.. [1] A. Ben-Hur, A. Elisseeff, I. Guyon, "A stability based method for discovering structure in clustered
   data", Pac. Symp. Biocomput. 7, 6 (2002).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from learn.agreement import rand_index
from learn.gap import Gap, gap_count, gaps
from learn.partition import nearest, partition, silhouettes
from learn.value import Floats, Ints

RESAMPLES = 20  # bootstrap resamples behind stabilities and shares
LARGEST = 1000  # series in a resample
TIE = 0.03  # silhouettes this close are equal: the smaller k
STABILITY_TIE = 0.02  # stabilities this close are equal: the larger k
SHAPELESS = 2.0  # errors by which a gap must be above that of one regime
APART = 0.8  # mean silhouette from which a regime is set apart, however small it is
# Kaufman & Rousseeuw (1990), p. 88: a silhouette up to 0.25 says that no substantial structure was found.
MINIMUM_SILHOUETTE = 0.25


@dataclass(frozen=True)
class Judgement:
    """How well k regimes describe the series, from k-medoids on their distances.

    Attributes
    ----------
    k : int
    silhouette : float or None
        Mean silhouette; None for one regime.
    weakest : float or None
        Mean silhouette of the regime that is set apart least, however small; None for one regime.
    gap : Gap or None
        Gap statistic and its error; None where the series are too few or do not differ.
    stability : float
        Mean adjusted Rand index between these regimes and those found in bootstrap resamples.
    """

    k: int
    silhouette: float | None
    weakest: float | None
    gap: Gap | None
    stability: float


@dataclass(frozen=True)
class Evidence:
    """What speaks for one number of regimes or another.

    Attributes
    ----------
    judgements : tuple of Judgement
        Of all k that were tried, ascending.
    by_gap : int or None
        The gap statistic's k; None where the gap rises throughout.
    resampled : tuple of int
        The k that each bootstrap resample alone would lead to.
    """

    judgements: tuple[Judgement, ...]
    by_gap: int | None
    resampled: tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """The number of regimes, and what speaks for it; opinions are None where it was asked for.

    Attributes
    ----------
    k : int
    set_apart : int or None
        Largest k whose regimes all have a mean silhouette of APART or more; None where there is none. It
        decides.
    by_silhouette : int or None
        Smallest k with a silhouette within TIE of the best; 1 if none reaches the least that is asked.
    by_gap : int or None
        Smallest k whose gap is within an error of that of k + 1; the largest k where it rises throughout.
    by_stability : int or None
        Largest k with a stability within STABILITY_TIE of the best; None where there is no structure.
    kept : int or None
        The k of before, where it stands.
    shares : mapping of int to float
        How sure it is: the share of bootstrap resamples that alone would lead to each k. Empty where k was
        asked for.
    """

    k: int
    set_apart: int | None = None
    by_silhouette: int | None = None
    by_gap: int | None = None
    by_stability: int | None = None
    kept: int | None = None
    shares: Mapping[int, float] = field(default_factory=dict)


def judged(
    series: Floats,
    lengths: Ints,
    distances: Floats,
    counts: Sequence[int],
    *,
    band: float,
    minimum_silhouette: float,
    seed: int,
) -> tuple[Evidence, Mapping[int, Ints]]:
    """Judge each k in counts.

    Parameters
    ----------
    series, lengths : array (n, T, C), array of int (n,)
    distances : array (n, n)
    counts : sequence of int
        Ascending.
    band : float
        Of the distances.
    minimum_silhouette : float
        Below it, a resample speaks for one regime.
    seed : int

    Returns
    -------
    evidence : Evidence
    medoids : mapping of int to array (k,)
    """
    medoids = {k: partition(distances, k, seed) for k in counts}
    labels = {k: nearest(distances, medoids[k]) for k in counts}
    found = gaps(series, lengths, [*counts, counts[-1] + 1], band, seed)
    stabilities, resampled = _resampled(distances, labels, minimum_silhouette, seed)
    judgements = []
    for k in counts:
        mean, weakest = _figures(distances, labels[k], k) if k > 1 else (None, None)
        judgements.append(Judgement(k, mean, weakest, found.get(k), stabilities[k]))
    return Evidence(tuple(judgements), gap_count(found), resampled), medoids


def choose_count(evidence: Evidence, minimum_silhouette: float, kept: int | None = None) -> Choice:
    """Pick k.

    1. Where regimes are set apart, each by a mean silhouette of APART or more, as many as can be so are
       taken. The mean is over a regime's own series: one of a few series counts like any other.
    2. Otherwise there is one regime, if no silhouette reaches `minimum_silhouette`, or if no gap is above
       that of one regime by SHAPELESS errors: series that only scatter have silhouettes too.
    3. Otherwise regimes overlap, and the number that bootstrap resamples find again best is taken, the
       largest of equals: overlap lowers silhouettes, and most those of the regimes nearest to each other.

    A number that is to be kept stands in for what 2 and 3 would say.

    Parameters
    ----------
    evidence : Evidence
    minimum_silhouette : float
    kept : int, optional
        Of two or more, and among those that were tried; any other is not kept.
    """
    judgements = evidence.judgements
    apart = _set_apart({each.k: each.weakest for each in judgements})
    by_silhouette = _best_silhouette({each.k: each.silhouette for each in judgements}, minimum_silhouette)
    by_gap = judgements[-1].k if evidence.by_gap is None else min(evidence.by_gap, judgements[-1].k)
    shapeless = _shapeless({each.k: each.gap for each in judgements if each.gap is not None})
    if apart is not None or kept not in [each.k for each in judgements if each.k > 1]:
        kept = None
    if apart is None and kept is None and (by_silhouette == 1 or shapeless):
        return Choice(1, None, by_silhouette, by_gap, None, None, {1: 1.0})
    by_stability = _stablest({each.k: each.stability for each in judgements})
    resampled = evidence.resampled
    shares = {k: resampled.count(k) / len(resampled) for k in sorted(set(resampled))}
    return Choice(apart or kept or by_stability, apart, by_silhouette, by_gap, by_stability, kept, shares)


def _set_apart(weakest: Mapping[int, float | None]) -> int | None:
    return max((k for k, value in weakest.items() if value is not None and value >= APART), default=None)


def _stablest(stabilities: Mapping[int, float]) -> int:
    more = {k: value for k, value in stabilities.items() if k > 1}
    return max(k for k, value in more.items() if value >= max(more.values()) - STABILITY_TIE)


def _shapeless(found: Mapping[int, Gap]) -> bool:
    """Whether gaps are known and say that no number of regimes is better than one."""
    more = [gap.value - SHAPELESS * gap.error for k, gap in found.items() if k > 1]
    return 1 in found and bool(more) and found[1].value >= max(more)


def _best_silhouette(figures: Mapping[int, float | None], minimum: float) -> int:
    known = {k: value for k, value in figures.items() if value is not None}
    best = max(known.values(), default=-1.0)
    if not known or best < minimum:
        return 1
    return min(k for k, value in known.items() if value >= max(best - TIE, minimum))


def _figures(distances: Floats, labels: Ints, k: int) -> tuple[float, float]:
    """Mean silhouette of all series, and of the weakest of k regimes; zero if a regime is empty."""
    each = silhouettes(distances, labels)
    sizes = np.bincount(labels, minlength=k)
    own = np.bincount(labels, weights=each, minlength=k) / np.maximum(sizes, 1)
    return float(each.mean()), float(own.min())


def _resampled(
    distances: Floats, labels: Mapping[int, Ints], minimum_silhouette: float, seed: int
) -> tuple[dict[int, float], tuple[int, ...]]:
    """Stability of each k, and the k that each bootstrap resample alone would lead to."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, len(distances)]))
    agreements: dict[int, list[float]] = {k: [] for k in labels}
    led: list[int] = []
    for _ in range(RESAMPLES):
        drawn = np.unique(rng.integers(0, len(distances), min(len(distances), LARGEST)))
        own = np.ascontiguousarray(distances[np.ix_(drawn, drawn)])
        figures: dict[int, tuple[float, float]] = {}
        for k in (k for k in labels if k < len(drawn)):
            medoids = partition(own, k, seed, starts=0)
            figures[k] = _figures(own, nearest(own, medoids), k) if k > 1 else (-1.0, -1.0)
            agreements[k].append(rand_index(labels[k], nearest(distances, drawn[medoids])))
        apart = _set_apart({k: weakest for k, (_, weakest) in figures.items()})
        known = _best_silhouette({k: mean for k, (mean, _) in figures.items()}, minimum_silhouette) > 1
        led.append(apart or (_stablest({k: agreements[k][-1] for k in figures}) if known else 1))
    stabilities = {k: float(np.mean(scores)) if scores else 0.0 for k, scores in agreements.items()}
    return stabilities, tuple(led)
