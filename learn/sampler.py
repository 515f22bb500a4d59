"""An optuna sampler that asks where the boundary between regimes is uncertain.

The objective value of a trial plays no part: the result of a study is `BoundarySampler.classify(study)`.
"""

import threading
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from learn.acquisition import AcquisitionName, acquisition_by_name
from learn.boundary import RegimeMap
from learn.candidates import apart, candidates
from learn.choosing import Chosen, Cost, Urns, choose, new_or_again
from learn.errors import InvalidSettingError, InvalidSpaceError, NoObservationsError
from learn.schedule import Chain, learned
from learn.space import SearchSpace, unit_sobol
from learn.surrogate import RegimeClassifier
from learn.trials import Evidence, Proposal, check_told, fixed_params, gather, publish
from learn.value import Floats

FLOOR_TRIES, FLOOR_STRIDE = 8, 1024  # more than a study has of them
SAME = 1e-9  # ledgers round

ASKING = threading.Lock()

# Independent streams of random numbers under one seed.
FLOOR, CANDIDATE, FOREIGN = range(1, 4)


class BoundarySampler(BaseSampler):
    """Choose points that settle the boundary between regimes.

    Each call reads everything from the study, and its randomness derives from the seed and the trial's
    number: a rebuilt study proposes the same points, bit for bit. Trials report their regime as the user
    attribute "membership", K shares that sum to 1 (and optionally "count", what it is worth in labels);
    trials that are running or waiting count as pending and push the next choice elsewhere.

    Parameters
    ----------
    space : SearchSpace
        Where to search.
    seed : int
        Seed of the Sobol designs and the candidates.
    n_startup : int
        Number of first trials that are scrambled Sobol points.
    floor : float
        Share of later trials that stay Sobol points, so that no regime is overlooked for good.
    acquisition : {"straddle", "bald", "margin"}
        What to maximise.
    cost : function, optional
        Relative cost of a trial at a point, a mapping of axis name to value: the point of the highest
        acquisition per cost is chosen. It is called some two thousand times for each choice. All cost alike
        if left out.
    replicate_cost : float, optional
        Cost of one more realization of an observed point, a new point being 1: where that teaches more for
        its cost, a point is proposed again, its trial to be worth one label. Only for simulators that answer
        anew each time; no point is proposed again if left out.

    n_regimes : int, optional
        Number of regimes: trials with memberships of another number are left aside. That of the first trial
        if left out.

    Raises
    ------
    InvalidSettingError
        If a setting is out of its range.

    Examples
    --------
    >>> space = SearchSpace([Axis("disorder", 0.2, 4.0, scale="log")])
    >>> study = optuna.create_study(sampler=BoundarySampler(space))
    >>> trial = study.ask(space.distributions())
    >>> trial.set_user_attr("membership", [0.9, 0.1])
    >>> study.tell(trial, 0.0)
    >>> study.sampler.classify(study).predict_proba([[1.0]])
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int = 0,
        n_startup: int = 12,
        floor: float = 0.125,
        acquisition: AcquisitionName = "straddle",
        cost: Cost | None = None,
        replicate_cost: float | None = None,
        n_regimes: int | None = None,
    ) -> None:
        whole = {"seed": (seed, 0), "n_startup": (n_startup, 1)}
        whole |= {} if n_regimes is None else {"n_regimes": (n_regimes, 1)}
        for name, (value, least) in whole.items():
            if not isinstance(value, (int, np.integer)) or value < least:
                raise InvalidSettingError(f"expected {name} to be an integer >= {least}, got {value!r}")
        if not 0 <= floor <= 1:
            raise InvalidSettingError(f"expected floor between 0 and 1, got {floor}; 0.125 is a good one")
        if replicate_cost is not None and not 0 < replicate_cost < np.inf:
            raise InvalidSettingError(
                f"expected replicate_cost above 0, got {replicate_cost}; "
                "give the cost of one more realization of a point, a new point being 1"
            )
        self.space = space
        self.seed = int(seed)
        self.n_startup = int(n_startup)
        self.floor = floor
        self.cost = cost
        self.replicate_cost = replicate_cost
        self.n_regimes = n_regimes
        self._acquisition = acquisition_by_name(acquisition)
        # Only a memory of the last fits: they follow from the study.
        self._chain: Chain | None = None

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Give the space: it is explicit, whatever earlier trials used."""
        return self.space.distributions()

    def sample_relative(
        self,
        study: Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """Choose a point, publish it in the trial's system attributes, return it."""
        if not search_space:
            return {}
        absent = [name for name in self.space.names if name not in search_space]
        if absent:
            raise InvalidSpaceError(
                f"expected to choose all axes of the space together, got none of {', '.join(absent)}; "
                "to fix a value, leave its axis out of the space"
            )
        # Threads ask one by one, so that each sees what the others were given.
        with ASKING:
            proposal = self._propose(gather(study, self.space, trial.number, self.n_regimes), trial)
            publish(study, trial, proposal)
        return dict(proposal.point)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:  # noqa: ANN401  # as in the base class
        """Draw a parameter that is not an axis of the space at random.

        Raises
        ------
        InvalidSpaceError
            If it has the name of an axis: its suggested bounds cannot hold what was chosen.
        """
        axis = next((axis for axis in self.space.axes if axis.name == param_name), None)
        if axis is not None:
            raise InvalidSpaceError(
                f"axis {param_name!r}: expected it suggested as {axis.distribution}, "
                f"got {param_distribution}; use the bounds of the space"
            )
        key = [self.seed, FOREIGN, trial.number, zlib.crc32(param_name.encode())]
        random = RandomSampler(seed=int(np.random.SeedSequence(key).generate_state(1)[0]))
        return random.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        """Look at what a complete trial reports: see `learn.trials.check_told`."""
        if state == TrialState.COMPLETE:
            check_told(study, trial, self.space, self.n_regimes)

    def reseed_rng(self) -> None:
        """Do nothing: there is no generator whose state could be shared."""

    def classify(self, study: Study, names: tuple[str, ...] | None = None) -> RegimeMap:
        """Map the regimes from the complete trials of a study.

        Raises
        ------
        NoObservationsError
            If no complete trial has a membership.
        """
        evidence = gather(study, self.space, n_regimes=self.n_regimes)
        if not len(evidence.observed):
            raise NoObservationsError(
                "expected a complete trial with the user attribute 'membership', got none; "
                "tell some trials first"
            )
        return RegimeMap(self.space, self._fitted(evidence), names)

    def _propose(self, evidence: Evidence, trial: FrozenTrial) -> Proposal:
        fixed = fixed_params(trial, self.space)
        if trial.number < self.n_startup or evidence.regimes_seen < 2:
            # No boundary was seen yet: go on looking for one.
            return Proposal(self._named(self._sobol(trial.number), fixed), "startup")
        classifier = self._fitted(evidence).condition(np.vstack([evidence.pending, evidence.failed]))
        slot = self._floor_slot(trial.number)
        if slot is not None:
            return self._judged(classifier, self._named(self._floor(slot, evidence), fixed), "floor")
        chosen = self._choice(classifier, evidence, trial.number, fixed)
        if chosen.repeated:
            return self._judged(classifier, self._asked_before(chosen.point, evidence), "replicate")
        return self._judged(classifier, self._named(chosen.point, fixed), "boundary")

    def _choice(
        self, classifier: RegimeClassifier, evidence: Evidence, number: int, fixed: Mapping[str, float]
    ) -> Chosen:
        known = np.vstack([evidence.observed, evidence.pending, evidence.failed])
        points = candidates(classifier, self.space.dimension, (self.seed, CANDIDATE, number))
        for column, axis in enumerate(self.space.axes):
            if axis.name in fixed:
                points[:, column] = axis.to_unit(np.array(float(fixed[axis.name])))
        points = apart(self.space.snapped(points), known)
        new = choose(classifier, self._acquisition, points, None if self.cost is None else self._prices)
        if self.replicate_cost is None or fixed:
            return new
        inside = self.space.inside(evidence.observed)
        known_rows = (evidence.observed, evidence.memberships, evidence.counts)
        urns = Urns.of(*(rows[inside] for rows in known_rows))
        labels = float(np.median(evidence.counts))
        return new_or_again(classifier, self._acquisition, new, urns, labels, self.replicate_cost)

    def _prices(self, points: Floats) -> Floats:
        assert self.cost is not None  # asked for only where there is one
        named = [self.space.point(row) for row in self.space.from_unit(points)]
        prices = np.array([self.cost(point) for point in named], dtype=np.float64)
        if not np.all(np.isfinite(prices) & (prices > 0)):
            worst = int(np.argmin(np.isfinite(prices) & (prices > 0)))
            raise InvalidSettingError(
                f"expected a cost above zero for every point, got {prices[worst]} for {named[worst]}; "
                "return the relative price of a trial there"
            )
        return prices

    def _judged(
        self,
        classifier: RegimeClassifier,
        point: dict[str, float],
        why: Literal["floor", "boundary", "replicate"],
    ) -> Proposal:
        at = self.space.to_unit(self.space.rows([point]))
        membership = tuple(classifier.predict_proba(at)[0].tolist())
        return Proposal(point, why, float(self._acquisition(classifier, at)[0]), membership)

    def _fitted(self, evidence: Evidence) -> RegimeClassifier:
        arrays = (evidence.observed, evidence.memberships, evidence.counts)
        self._chain = chain = learned(*arrays, before=self._chain)
        return RegimeClassifier.fit(*arrays, kernel=chain.kernel)

    def _floor(self, slot: int, evidence: Evidence) -> Floats:
        """Point (1, d) of the floor's design; a later one where it is known, from an earlier study."""
        known = np.vstack([evidence.observed, evidence.pending, evidence.failed])
        starts = range(slot, slot + FLOOR_TRIES * FLOOR_STRIDE, FLOOR_STRIDE)
        points = [unit_sobol(self.space.dimension, 1, [self.seed, FLOOR], start) for start in starts]
        points = [self.space.snapped(point) for point in points]
        return next((p for p in points if np.abs(known - p).max(axis=1).min() > SAME), points[0])

    def _floor_slot(self, number: int) -> int | None:
        """Index of this trial among those of the exploration floor, None if it is not one of them.

        A schedule and not a coin, so that the floor's Sobol indices follow each other without gaps.
        """
        later = number - self.n_startup
        slot = int(later * self.floor)
        return slot if int((later + 1) * self.floor) > slot else None

    def _sobol(self, index: int) -> Floats:
        return unit_sobol(self.space.dimension, 1, [self.seed], start=index)

    def _asked_before(self, unit: Floats, evidence: Evidence) -> dict[str, float]:
        """The very values of an observed point: a way to the unit cube and back may cost a last bit."""
        row = int(np.argmax((evidence.observed == unit).all(axis=1)))
        return self.space.point(evidence.values[row])

    def _named(self, unit: Floats, fixed: dict[str, float]) -> dict[str, float]:
        return {**self.space.point(self.space.from_unit(unit)[0]), **fixed}
