"""What chooses points: an abstract method, ours, and designs that our classifier reads.

A method is told nothing of a map but its number of axes and regimes, how many labels a simulation is worth,
and the memberships at the points that it asked for.
"""

from __future__ import annotations

import abc
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, ClassVar, final

import numpy as np
import optuna
from sklearn.svm import SVC

from benchmarks.boundary_maps import Floats, Ints, KnownMap
from learn import Axis, BoundarySampler, RegimeClassifier, SearchSpace

STARTUP = 12  # points of the first design, the same number for all that have one
Predictor = Callable[[Floats], Floats]  # points (n, d) of the unit cube -> probabilities (n, regimes)
Simulate = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Reading:
    """The maps that a method draws from n points.

    Attributes
    ----------
    n : int
    maps : mapping of str to Predictor
        By name: a method's own reading of its points, or our classifier's.
    cpu_s : float
        Processor time of choosing the points and fitting the maps, from the first point on.
    """

    n: int
    maps: Mapping[str, Predictor]
    cpu_s: float


class Simulator:
    """Simulations of a map: noise by content, and a new realization where a point comes again.

    Parameters
    ----------
    known : KnownMap
    seed : int
    """

    def __init__(self, known: KnownMap, seed: int) -> None:
        self._known, self._seed = known, seed
        self._visits: dict[bytes, int] = defaultdict(int)

    def __call__(self, U: Floats) -> Floats:
        """Memberships (n, regimes) at points (n, d)."""
        return np.vstack([self._one(row) for row in U])

    def _one(self, row: Floats) -> Floats:
        again = self._visits[row.tobytes()]
        self._visits[row.tobytes()] += 1
        return self._known.observe(row[None], self._seed + 1_000_003 * again)


class Method(abc.ABC):
    """Chooses points and draws maps from them.

    Parameters
    ----------
    known : KnownMap
        Only its dimension, number of regimes and realizations are used.
    seed : int

    Attributes
    ----------
    name : str
    maps : tuple of str
        Names of the maps in its readings.
    needs : tuple of str
        Modules without which it is skipped.
    install : str
        What pip is asked for to have them.
    largest : mapping of int to int
        Most points, by number of axes.
    """

    name: ClassVar[str]
    maps: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[str, ...]] = ()
    install: ClassVar[str] = ""
    largest: ClassVar[Mapping[int, int]] = {2: 200, 3: 288, 4: 400}

    def __init__(self, known: KnownMap, seed: int) -> None:
        self._known, self.seed = known, seed
        self.dimension, self.regimes, self.realizations = known.dimension, known.regimes, known.realizations

    @abc.abstractmethod
    def readings(self, simulate: Simulate, checkpoints: Sequence[int], batch: int) -> Iterator[Reading]:
        """Ask for points, `batch` at a time, and yield what is known at each checkpoint."""

    @classmethod
    def most_seeds(cls, known: KnownMap) -> int:
        """Seeds after which it is not run again on a map: it is slow, or the outcome would be the same."""
        return 1_000

    @classmethod
    def lacks(cls) -> str | None:
        """What keeps it from running here, and what to do; None if nothing does."""
        missing = [module for module in cls.needs if find_spec(module) is None]
        return f"not installed: {', '.join(missing)}; pip install {cls.install}" if missing else None


class Sequential(Method):
    """A method that is asked for a batch, told the answers, and asked again."""

    def __init__(self, known: KnownMap, seed: int) -> None:
        super().__init__(known, seed)
        self.points = np.empty((0, self.dimension))
        self.memberships = np.empty((0, self.regimes))

    @abc.abstractmethod
    def ask(self, n: int) -> Floats:
        """Choose the next points (n, d) of the unit cube."""

    def tell(self, points: Floats, memberships: Floats) -> None:
        """Hear the answers, which are in `points` and `memberships` already."""

    @abc.abstractmethod
    def fitted(self) -> Mapping[str, Predictor]:
        """Fit the maps to all points so far."""

    @final
    def readings(self, simulate: Simulate, checkpoints: Sequence[int], batch: int) -> Iterator[Reading]:
        """Ask and tell from checkpoint to checkpoint."""
        cpu_s = 0.0
        for before, until in pairwise([0, *checkpoints]):
            for first in range(before, until, batch):
                began = time.process_time()
                points = self.ask(min(batch, until - first))
                cpu_s += time.process_time() - began
                memberships = simulate(points)
                began = time.process_time()
                self.points = np.vstack([self.points, points])
                self.memberships = np.vstack([self.memberships, memberships])
                self.tell(points, memberships)
                cpu_s += time.process_time() - began
            began = time.process_time()
            maps = self.fitted()
            cpu_s += time.process_time() - began
            yield Reading(until, maps, cpu_s)

    @property
    def labels(self) -> Ints:
        """The regime (n,) that has the largest share at each point so far."""
        return np.argmax(self.memberships, axis=1)


class Ours(Sequential):
    """The boundary sampler with its defaults, by ask and tell, and the map that it draws."""

    name = "ours"
    maps = ("ours",)
    settings: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, known: KnownMap, seed: int) -> None:
        super().__init__(known, seed)
        self._space = SearchSpace([Axis(f"x{axis}", 0.0, 1.0) for axis in range(self.dimension)])
        self._sampler = BoundarySampler(self._space, seed=seed, **self.settings)
        self._study = optuna.create_study(sampler=self._sampler)
        self._asked: list[optuna.Trial] = []

    def ask(self, n: int) -> Floats:
        """Ask for n trials."""
        self._asked = [self._study.ask(self._space.distributions()) for _ in range(n)]
        return self._space.to_unit(self._space.rows([trial.params for trial in self._asked]))

    def tell(self, points: Floats, memberships: Floats) -> None:
        """Tell each its membership."""
        for trial, membership in zip(self._asked, memberships, strict=True):
            trial.set_user_attr("membership", membership.tolist())
            trial.set_user_attr("count", self.realizations)
            self._study.tell(trial, 0.0)

    def fitted(self) -> Mapping[str, Predictor]:
        """The sampler's own map."""
        return {self.name: self._sampler.classify(self._study).predict_proba}


