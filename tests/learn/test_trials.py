import math
import warnings

import numpy as np
import optuna
import pytest

from learn import (
    Axis,
    BoundarySampler,
    InvalidMembershipError,
    NoObservationsError,
    SearchSpace,
    explanation,
)
from learn.surrogate import SHARPNESS
from tests.learn.studies import new_study, run, unit_points


def test_failed_pruned_and_unlabelled_trials_say_nothing(space, observe):
    study = new_study(space, n_startup=2)
    for state in [optuna.trial.TrialState.FAIL] * 3 + [optuna.trial.TrialState.PRUNED]:
        study.tell(study.ask(space.distributions()), state=state)
    with pytest.warns(UserWarning, match="trial 4 says nothing"):
        study.tell(study.ask(space.distributions()), 0.0)
    with pytest.raises(NoObservationsError, match="membership"):
        study.sampler.classify(study)
    assert explanation(study.trials[4]).why == "startup"
    points = unit_points(study)
    assert len(np.unique(points, axis=0)) == 5
    observe(study, study.ask(space.distributions()))
    assert len(study.sampler.classify(study).classifier.processes[0].targets) == 1


def test_foreign_trials_are_left_alone(space, observe):
    study = new_study(space, n_startup=2)
    foreign = {"theirs": optuna.distributions.FloatDistribution(0, 1)}
    for attrs in ({}, {"membership": [1.0, 0.0, 0.0]}):
        study.add_trial(
            optuna.trial.create_trial(
                value=1.0, params={"theirs": 0.5}, distributions=foreign, user_attrs=attrs
            )
        )
    run(study, observe, 4)
    assert study.sampler.classify(study).K == 2


@pytest.mark.parametrize(
    ("membership", "said"),
    [
        ([0.5, 0.6], "trial 1: expected memberships .* sum to 1"),
        ([1.0], "trial 1: expected a membership of 2 regimes as in trial 0, got 1"),
        ([[0.5, 0.5]], "trial 1"),
        ("held", "trial 1: expected memberships"),
        ([None, 1.0], "trial 1"),
    ],
)
def test_bad_memberships_name_their_trial(space, membership, said):
    study = new_study(space, n_startup=2)
    first, second = (study.ask(space.distributions()) for _ in range(2))
    first.set_user_attr("membership", [0.3, 0.7])
    study.tell(first, 0.0)
    second.set_user_attr("membership", membership)
    with pytest.raises(InvalidMembershipError, match=said):
        study.tell(second, 0.0)
    # It is left aside, and the study goes on.
    assert len(study.sampler.classify(study).classifier.processes[0].targets) == 1
    third = study.ask(space.distributions())
    third.set_user_attr("membership", [0.9, 0.1])
    study.tell(third, 0.0)
    assert len(study.sampler.classify(study).classifier.processes[0].targets) == 2


def test_bad_memberships_that_were_not_told_here_name_their_trial(space):
    study = new_study(space)
    study.add_trial(
        optuna.trial.create_trial(
            value=0.0,
            params={"disorder": 1.0, "sound_speed": 0.5},
            distributions=space.distributions(),
            user_attrs={"membership": [0.5, 0.4]},
        )
    )
    with pytest.raises(InvalidMembershipError, match="trial 0: expected memberships"):
        study.sampler.classify(study)


def test_counts_weigh_and_bad_ones_name_their_trial(space):
    study = new_study(space)
    trial = study.ask(space.distributions())
    trial.set_user_attr("membership", [1.0, 0.0])
    trial.set_user_attr("count", 8)
    study.tell(trial, 0.0)
    heavy = study.sampler.classify(study).classifier.processes[0].noise[0]
    assert heavy == pytest.approx(np.log1p(1 / (SHARPNESS * 8 + 0.01)))
    other = study.ask(space.distributions())
    other.set_user_attr("membership", [1.0, 0.0])
    other.set_user_attr("count", 0)
    with pytest.raises(InvalidMembershipError, match="trial 1: expected a positive count"):
        study.tell(other, 0.0)


