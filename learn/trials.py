"""What a study holds, as the sampler reads it: memberships, pending points, published suggestions."""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from learn.errors import InvalidMembershipError
from learn.space import SearchSpace
from learn.surrogate import checked_memberships
from learn.value import ArrayValue, Floats

Why = Literal["startup", "boundary", "replicate", "floor", "enqueued"]

MEMBERSHIP = "membership"  # user attribute: shares of the regimes
COUNT = "count"  # user attribute, optional: the number of hard labels that the membership is worth
PARAMS = "regimap:relative_params"
REFUSED = "regimap:refused"  # system attribute: why the trial is left aside
WHY = "regimap:proposal"
CHUNK = 2045  # a relational storage takes no longer attribute


@dataclass(frozen=True)
class Proposal:
    """A suggested point and why it was chosen.

    Attributes
    ----------
    point : mapping of str to float
        Value of each axis.
    why : {"startup", "boundary", "replicate", "floor", "enqueued"}
        A point of the first Sobol design, which lasts until two regimes were seen; the highest acquisition;
        an observed point again; a Sobol point of the exploration floor; the caller's own choice.
    score : float or None
        Acquisition at the point, where there was a classifier.
    membership : tuple of float or None
        Membership predicted there, where there was a classifier.
    """

    point: Mapping[str, float]
    why: Why
    score: float | None = None
    membership: tuple[float, ...] | None = None


@dataclass(frozen=True, eq=False)
class Evidence(ArrayValue):
    """Observed points (n, d), memberships (n, K), counts (n,); pending (m, d), failed (f, d).

    Points are in the unit cube, the observed ones as `values` in axis units too.
    """

    observed: Floats
    values: Floats
    memberships: Floats
    counts: Floats
    pending: Floats
    failed: Floats

    @property
    def regimes_seen(self) -> int:
        """Number of regimes that are the most probable one of some observation."""
        return len(np.unique(self.memberships.argmax(axis=1))) if len(self.memberships) else 0


def gather(
    study: Study, space: SearchSpace, asking: int | None = None, n_regimes: int | None = None
) -> Evidence:
    """Read the evidence from a study, leaving out the trial that asks.

    With a number of regimes, memberships of another number are left aside like those that were refused.

    Finished trials without a membership, failed and pruned ones say nothing of regimes; those of another
    space or outside of the box, and those that were refused when they were told, are left aside.

    Raises
    ------
    InvalidMembershipError
        If a membership is not a list of shares that sum to 1, or its length differs from the others'.
    """
    trials = study.get_trials(deepcopy=False)
    done = [trial for trial in trials if _is_observed(trial, space) and _has(n_regimes, trial)]
    waiting = [
        point
        for trial in trials
        if trial.state in (TrialState.RUNNING, TrialState.WAITING) and trial.number != asking
        if (point := _suggested(trial, space)) is not None
    ]
    # They say nothing of regimes, but asking there again would say nothing either.
    silent = [
        trial
        for trial in trials
        if trial.state.is_finished() and trial not in done and _fits(trial.params, space)
    ]
    values = space.rows([trial.params for trial in done])
    return Evidence(
        observed=space.to_unit(values),
        values=values,
        memberships=_memberships(done),
        counts=np.array([_count(trial) for trial in done]),
        pending=space.to_unit(space.rows(waiting)),
        failed=space.to_unit(space.rows([trial.params for trial in silent])),
    )


def publish(study: Study, trial: FrozenTrial, proposal: Proposal) -> None:
    """Write a proposal to the trial at once, so that whoever asks next sees it as pending."""
    why: dict[str, Any] = {"why": proposal.why, "score": proposal.score, "membership": proposal.membership}
    text = json.dumps(dict(proposal.point))
    parts = {f"{PARAMS}:{i // CHUNK}": text[i : i + CHUNK] for i in range(0, len(text), CHUNK)}
    # Samplers have no public way to set system attributes; optuna's own do it like this.
    for key, part in parts.items():
        study._storage.set_trial_system_attr(trial._trial_id, key, part)
    study._storage.set_trial_system_attr(trial._trial_id, WHY, why)


def explanation(trial: FrozenTrial) -> Proposal:
    """Read back why a trial (`study.trials[number]`) was proposed.

    A trial that no boundary sampler proposed is "enqueued": the caller's own choice.
    """
    attributes = trial.system_attrs.get(WHY)
    if attributes is None:
        fixed = trial.system_attrs.get("fixed_params", {})
        return Proposal(point={**fixed, **trial.params}, why="enqueued")
    membership = attributes["membership"]
    return Proposal(
        point=_published(trial) or {},
        why=attributes["why"],
        score=attributes["score"],
        membership=None if membership is None else tuple(membership),
    )


