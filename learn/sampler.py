"""An optuna sampler that asks where the boundary between regimes is uncertain.

The objective value of a trial plays no part: the result of a study is `BoundarySampler.classify(study)`.
"""

import zlib
from typing import Any, Literal

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial
from scipy.spatial import KDTree

from learn.acquisition import AcquisitionName, acquisition_by_name
from learn.boundary import RegimeMap
from learn.errors import InvalidSettingError, NoObservationsError
from learn.space import SearchSpace, unit_sobol
from learn.surrogate import RegimeClassifier
from learn.trials import Evidence, Proposal, fixed_params, gather, publish
from learn.value import Floats

CANDIDATES = 2048
NEAR = 64  # candidates nearest to the boundary, each moved MOVES times by SPREAD of the box
MOVES = 4
SPREAD = 0.03
SPACING = 0.15  # least distance to a known point, in units of n^(-1/d)

# Independent streams of random numbers under one seed.
FALLBACK, CANDIDATE, MOVE, FOREIGN = range(1, 5)


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
    ) -> None:
        for name, value, least in (("seed", seed, 0), ("n_startup", n_startup, 1)):
            if not isinstance(value, (int, np.integer)) or value < least:
                raise InvalidSettingError(f"expected {name} to be an integer >= {least}, got {value!r}")
        if not 0 <= floor <= 1:
            raise InvalidSettingError(f"expected floor between 0 and 1, got {floor}; 0.125 is a good one")
        self.space = space
        self.seed = int(seed)
        self.n_startup = int(n_startup)
        self.floor = floor
        self._acquisition = acquisition_by_name(acquisition)
        # Only a memory of the last fit, keyed by all that went into it.
        self._last_fit: tuple[bytes, RegimeClassifier] | None = None

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
        proposal = self._propose(gather(study, self.space, asking=trial.number), trial)
        publish(study, trial, proposal)
        return dict(proposal.point)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:  # noqa: ANN401  # as in the base class
        """Draw a parameter that is not an axis of the space at random."""
        key = [self.seed, FOREIGN, trial.number, zlib.crc32(param_name.encode())]
        random = RandomSampler(seed=int(np.random.SeedSequence(key).generate_state(1)[0]))
        return random.sample_independent(study, trial, param_name, param_distribution)

    def reseed_rng(self) -> None:
        """Do nothing: there is no generator whose state could be shared."""

    def classify(self, study: Study, names: tuple[str, ...] | None = None) -> RegimeMap:
        """Map the regimes from the complete trials of a study.

        Raises
        ------
        NoObservationsError
            If no complete trial has a membership.
        """
        evidence = gather(study, self.space)
        if not len(evidence.observed):
            raise NoObservationsError(
                "expected a complete trial with the user attribute 'membership', got none; "
                "tell some trials first"
            )
        return RegimeMap(self.space, self._fitted(evidence), names)

    def _propose(self, evidence: Evidence, trial: FrozenTrial) -> Proposal:
        fixed = fixed_params(trial, self.space)
        if trial.number < self.n_startup:
            return Proposal(self._named(self._sobol(trial.number), fixed), "startup")
        if not len(evidence.observed):
            # Another stream than the floor's, whose indices run through the startup design's continuation.
            point = unit_sobol(self.space.dimension, 1, [self.seed, FALLBACK], start=trial.number)
            return Proposal(self._named(point, fixed), "startup")
        classifier = self._fitted(evidence).condition(np.vstack([evidence.pending, evidence.failed]))
        slot = self._floor_slot(trial.number)
        if slot is not None:
            return self._judged(classifier, self._sobol(self.n_startup + slot), fixed, "floor")
        known = np.vstack([evidence.observed, evidence.pending, evidence.failed])
        candidates = _apart(self._candidates(classifier, trial.number), known)
        # Rounded, so that the last bits of linear algebra do not decide; the first of equals wins.
        best = int(np.argmax(np.round(self._acquisition(classifier, candidates), 9)))
        return self._judged(classifier, candidates[best : best + 1], fixed, "boundary")

    def _judged(
        self,
        classifier: RegimeClassifier,
        unit: Floats,
        fixed: dict[str, float],
        why: Literal["floor", "boundary"],
    ) -> Proposal:
        point = self._named(unit, fixed)
        at = self.space.to_unit(self.space.rows([point]))
        membership = tuple(classifier.predict_proba(at)[0].tolist())
        return Proposal(point, why, float(self._acquisition(classifier, at)[0]), membership)

    def _fitted(self, evidence: Evidence) -> RegimeClassifier:
        arrays = (evidence.observed, evidence.memberships, evidence.counts)
        key = b"".join(repr(array.shape).encode() + array.tobytes() for array in arrays)
        if self._last_fit is None or self._last_fit[0] != key:
            self._last_fit = key, RegimeClassifier.fit(*arrays)
        return self._last_fit[1]

    def _floor_slot(self, number: int) -> int | None:
        """Index of this trial among those of the exploration floor, None if it is not one of them.

        A schedule and not a coin, so that the floor's Sobol indices follow each other without gaps.
        """
        later = number - self.n_startup
        slot = int(later * self.floor)
        return slot if int((later + 1) * self.floor) > slot else None

    def _sobol(self, index: int) -> Floats:
        return unit_sobol(self.space.dimension, 1, [self.seed], start=index)

    def _candidates(self, classifier: RegimeClassifier, number: int) -> Floats:
        spread = unit_sobol(self.space.dimension, CANDIDATES, [self.seed, CANDIDATE, number])
        if classifier.K == 1:
            return spread
        mean = np.sort(classifier.latent(spread)[0], axis=1)
        near = spread[np.argsort(np.round(mean[:, -1] - mean[:, -2], 9), kind="stable")[:NEAR]]
        rng = np.random.default_rng(np.random.SeedSequence([self.seed, MOVE, number]))
        moved = np.repeat(near, MOVES, axis=0) + SPREAD * rng.standard_normal((NEAR * MOVES, near.shape[1]))
        return np.vstack([spread, np.clip(moved, 0.0, 1.0)])

    def _named(self, unit: Floats, fixed: dict[str, float]) -> dict[str, float]:
        return {**self.space.point(self.space.from_unit(unit)[0]), **fixed}


def _apart(candidates: Floats, known: Floats) -> Floats:
    """Keep candidates (m, d) that are not on top of known points (n, d); all of them if none is left.

    The noise model takes a repeated point for new evidence, but a simulator whose randomness is fixed by its
    seed returns what it returned before.
    """
    n, dimension = known.shape
    nearest, _ = KDTree(known).query(candidates)
    free = candidates[nearest > SPACING * n ** (-1 / dimension)]
    return free if len(free) else candidates