def test_a_first_trial_of_other_regimes_is_left_aside_where_their_number_is_known(space):
    study = new_study(space, n_startup=2)
    first, second, third = (study.ask(space.distributions()) for _ in range(3))
    first.set_user_attr("membership", [0.2, 0.3, 0.5])
    study.tell(first, 0.0)
    second.set_user_attr("membership", [0.5, 0.5])
    with pytest.raises(InvalidMembershipError, match=r"trial 1: .* 3 regimes as in trial 0, .*n_regimes"):
        study.tell(second, 0.0)
    study.sampler = BoundarySampler(space, n_startup=2, n_regimes=2)
    third.set_user_attr("membership", [1.0, 0.0])
    study.tell(third, 0.0)
    found = study.sampler.classify(study)
    assert found.K == 2
    assert found.classifier.processes[0].inputs.shape == (1, 2)
    wrong = study.ask(space.distributions())
    wrong.set_user_attr("membership", [0.2, 0.3, 0.5])
    with pytest.raises(InvalidMembershipError, match="trial 3: expected a membership of 2 regimes, as the"):
        study.tell(wrong, 0.0)


def test_one_regime_and_duplicated_points_do_not_stop_it(space):
    study = new_study(space, n_startup=2)
    for _ in range(3):
        study.enqueue_trial({"disorder": 1.0, "sound_speed": 0.5})
    for _ in range(6):
        trial = study.ask(space.distributions())
        trial.set_user_attr("membership", [1.0])
        study.tell(trial, 0.0)
    assert np.isnan(study.sampler.classify(study).wrong_area())
    assert len(np.unique(unit_points(study), axis=0)) == 4


def test_points_that_fail_push_later_ones_elsewhere():
    """A side of the box always fails, where a boundary ends: to ask there again and again eats the budget."""
    space = SearchSpace([Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0)])
    study = optuna.create_study(sampler=BoundarySampler(space, seed=1))
    for _ in range(44):
        trial = study.ask(space.distributions())
        if trial.params["x"] > 0.75:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            continue
        above = 1.0 / (1.0 + math.exp(-(trial.params["y"] - 0.5) / 0.05))
        trial.set_user_attr("membership", [1.0 - above, above])
        study.tell(trial, 0.0)
    later = [trial.params["x"] > 0.75 for trial in study.trials[12:]]
    assert np.mean(later) < 0.5


def test_pruned_points_are_not_asked_again(space, observe):
    study = new_study(space, n_startup=4)
    run(study, observe, 8)
    for _ in range(8):
        study.tell(study.ask(space.distributions()), state=optuna.trial.TrialState.PRUNED)
    pruned = unit_points(study)[8:]
    gaps = np.linalg.norm(pruned[:, None] - pruned[None], axis=2)[np.triu_indices(8, 1)]
    assert gaps.min() > 0.03


@pytest.mark.parametrize("lacking", ["membership", "sound_speed", "inside"])
def test_a_trial_of_no_use_is_told_so(space, lacking):
    study = new_study(space)
    if lacking == "inside":
        study.enqueue_trial({"disorder": 7.0, "sound_speed": 0.5})
    trial = study.ask()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trial.suggest_float("disorder", 0.2, 4.0, log=True)
        if lacking != "sound_speed":
            trial.suggest_float("sound_speed", 0.05, 1.0, log=True)
        if lacking != "membership":
            trial.set_user_attr("membership", [0.5, 0.5])
        study.tell(trial, 0.0)
    said = {
        "membership": "attribute 'membership'",
        "sound_speed": "no parameter sound_",
        "inside": "outside",
    }
    assert any("trial 0 says nothing about regimes: " in str(w.message) for w in caught)
    assert any(said[lacking] in str(w.message) for w in caught)
    with pytest.raises(NoObservationsError):
        study.sampler.classify(study)
