"""Other ways to choose points: adaptive, label propagation, scikit-activeml, Optuna's own samplers.

Each is set up as its authors do or as a careful user would, and reads its points itself where it can. Regimes
are labels to those that know nothing of shares. Libraries are imported when they are used.
"""

from __future__ import annotations

import abc
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar, final

import numpy as np
import optuna
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from scipy.spatial import KDTree, QhullError
from scipy.special import entr
from sklearn.semi_supervised import LabelPropagation as SemiSupervised

from benchmarks.boundary_maps import Floats, Ints, KnownMap
from benchmarks.boundary_methods import (
    STARTUP,
    Predictor,
    ReadByOurs,
    Sequential,
    by_label,
    classifier,
    lattice,
    machine,
    sobol,
)

# Sides of the lattices of candidates of label propagation, and points of the pools of scikit-activeml.
SIDES = {2: 28, 3: 9, 4: 5}
POOL = 2048
NEIGHBOURS = 5


@final
class Adaptive(Sequential):
    """python-adaptive's LearnerND, told memberships as a vector.

    With `std_loss`, the better of its losses here: its default goes on for ever along a jump it has found.
    """

    name = "adaptive"
    maps = ("adaptive", "adaptive, our classifier")
    needs = ("adaptive", "adaptive_triangulation")
    install = "adaptive adaptive-triangulation"

    def __init__(self, known: KnownMap, seed: int) -> None:
        super().__init__(known, seed)
        learner = import_module("adaptive.learner.learnerND")
        bounds = [(0.0, 1.0)] * self.dimension
        self._learner = learner.LearnerND(None, bounds, loss_per_simplex=learner.std_loss)

    @classmethod
    def most_seeds(cls, known: KnownMap) -> int:
        """Once, unless the answers are drawn: it has no randomness of its own."""
        return super().most_seeds(known) if known.answer == "drawn" else 1

    def ask(self, n: int) -> Floats:
        """Corners first, then the simplices of highest loss."""
        return np.array(self._learner.ask(n)[0], dtype=np.float64)

    def tell(self, points: Floats, memberships: Floats) -> None:
        """Tell them one by one."""
        for point, membership in zip(points.tolist(), memberships, strict=True):
            self._learner.tell(tuple(point), membership)

    def fitted(self) -> Mapping[str, Predictor]:
        """Linear interpolation over the simplices, and our classifier."""
        own, ours = self.maps
        read = classifier(self.points, self.memberships, self.realizations)
        return {own: _interpolated(self.points, self.memberships), ours: read.predict_proba}


class Pooled(Sequential):
    """A method that chooses among candidates; the first ones are those next to Sobol points."""

    def __init__(self, known: KnownMap, seed: int) -> None:
        super().__init__(known, seed)
        self.candidates = self.pool()
        self.chosen: list[int] = []

    def pool(self) -> Floats:
        """Candidates (m, d)."""
        return sobol(self.dimension, 0, POOL, self.seed)

    @abc.abstractmethod
    def choose(self, n: int) -> Sequence[int]:
        """Indices of the next candidates."""

    @final
    def ask(self, n: int) -> Floats:
        """Startup design, then the method's choice."""
        left = min(n, max(0, STARTUP - len(self.points)))
        picked = self._next_to_sobol(left)
        self.chosen += picked
        if n > left:
            further = [int(index) for index in self.choose(n - left)]
            self.chosen += further
            picked += further
        return self.candidates[picked]

    def answered(self) -> Ints:
        """Label of each candidate, -1 where it is not known."""
        known = np.full(len(self.candidates), -1)
        known[self.chosen[: len(self.points)]] = self.labels
        return known

    def _next_to_sobol(self, n: int) -> list[int]:
        wanted = sobol(self.dimension, len(self.points), n, self.seed)
        return [int(index) for index in KDTree(self.candidates).query(wanted)[1]]


@final
class LabelPropagation(Pooled):
    """Phase diagram construction: label propagation on a lattice, least confidence, neighbours excluded.

    After Terayama et al., Phys. Rev. Materials 3, 033802 (2019): scikit-learn's model with its defaults on
    standardised candidates; a batch leaves out the nearest neighbours of what it has already. Ties, which
    follow the lattice's order in the authors' program, are broken at random.
    """

    name = "label propagation"
    maps = ("label propagation",)
    largest: ClassVar[Mapping[int, int]] = {2: 100, 3: 100, 4: 100}

    @classmethod
    def most_seeds(cls, known: KnownMap) -> int:
        """Few: it takes many iterations, from scratch, for each batch."""
        return 5

    def pool(self) -> Floats:
        """A full lattice."""
        return lattice(SIDES[self.dimension], self.dimension)

    def choose(self, n: int) -> Sequence[int]:
        """Take the least confident ones, none next to another of the batch."""
        shares = self._propagated().label_distributions_
        doubt = np.where(self.answered() < 0, 1.0 - shares.max(axis=1), -1.0)
        ties = np.random.default_rng([self.seed, len(self.points)]).random(len(doubt))
        spacing = 1.001 / SIDES[self.dimension]
        batch: list[int] = []
        for index in np.lexsort((ties, -doubt)):
            apart = np.linalg.norm(self.candidates[batch] - self.candidates[index], axis=1)
            if doubt[index] >= 0 and np.all(apart > spacing):
                batch.append(int(index))
            if len(batch) == n:
                break
        return batch

    def fitted(self) -> Mapping[str, Predictor]:
        """Its own prediction off the lattice."""
        model, spread = self._propagated(), self.candidates.std(axis=0)
        return {self.name: by_label(lambda U: model.predict_proba(U / spread), model.classes_, self.regimes)}

    def _propagated(self) -> Any:  # noqa: ANN401  # scikit-learn has no types
        model = SemiSupervised()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it stopped at its limit of iterations
            return model.fit(self.candidates / self.candidates.std(axis=0), self.answered())


