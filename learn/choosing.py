"""Which point is worth its cost: a new one, or one more realization of an old one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from learn.acquisition import Acquisition
from learn.surrogate import RegimeClassifier, pooled
from learn.value import ArrayValue, Floats

Cost = Callable[[Mapping[str, float]], float]


@final
@dataclass(frozen=True, eq=False)
class Chosen(ArrayValue):
    """A point (1, d) of the unit cube, its score, and whether it was observed before."""

    point: Floats
    score: float
    repeated: bool


@final
@dataclass(frozen=True, eq=False)
class Urns(ArrayValue):
    """Labels drawn so far at each different point: points (n, d), shares (n, K), counts (n,)."""

    points: Floats
    shares: Floats
    counts: Floats

    @classmethod
    def of(cls, points: Floats, shares: Floats, counts: Floats) -> "Urns":
        """Put together what was observed at one point."""
        return cls(*pooled(points, shares, counts))

    def noise(self, predicted: Floats) -> float:
        """Share of the predicted doubt that is noise of the labels, and not ignorance of their shares.

        How often labels of one point differ, over how often they would if they were drawn from the predicted
        shares (n, K): it starts at 1, the benefit of the doubt, and falls as labels near the boundary agree.
        """
        differ = self.counts * (1.0 - (self.shares**2).sum(axis=1))
        would = (self.counts - 1.0) * (1.0 - (predicted**2).sum(axis=1))
        further = self.counts > 1.0
        return float(min(1.0, (1.0 + differ[further].sum()) / (1.0 + would[further].sum())))


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
    observed: Urns,
    labels: float,
    repeat_cost: float,
) -> Chosen:
    """Weigh a new point, worth so many labels, against one more label at an observed one.

    The score of each counts by the share of the doubt that the observation would take away, per cost; that of
    one more label besides by the share of the doubt that is noise, which alone it can settle.
    """
    old = observed.points
    scores = np.round(acquisition(classifier, old), 9)
    taught = classifier.taught(old, 1.0) * observed.noise(classifier.predict_proba(old))
    again = np.round(worth(scores, taught / repeat_cost), 9)
    fresh = worth(np.array([new.score]), classifier.taught(new.point, labels))
    best = int(np.argmax(again))
    if again[best] <= np.round(fresh[0], 9):
        return new
    return Chosen(old[best : best + 1], float(scores[best]), repeated=True)


def worth(scores: Floats, gain: Floats) -> Floats:
    """Scores times gains; a score below zero, where nothing is in doubt, is the worse the less it gains."""
    weighed: Floats = np.where(scores > 0, scores * gain, scores / gain)
    return weighed
