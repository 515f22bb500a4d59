"""k-medoids on a distance matrix, and the two figures by which k is chosen: silhouette and stability.

References
----------
.. [1] E. Schubert, P. J. Rousseeuw, "Fast and eager k-medoids clustering", Inf. Syst. 101, 101804 (2021),
   doi 10.1016/j.is.2021.101804.
.. [2] P. J. Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20, 53 (1987), doi 10.1016/0377-0427(87)90125-7.
.. [3] A. Ben-Hur, A. Elisseeff, I. Guyon, "A stability based method for discovering structure in clustered
   data", Pac. Symp. Biocomput. 7, 6 (2002).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import kmedoids
import numpy as np
from sklearn.metrics import adjusted_rand_score

from learn.value import Floats, Ints

STARTS = 4  # random starts beside the deterministic BUILD start
RESAMPLES = 20  # bootstrap resamples behind a stability
TIE = 0.03  # silhouettes this close are settled by stability
STABILITY_TIE = 0.1  # what the bootstrap tells apart


@dataclass(frozen=True)
class Sweep:
    """Medoids (k,), silhouette and stability of each k that was tried."""

    medoids: Mapping[int, Ints]
    silhouettes: Mapping[int, float]
    stabilities: Mapping[int, float]


def sweep_counts(distances: Floats, counts: range, seed: int) -> Sweep:
    """Partition by every k in counts and judge each."""
    medoids = {k: partition(distances, k, seed) for k in counts}
    labels = {k: nearest(distances, medoids[k]) for k in counts}
    return Sweep(
        medoids,
        {k: silhouette(distances, labels[k]) for k in counts},
        {k: stability(distances, labels[k], k, seed) for k in counts},
    )


def choose_count(sweep: Sweep, minimum_silhouette: float) -> int:
    """Pick k: of those with a silhouette within TIE of the best, the smallest that is about as stable as any.

    More regimes are claimed only where they are clearly more stable, by STABILITY_TIE.

    One regime if no k reaches `minimum_silhouette`.
    """
    best = max(sweep.silhouettes.values(), default=-1.0)
    if best < minimum_silhouette:
        return 1
    tied = [
        k for k, value in sweep.silhouettes.items() if value >= best - TIE and value >= minimum_silhouette
    ]
    stablest = max(sweep.stabilities[k] for k in tied)
    return min(k for k in tied if sweep.stabilities[k] >= stablest - STABILITY_TIE)


def partition(distances: Floats, k: int, seed: int) -> Ints:
    """Medoids (k,) of the best of several starts of FasterPAM, ascending."""
    runs = [kmedoids.fasterpam(distances, k, init="build", n_cpu=1)]
    runs += [kmedoids.fasterpam(distances, k, random_state=seed + start, n_cpu=1) for start in range(STARTS)]
    best = min(runs, key=lambda run: round(run.loss, 9))  # the first of equals
    return np.sort(np.asarray(best.medoids, dtype=np.int64))


def nearest(distances: Floats, medoids: Ints) -> Ints:
    """Index (n,) of the nearest medoid, the first of equals."""
    labels: Ints = np.argmin(distances[:, medoids], axis=1).astype(np.int64)
    return labels


def silhouette(distances: Floats, labels: Ints) -> float:
    """Mean silhouette; zero if all labels are one."""
    if len(np.unique(labels)) < 2:
        return 0.0
    return float(kmedoids.silhouette(distances, labels, n_cpu=1)[0])


def stability(distances: Floats, labels: Ints, k: int, seed: int) -> float:
    """Mean adjusted Rand index between these labels and those of medoids found in bootstrap resamples."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, k]))
    scores = []
    for _ in range(RESAMPLES):
        drawn = np.unique(rng.integers(0, len(labels), len(labels)))
        if drawn.size <= k:
            continue
        found = kmedoids.fasterpam(distances[np.ix_(drawn, drawn)], k, init="build", n_cpu=1)
        medoids = drawn[np.asarray(found.medoids, dtype=np.int64)]
        scores.append(adjusted_rand_score(labels, nearest(distances, medoids)))
    return float(np.mean(scores)) if scores else 0.0