def check_told(study: Study, trial: FrozenTrial, space: SearchSpace, n_regimes: int | None = None) -> None:
    """Look at a trial that is about to be complete, while its caller can still be told.

    Warns
    -----
    UserWarning
        If the trial is of no use to a map: no membership, an axis that was not suggested, a point outside.

    Raises
    ------
    InvalidMembershipError
        If its membership is none, or one of other regimes than before; it is left aside then.
    """
    missing = [name for name in space.names if name not in trial.params]
    if trial.user_attrs.get(MEMBERSHIP) is None:
        _warn(trial, f"no user attribute {MEMBERSHIP!r}; set it to the shares of the regimes")
    elif missing:
        _warn(trial, f"no parameter {', '.join(missing)}; suggest every axis of the space")
    elif not _fits(trial.params, space):
        _warn(trial, f"a point outside of the space, {trial.params}; widen its axes to have it on the map")
    else:
        trials = study.get_trials(deepcopy=False)
        before = [other for other in trials if _is_observed(other, space) and _has(n_regimes, other)]
        try:
            _check_number(trial, n_regimes)
            _memberships([*before[:1], trial])
            _count(trial)
        except InvalidMembershipError as error:
            study._storage.set_trial_system_attr(trial._trial_id, REFUSED, str(error))
            raise


def _warn(trial: FrozenTrial, found: str) -> None:
    warnings.warn(f"trial {trial.number} says nothing about regimes: {found}", stacklevel=2)


def fixed_params(trial: FrozenTrial, space: SearchSpace) -> dict[str, float]:
    """Read the values inside the space that the caller enqueued for this trial."""
    fixed = trial.system_attrs.get("fixed_params", {})
    return {axis.name: fixed[axis.name] for axis in space.axes if axis.holds(fixed.get(axis.name))}


def _is_observed(trial: FrozenTrial, space: SearchSpace) -> bool:
    complete = trial.state == TrialState.COMPLETE and trial.user_attrs.get(MEMBERSHIP) is not None
    return complete and REFUSED not in trial.system_attrs and _fits(trial.params, space)


def _suggested(trial: FrozenTrial, space: SearchSpace) -> Mapping[str, float] | None:
    candidates = (trial.params, _published(trial), trial.system_attrs.get("fixed_params"))
    return next((point for point in candidates if point and _fits(point, space)), None)


def _published(trial: FrozenTrial) -> dict[str, float] | None:
    parts: list[str] = []
    while (part := trial.system_attrs.get(f"{PARAMS}:{len(parts)}")) is not None:
        parts.append(part)
    published: dict[str, float] | None = json.loads("".join(parts)) if parts else None
    return published


def _has(n_regimes: int | None, trial: FrozenTrial) -> bool:
    """Whether its membership is of so many regimes; one that is no list is left for its own error."""
    found = trial.user_attrs[MEMBERSHIP]
    return n_regimes is None or not isinstance(found, list) or len(found) == n_regimes


def _check_number(trial: FrozenTrial, n_regimes: int | None) -> None:
    if not _has(n_regimes, trial):
        raise InvalidMembershipError(
            f"trial {trial.number}: expected a membership of {n_regimes} regimes, as the sampler was told, "
            f"got {len(trial.user_attrs[MEMBERSHIP])}; label all trials by one clustering"
        )


def _fits(point: Mapping[str, Any], space: SearchSpace) -> bool:
    return all(axis.holds(point.get(axis.name)) for axis in space.axes)


def _memberships(trials: Sequence[FrozenTrial]) -> Floats:
    rows = []
    for trial in trials:
        try:
            rows.append(checked_memberships([trial.user_attrs[MEMBERSHIP]])[0])
        except InvalidMembershipError as error:
            raise InvalidMembershipError(f"trial {trial.number}: {error}") from None
        if len(rows[-1]) != len(rows[0]):
            raise InvalidMembershipError(
                f"trial {trial.number}: expected a membership of {len(rows[0])} regimes as in trial "
                f"{trials[0].number}, got {len(rows[-1])}; label all trials by one clustering, or say with "
                "BoundarySampler(n_regimes=...) which of them are right"
            )
    return np.array(rows).reshape(len(rows), -1 if rows else 0)


def _count(trial: FrozenTrial) -> float:
    count = trial.user_attrs.get(COUNT, 1.0)
    if not isinstance(count, (int, float)) or not 0 < count < np.inf:
        raise InvalidMembershipError(
            f"trial {trial.number}: expected a positive count, got {count!r}; give the number of realizations"
        )
    return float(count)