class OtherAcquisition(Ours):
    """Ours with an acquisition that is not the default."""

    largest: ClassVar[Mapping[int, int]] = {2: 100, 3: 100, 4: 100}

    @classmethod
    def most_seeds(cls, known: KnownMap) -> int:
        """As many as tell a large difference."""
        return 5


@final
class OursBald(OtherAcquisition):
    """Bayesian active learning by disagreement."""

    name = "ours, BALD"
    maps = ("ours, BALD",)
    settings: ClassVar[Mapping[str, Any]] = {"acquisition": "bald"}


@final
class OursMargin(OtherAcquisition):
    """The smallest gap between probabilities."""

    name = "ours, margin"
    maps = ("ours, margin",)
    settings: ClassVar[Mapping[str, Any]] = {"acquisition": "margin"}


class ReadByOurs(Sequential):
    """A method whose points our classifier reads."""

    def fitted(self) -> Mapping[str, Predictor]:
        """Our classifier, fitted afresh."""
        return {self.name: classifier(self.points, self.memberships, self.realizations).predict_proba}


@final
class Sobol(ReadByOurs):
    """Scrambled Sobol points, the first ones those of ours; read by a support vector machine too.

    So that a design is not thought worse than it is for the sake of the classifier.
    """

    name = "Sobol"
    maps = ("Sobol", "Sobol, SVC")
    largest: ClassVar[Mapping[int, int]] = {2: 800, 3: 800, 4: 1152}

    def ask(self, n: int) -> Floats:
        """Go on in the sequence."""
        return sobol(self.dimension, len(self.points), n, self.seed)

    def fitted(self) -> Mapping[str, Predictor]:
        """Our classifier, and the machine that reads scikit-activeml's points."""
        return {**super().fitted(), self.maps[1]: support_vectors(self.points, self.labels, self.regimes)}


@final
class Random(ReadByOurs):
    """Uniform random points."""

    name = "random"
    maps = ("random",)

    def ask(self, n: int) -> Floats:
        """Draw them by number, so that a batch of another size changes nothing."""
        rows = range(len(self.points), len(self.points) + n)
        return np.array([np.random.default_rng([self.seed, row]).random(self.dimension) for row in rows])


@final
class Grid(Method):
    """The largest full grid of cell centres within each checkpoint, simulated anew at each."""

    name = "grid"
    maps = ("grid",)
    largest: ClassVar[Mapping[int, int]] = {2: 400, 3: 576, 4: 800}

    @classmethod
    def most_seeds(cls, known: KnownMap) -> int:
        """Once, unless the answers are drawn: nothing else depends on the seed."""
        return super().most_seeds(known) if known.answer == "drawn" else 1

    def readings(self, simulate: Simulate, checkpoints: Sequence[int], batch: int) -> Iterator[Reading]:
        """One grid after another; a reading has the points of its own grid alone."""
        sides = (int(n ** (1.0 / self.dimension) + 1e-9) for n in checkpoints)
        for side in dict.fromkeys(max(2, each) for each in sides):
            points = lattice(side, self.dimension)
            memberships = simulate(points)
            began = time.process_time()
            fitted = classifier(points, memberships, self.realizations)
            yield Reading(len(points), {self.name: fitted.predict_proba}, time.process_time() - began)


def classifier(points: Floats, memberships: Floats, realizations: int) -> RegimeClassifier:
    """Our classifier with its defaults."""
    return RegimeClassifier.fit(points, memberships, np.full(len(points), float(realizations)))


def machine() -> SVC:
    """A support vector machine for labels that are certain on most maps: a stiff one."""
    return SVC(C=100.0, probability=True, random_state=0)


def support_vectors(points: Floats, labels: Ints, regimes: int) -> Predictor:
    """Read points with the machine; one regime is everywhere if it is the only one seen."""
    if len(np.unique(labels)) == 1:
        return lambda U: np.tile(np.eye(regimes)[labels[0]], (len(U), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # scikit-learn will rename `probability`
        fitted = machine().fit(points, labels)
    return by_label(fitted.predict_proba, fitted.classes_, regimes)


def sobol(dimension: int, start: int, n: int, seed: int) -> Floats:
    """Points start .. start + n of a scrambled Sobol sequence in the unit cube."""
    return SearchSpace([Axis(f"x{axis}", 0.0, 1.0) for axis in range(dimension)]).sobol(n, seed, start)


def lattice(side: int, dimension: int) -> Floats:
    """Centres (side**d, d) of the cells of a grid."""
    centres = (np.arange(side) + 0.5) / side
    return np.stack(np.meshgrid(*[centres] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)


def by_label(predict: Predictor, labels: Ints, regimes: int) -> Predictor:
    """A predictor of all regimes from one of those that were seen."""

    def padded(U: Floats) -> Floats:
        shares = np.zeros((len(U), regimes))
        shares[:, labels] = predict(U)
        return shares

    return padded
