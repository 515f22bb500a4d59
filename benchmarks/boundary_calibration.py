"""Classifiers side by side on the same 100 points, from a Sobol design and from our sampler's.

The others are told labels: all that were drawn, else that of the largest share.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, final

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import Matern
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.boundary_maps import Floats, Ints, KnownMap
from benchmarks.boundary_methods import (
    Method,
    Ours,
    Predictor,
    Reading,
    Sequential,
    Simulate,
    Sobol,
    by_label,
    classifier,
)

POINTS = 100
OURS = "Dirichlet GP"
Estimate = Callable[[Floats, Ints], Any]


class Calibration(Method):
    """Classifiers fitted to one design.

    Attributes
    ----------
    design : type of Sequential
        What chose the points.
    """

    design: ClassVar[type[Sequential]]
    maps = (OURS, "scikit-learn GPC", "calibrated SVC", "random forest")
    largest: ClassVar[Mapping[int, int]] = {2: POINTS, 3: POINTS, 4: POINTS}

    @classmethod
    def most_seeds(cls, known: KnownMap) -> int:
        """Few: areas and errors are means over all the maps."""
        return 5

    @final
    def readings(self, simulate: Simulate, checkpoints: Sequence[int], batch: int) -> Iterator[Reading]:
        """One reading for each classifier, with the time of its fit alone."""
        chooser = self.design(self._known, self.seed)
        for _ in chooser.readings(simulate, [n for n in checkpoints if n == POINTS], batch):
            began = time.process_time()
            ours = classifier(chooser.points, chooser.memberships, self.realizations)
            yield Reading(POINTS, {OURS: ours.predict_proba}, time.process_time() - began)
            X, y = drawn_labels(chooser.points, chooser.memberships, self.realizations)
            for name, estimate in zip(self.maps[1:], (_gpc, _svc, _forest), strict=True):
                began = time.process_time()
                predictor = _predictor(estimate, X, y, self.regimes)
                yield Reading(POINTS, {name: predictor}, time.process_time() - began)


@final
class CalibrationSobol(Calibration):
    """On Sobol points."""

    name = "calibration, Sobol design"
    design = Sobol


@final
class CalibrationOurs(Calibration):
    """On our sampler's points."""

    name = "calibration, our design"
    design = Ours


def drawn_labels(points: Floats, memberships: Floats, realizations: int) -> tuple[Floats, Ints]:
    """Points (m, d), repeated where several labels were drawn, and the label (m,) of each."""
    if realizations == 1:
        return points, np.argmax(memberships, axis=1)
    counts = np.rint(memberships * realizations).astype(int)
    labels = [np.repeat(np.arange(len(row)), row) for row in counts]
    return np.repeat(points, counts.sum(axis=1), axis=0), np.concatenate(labels)


def _predictor(estimate: Estimate, X: Floats, y: Ints, regimes: int) -> Predictor:
    if len(np.unique(y)) == 1:
        return lambda U: np.tile(np.eye(regimes)[y[0]], (len(U), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length scale at its bound, a class with few members
        model = estimate(X, y)
    return by_label(model.predict_proba, model.classes_, regimes)


def _gpc(X: Floats, y: Ints) -> Any:  # noqa: ANN401  # scikit-learn has no types
    kernel = 1.0 * Matern(np.full(X.shape[1], 0.5), (0.03, 10.0), nu=2.5)
    return GaussianProcessClassifier(kernel, multi_class="one_vs_rest", random_state=0).fit(X, y)


def _svc(X: Floats, y: Ints) -> Any:  # noqa: ANN401  # scikit-learn has no types
    """RBF machine, its constants by cross-validation, calibrated by sigmoids."""
    # Neither step can split a regime that was seen once: it is left out.
    counts = np.bincount(y)
    X, y = X[counts[y] > 1], y[counts[y] > 1]
    if len(np.unique(y)) == 1:
        return DummyClassifier().fit(X, y)
    folds = int(min(5, counts[counts > 1].min()))
    machine = make_pipeline(StandardScaler(), SVC())
    # The first of equals is taken: the stiffest, whose sigmoids are the steepest.
    constants = {"svc__C": [1000.0, 100.0, 10.0, 1.0], "svc__gamma": [0.1, 0.3, 1.0, 3.0]}
    best = GridSearchCV(machine, constants, cv=folds).fit(X, y).best_estimator_
    return CalibratedClassifierCV(best, method="sigmoid", cv=folds).fit(X, y)


def _forest(X: Floats, y: Ints) -> Any:  # noqa: ANN401  # scikit-learn has no types
    return RandomForestClassifier(300, random_state=0).fit(X, y)
