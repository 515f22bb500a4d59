"""What the regimes look like in time: the centroid of each, and its points' mean and spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from learn import ensemble_mean
from store import ExperimentStore
from sweep.labelling import Labelling
from sweep.recorded import grouped_trials, growth_features, recorded_series

FloatArray = NDArray[np.float64]
FEWEST = 2


@final
@dataclass(frozen=True, eq=False)
class RegimeCourses:
    """Series of regimes, in the units in which they are clustered before scaling.

    Attributes
    ----------
    times : ndarray, (T,)
    centroids : ndarray, (k, T, 2)
        The averaged series nearest to each centroid: ln(1 + MSD / MSD_raw(0)) and ln(PR / PR(0)).
    mean, deviation : ndarray, (k, T, 2)
        Over a regime's points; NaN where fewer than two have come so far.
    counts : tuple of int
        Points, moving and frozen counted apart.
    """

    times: FloatArray
    centroids: FloatArray
    mean: FloatArray
    deviation: FloatArray
    counts: tuple[int, ...]


def regime_courses(store: ExperimentStore, labelling: Labelling, trial_ids: list[str]) -> RegimeCourses:
    """Courses of the regimes of a labelling.

    Parameters
    ----------
    store : ExperimentStore
    labelling : Labelling
    trial_ids : list of str
        Of its points.
    """
    groups = {key: group for key, group in grouped_trials(store, trial_ids).items() if key in labelling.keys}
    valid = {str(row["trial_id"]): float(row["t_valid"]) for group in groups.values() for row in group}
    times, recorded = recorded_series(store, valid)
    points = np.repeat(np.arange(len(groups)), [len(group) for group in groups.values()])
    features = growth_features(
        {
            name: ensemble_mean(values, "log" if name == "participation_ratio" else "linear", points)
            for name, values in recorded.items()
        }
    )
    clusters = labelling.clusters
    numbers = np.array([clusters[key] for key in groups])
    members = [features[numbers == regime] for regime in range(len(labelling.names))]
    courses = [_course(each) for each in members]
    # The medoids are rows of the labelling's own order, in which its keys stand.
    rows = [list(groups).index(labelling.keys[row]) for row in labelling.clustering.medoids]
    return RegimeCourses(
        times,
        features[rows],
        np.stack([mean for mean, _ in courses]),
        np.stack([deviation for _, deviation in courses]),
        tuple(len(each) for each in members),
    )


def _course(series: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (T, 2) of series (n, T, 2), over those that have come so far."""
    known = np.isfinite(series)
    counts = known.sum(axis=0)
    enough = counts >= FEWEST
    mean = np.where(known, series, 0.0).sum(axis=0) / np.maximum(counts, 1)
    squares = np.where(known, series - mean, 0.0) ** 2
    deviation = np.sqrt(squares.sum(axis=0) / np.maximum(counts - 1, 1))
    return np.where(enough, mean, np.nan), np.where(enough, deviation, np.nan)
