"""Which point is worth its cost: a new one, or one more realization of an old one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from learn.acquisition import Acquisition
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats

Cost = Callable[[Mapping[str, float]], float]


@final
@dataclass(frozen=True, eq=False)
class Chosen(ArrayValue):
    """A point (1, d) of the unit cube, its score, and whether it was observed before."""

    point: Floats
    score: float
    repeated: bool


def choose(
    classifier: RegimeClassifier,
    acquisition: Acquisition,
    points: Floats,
    price: Callable[[Floats], Floats] | None = None,
) -> Chosen:
    """Take the point (m, d) of the highest score; where points have prices (m,), the highest worth."""
    # Rounded, so that the last bits of linear algebra do not decide; the first of equals wins.
    scores = np.round(acquisition(classifier, points), 9)
    if price is None:
        best = int(np.argmax(scores))
        return Chosen(points[best : best + 1], float(scores[best]), repeated=False)
    best = int(np.argmax(np.round(worth(scores, 1 / price(points)), 9)))
    return Chosen(points[best : best + 1], float(scores[best]), repeated=False)


def new_or_again(
    classifier: RegimeClassifier,
    acquisition: Acquisition,
    new: Chosen,
    observed: Floats,
    labels: float,
    repeat_cost: float,
) -> Chosen:
    """Weigh a new point, worth so many labels, against one more label at an observed point (n, d).

    The score of each counts by the share of the doubt that the observation would take away, per cost.
    """
    old = np.unique(observed, axis=0)
    scores = np.round(acquisition(classifier, old), 9)
    again = np.round(worth(scores, classifier.taught(old, 1.0) / repeat_cost), 9)
    fresh = worth(np.array([new.score]), classifier.taught(new.point, labels))
    best = int(np.argmax(again))
    if again[best] <= np.round(fresh[0], 9):
        return new
    return Chosen(old[best : best + 1], float(scores[best]), repeated=True)


def worth(scores: Floats, gain: Floats) -> Floats:
    """Scores times gains; a score below zero, where nothing is in doubt, is the worse the less it gains."""
    weighed: Floats = np.where(scores > 0, scores * gain, scores / gain)
    return weighed
