"""k-medoids on a distance matrix, and what tells how well a partition fits: its silhouettes.

References
----------
.. [1] E. Schubert, P. J. Rousseeuw, "Fast and eager k-medoids clustering", Inf. Syst. 101, 101804 (2021),
   doi 10.1016/j.is.2021.101804.
.. [2] P. J. Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20, 53 (1987), doi 10.1016/0377-0427(87)90125-7.
"""

import kmedoids
import numpy as np

from learn.value import Floats, Ints

STARTS = 4  # random starts beside the deterministic BUILD start


def partition(distances: Floats, k: int, seed: int, starts: int = STARTS) -> Ints:
    """Medoids (k,) of the best of several starts of FasterPAM, ascending."""
    runs = [kmedoids.fasterpam(distances, k, init="build", n_cpu=1)]
    runs += [kmedoids.fasterpam(distances, k, random_state=seed + start, n_cpu=1) for start in range(starts)]
    best = min(runs, key=lambda run: round(run.loss, 9))  # the first of equals
    return np.sort(np.asarray(best.medoids, dtype=np.int64))


def nearest(distances: Floats, medoids: Ints) -> Ints:
    """Index (n,) of the nearest medoid, the first of equals."""
    labels: Ints = np.argmin(distances[:, medoids], axis=1).astype(np.int64)
    return labels


def silhouettes(distances: Floats, labels: Ints) -> Floats:
    """Silhouette (n,) of each series; zero where it is alone in its regime, or all labels are one."""
    if len(np.unique(labels)) < 2:
        return np.zeros(len(labels))
    return np.asarray(kmedoids.silhouette(distances, labels, samples=True, n_cpu=1)[1], dtype=np.float64)