@final
class ActiveLearning(Pooled):
    """scikit-activeml: the least margin of a support vector machine, on a pool of Sobol points.

    The strongest of what was tried on four of the maps: margins of scikit-learn's Gaussian process classifier
    and of Parzen windows, and multi-class probabilistic active learning, needed two to ten times the points.
    """

    name = "scikit-activeml"
    maps = ("scikit-activeml",)
    needs = ("skactiveml",)
    install = "scikit-activeml"

    def __init__(self, known: KnownMap, seed: int) -> None:
        super().__init__(known, seed)
        self._pool, self._classifiers = (
            import_module("skactiveml.pool"),
            import_module("skactiveml.classifier"),
        )

    def choose(self, n: int) -> Sequence[int]:
        """Ask for a batch of the pool; its classifier is fitted on the way."""
        labels = self.answered().astype(np.float64)
        labels[labels < 0] = np.nan
        query = self._pool.UncertaintySampling("margin_sampling", random_state=self.seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of one class, and of a keyword that scikit-learn will rename
            return query.query(self.candidates, labels, self._machine(), batch_size=n)

    def fitted(self) -> Mapping[str, Predictor]:
        """Its classifier's map."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = self._machine().fit(self.points, self.labels)
        return {self.name: fitted.predict_proba}

    def _machine(self) -> Any:  # noqa: ANN401  # scikit-activeml has no types
        return self._classifiers.SklearnClassifier(
            machine(), classes=list(range(self.regimes)), random_state=0
        )


class Optimised(ReadByOurs):
    """An Optuna sampler that maximises what a user could tell it of boundaries.

    A trial's value is the entropy of the mean membership among the point and its nearest neighbours so far.
    """

    needs = ("optuna",)
    install = "optuna"

    def __init__(self, known: KnownMap, seed: int) -> None:
        super().__init__(known, seed)
        self._study = optuna.create_study(direction="maximize", sampler=self.sampler())
        self._distribution = optuna.distributions.FloatDistribution(0.0, 1.0)
        self._asked: list[optuna.Trial] = []

    @abc.abstractmethod
    def sampler(self) -> optuna.samplers.BaseSampler:
        """The sampler."""

    @final
    def ask(self, n: int) -> Floats:
        """Ask for n trials."""
        names = [f"x{axis}" for axis in range(self.dimension)]
        distributions = dict.fromkeys(names, self._distribution)
        self._asked = [self._study.ask(distributions) for _ in range(n)]
        return np.array([[trial.params[name] for name in names] for trial in self._asked])

    @final
    def tell(self, points: Floats, memberships: Floats) -> None:
        """Tell each the disorder of its neighbourhood."""
        neighbours = min(NEIGHBOURS, len(self.points))
        near = KDTree(self.points).query(points, k=neighbours)[1].reshape(len(points), neighbours)
        for trial, rows in zip(self._asked, near, strict=True):
            self._study.tell(trial, float(entr(self.memberships[rows].mean(axis=0)).sum()))


@final
class Tpe(Optimised):
    """Optuna's TPE, with its defaults."""

    name = "Optuna TPE"
    maps = ("Optuna TPE",)

    def sampler(self) -> optuna.samplers.BaseSampler:
        """With the startup of the others."""
        return optuna.samplers.TPESampler(n_startup_trials=STARTUP, seed=self.seed)


@final
class Gp(Optimised):
    """Optuna's Gaussian process sampler, with its defaults."""

    name = "Optuna GP"
    maps = ("Optuna GP",)
    needs = ("torch",)
    install = "torch"
    largest: ClassVar[Mapping[int, int]] = {2: 100, 3: 100, 4: 100}

    @classmethod
    def most_seeds(cls, known: KnownMap) -> int:
        """Few: it takes a tenth of a second for each point."""
        return 5

    def sampler(self) -> optuna.samplers.BaseSampler:
        """With the startup of the others."""
        import_module("torch").set_num_threads(1)
        return optuna.samplers.GPSampler(n_startup_trials=STARTUP, seed=self.seed)


def _interpolated(points: Floats, memberships: Floats) -> Predictor:
    """Linear interpolation; the nearest point's where the points span no simplex."""
    try:
        return LinearNDInterpolator(points, memberships)
    except (QhullError, ValueError):
        return NearestNDInterpolator(points, memberships)
