"""Studies rebuilt from plain values, for callers that keep their own ledger and know nothing of optuna."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState, create_trial

from learn.errors import InvalidSettingError, InvalidSpaceError
from learn.sampler import BoundarySampler
from learn.space import SearchSpace
from learn.trials import COUNT, MEMBERSHIP, Proposal, explanation

ROUNDING = 1e-9  # a ledger may round; a point this close outside of the box is on its edge


@dataclass(frozen=True)
class Observation:
    """A point of the ledger: observed (with a membership), pending, or failed (neither).

    Parameters
    ----------
    point : mapping of str to float
        Value of each axis; other keys are left out.
    membership : sequence of float, optional
        Shares of the regimes.
    pending : bool
        Whether its result is still to come; a membership that is already known is then not looked at.
    count : float
        What the membership is worth in hard labels.
    """

    point: Mapping[str, float]
    membership: Sequence[float] | None = None
    pending: bool = False
    count: float = 1.0


def rebuild_study(sampler: BoundarySampler, observations: Iterable[Observation]) -> Study:
    """Make a study in memory that holds the observations as its trials 0, 1, 2, ... in this order.

    The order is part of the ledger: what is proposed next depends on the number of trials before it.

    Raises
    ------
    InvalidSpaceError
        If a point lacks an axis or lies outside of the space.
    """
    with _quietly():
        study = optuna.create_study(sampler=sampler)
    study.add_trials([_trial(sampler.space, observation) for observation in observations])
    return study


@contextmanager
def _quietly() -> Iterator[None]:
    """Spare the log a line for every rebuild: such a study is a view of the ledger, not an event."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(max(level, optuna.logging.WARNING))
    try:
        yield
    finally:
        optuna.logging.set_verbosity(level)


def propose(study: Study, n: int) -> list[Proposal]:
    """Ask a study with a boundary sampler for the next n points, each aware of those before it."""
    sampler = study.sampler
    if not isinstance(sampler, BoundarySampler):
        raise InvalidSettingError(
            f"expected a study with a BoundarySampler, got {sampler}; create it with one"
        )
    distributions = sampler.space.distributions()
    numbers = [study.ask(distributions).number for _ in range(n)]
    trials = study.get_trials(deepcopy=False)
    return [explanation(trials[number]) for number in numbers]


def _trial(space: SearchSpace, observation: Observation) -> FrozenTrial:
    params = _inside(space, observation.point)
    if observation.pending:
        # Not WAITING: the next ask would hand out a waiting trial again.
        return create_trial(state=TrialState.RUNNING, params=params, distributions=space.distributions())
    if observation.membership is None:
        return create_trial(state=TrialState.FAIL, params=params, distributions=space.distributions())
    return create_trial(
        value=0.0,
        params=params,
        distributions=space.distributions(),
        user_attrs={MEMBERSHIP: [float(share) for share in observation.membership], COUNT: observation.count},
    )


def _inside(space: SearchSpace, point: Mapping[str, float]) -> dict[str, float]:
    unit = space.to_unit(space.rows([point]))[0]
    if np.any(unit < -ROUNDING) or np.any(unit > 1 + ROUNDING):
        outside = [
            name for name, u in zip(space.names, unit, strict=True) if not -ROUNDING <= u <= 1 + ROUNDING
        ]
        raise InvalidSpaceError(
            f"expected points inside the search space, got {dict(point)}, outside on {outside}; "
            "leave it out or widen the axis"
        )
    return {axis.name: min(max(float(point[axis.name]), axis.low), axis.high) for axis in space.axes}
