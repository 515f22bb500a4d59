import math

import numpy as np
import pytest

from learn import (
    InvalidSettingError,
    explanation,
)
from tests.learn.studies import new_study, run, unit_points


def test_cheap_points_are_preferred(space, observe):
    """Trials on the right half cost ten times as much: fewer of them are asked for, the floor aside."""

    def right(**settings):
        study = new_study(space, n_startup=8, floor=0.0, **settings)
        run(study, observe, 40, batch=4)
        return int(np.sum(unit_points(study)[8:, 0] > 0.5))

    middle = float(space.from_unit([[0.5, 0.5]])[0, 0])
    assert right(cost=lambda point: 10.0 if point["disorder"] > middle else 1.0) < 0.7 * right()


@pytest.mark.parametrize("price", [0.0, -1.0, math.nan])
def test_a_cost_that_is_none_is_refused(space, observe, price):
    study = new_study(space, n_startup=4, cost=lambda point: price)
    run(study, observe, 4)
    with pytest.raises(InvalidSettingError, match="expected a cost above zero"):
        study.ask(space.distributions())


def replicates(space, true_regime, trials, noise, **settings):
    """Whether each trial was a replicate; each had better be one where it says so, and nowhere else."""
    study = new_study(space, n_startup=12, floor=0.0, **settings)
    rng = np.random.default_rng(0)
    for _ in range(trials):
        trial = study.ask(space.distributions())
        regime = true_regime(space.to_unit(space.rows([trial.params])))[0]
        regime = 1 - regime if rng.uniform() < noise else regime
        trial.set_user_attr("membership", np.eye(2)[regime].tolist())
        study.tell(trial, 0.0)
    again = [explanation(trial).why == "replicate" for trial in study.trials]
    params = [trial.params for trial in study.trials]
    assert again == [each in params[:number] for number, each in enumerate(params)]
    return again


def test_points_are_replicated_where_that_is_cheap_and_labels_are_noisy(space, true_regime):
    assert sum(replicates(space, true_regime, 20, 0.2)) == 0
    assert sum(replicates(space, true_regime, 40, 0.2, replicate_cost=0.1)) > 4


@pytest.mark.slow
def test_points_are_replicated_less_and_less_where_labels_are_certain(space, true_regime):
    certain, noisy = (replicates(space, true_regime, 80, noise, replicate_cost=0.1) for noise in (0.0, 0.1))
    assert sum(certain[60:]) < sum(noisy[60:]) / 2
