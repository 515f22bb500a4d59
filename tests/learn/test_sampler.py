import math
import pickle

import numpy as np
import optuna
import pytest

from learn import (
    Axis,
    BoundarySampler,
    InvalidMembershipError,
    InvalidSettingError,
    NoObservationsError,
    SearchSpace,
    explanation,
)
from learn.space import unit_sobol

REFERENCE = unit_sobol(2, 2048, [99])


@pytest.fixture
def observe(space, soft_membership):
    """Tell a trial the membership of its point."""

    def tell(study, trial):
        U = space.to_unit(space.rows([trial.params]))
        trial.set_user_attr("membership", soft_membership(U)[0].tolist())
        study.tell(trial, 0.0)

    return tell


def new_study(space, **settings):
    return optuna.create_study(sampler=BoundarySampler(space, **settings))


def run(study, observe, n, batch=1):
    for _ in range(n // batch):
        for trial in [study.ask(study.sampler.space.distributions()) for _ in range(batch)]:
            observe(study, trial)


def unit_points(study):
    space = study.sampler.space
    return space.to_unit(space.rows([trial.params for trial in study.trials]))


def test_starts_with_the_sobol_design_then_looks_at_the_boundary(space, observe, curve):
    study = new_study(space, seed=3, n_startup=8)
    run(study, observe, 24)
    assert space.rows([trial.params for trial in study.trials[:8]]) == pytest.approx(space.sobol(8, seed=3))
    reasons = [explanation(trial).why for trial in study.trials]
    assert reasons == ["startup"] * 8 + (["boundary"] * 7 + ["floor"]) * 2
    chosen = unit_points(study)[[why == "boundary" for why in reasons]]
    distance = np.abs(chosen[:, 1] - curve(chosen[:, 0]))
    assert np.median(distance) < 0.5 * np.median(np.abs(REFERENCE[:, 1] - curve(REFERENCE[:, 0])))


@pytest.mark.parametrize("acquisition", ["straddle", "bald", "margin"])
def test_maps_a_curved_boundary(space, observe, true_regime, acquisition):
    study = new_study(space, acquisition=acquisition)
    run(study, observe, 28, batch=4)
    predicted = study.sampler.classify(study).predict(space.from_unit(REFERENCE))
    assert np.mean(predicted != true_regime(REFERENCE)) < 0.03


def test_floor_points_continue_the_startup_design(space, observe):
    study = new_study(space, seed=3, n_startup=8, floor=0.5)
    run(study, observe, 14)
    floor = [trial.params for trial in study.trials if explanation(trial).why == "floor"]
    assert space.rows(floor) == pytest.approx(space.sobol(3, seed=3, start=8))


def test_a_batch_spreads(space, observe):
    study = new_study(space, n_startup=12)
    run(study, observe, 12)
    for _ in range(8):
        study.ask(space.distributions())
    batch = unit_points(study)[12:]
    gaps = np.linalg.norm(batch[:, None] - batch[None], axis=2)[np.triu_indices(8, 1)]
    assert gaps.min() > 0.03


def test_pending_points_are_seen_before_their_parameters_are_stored(space, observe):
    """A trial that another process has just asked for has published a suggestion, and no parameter yet."""
    study = new_study(space, n_startup=4)
    run(study, observe, 4)
    halfway = study.ask()
    assert halfway.relative_params
    assert study.trials[4].params == {}
    beside = study.ask(space.distributions())
    space_gap = space.to_unit(space.rows([halfway.relative_params, beside.params]))
    assert np.linalg.norm(space_gap[0] - space_gap[1]) > 0.05


@pytest.mark.parametrize("done", [5, 12, 17, 23])
def test_a_rebuilt_study_is_asked_for_the_same_points(space, observe, done):
    study = new_study(space, seed=5)
    run(study, observe, done)
    again = new_study(space, seed=5)
    again.add_trials(study.trials)
    for _ in range(3):
        first, second = (each.ask(space.distributions()).params for each in (study, again))
        assert first == second
    assert study.sampler.classify(study) == again.sampler.classify(again)


def test_seeds_differ(space):
    first, second = (new_study(space, seed=seed).ask(space.distributions()).params for seed in (0, 1))
    assert first != second


def test_an_enqueued_point_counts_as_pending_and_is_named_so(space, observe):
    study = new_study(space, n_startup=4)
    run(study, observe, 4)
    plain = new_study(space, n_startup=4)
    plain.add_trials(study.trials)
    would_be = plain.ask(space.distributions()).params
    study.enqueue_trial(would_be)
    popped = study.ask(space.distributions())
    assert popped.params == would_be
    assert explanation(study.trials[4]).why == "enqueued"
    assert explanation(study.trials[4]).point == would_be
    study.enqueue_trial({"disorder": 0.7})
    half = study.ask(space.distributions())
    assert half.params["disorder"] == 0.7
    assert explanation(study.trials[5]).point == half.params


def test_explanations_carry_score_and_prediction(space, observe):
    study = new_study(space, n_startup=4)
    run(study, observe, 5)
    first, last = (explanation(study.trials[number]) for number in (0, 4))
    assert (first.why, first.score, first.membership) == ("startup", None, None)
    assert last.why == "boundary"
    assert math.isfinite(last.score)
    assert sum(last.membership) == pytest.approx(1)
    assert last.point == study.trials[4].params


def test_optimize_works(space, soft_membership):
    def objective(trial):
        x = [trial.suggest_float(a.name, a.low, a.high, log=True) for a in space.axes]
        trial.set_user_attr("membership", soft_membership(space.to_unit([x]))[0].tolist())
        return 0.0

    study = new_study(space, n_startup=6)
    study.optimize(objective, n_trials=9)
    assert [explanation(trial).why for trial in study.trials][-3:] == ["boundary"] * 3
    assert study.sampler.classify(study).K == 2


def test_parameters_of_others_are_drawn_at_random_and_repeat(space):
    distributions = {**space.distributions(), "other": optuna.distributions.IntDistribution(0, 10**6)}
    first, second = (new_study(space, seed=1).ask(distributions).params for _ in range(2))
    assert first == second
    assert 0 <= first["other"] <= 10**6


def test_failed_pruned_and_unlabelled_trials_say_nothing(space, observe):
    study = new_study(space, n_startup=2)
    for state in [optuna.trial.TrialState.FAIL] * 3 + [optuna.trial.TrialState.PRUNED]:
        study.tell(study.ask(space.distributions()), state=state)
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
    study = new_study(space)
    for value in ([0.5, 0.5], membership):
        trial = study.ask(space.distributions())
        trial.set_user_attr("membership", value)
        study.tell(trial, 0.0)
    with pytest.raises(InvalidMembershipError, match=said):
        study.sampler.classify(study)


def test_counts_weigh_and_bad_ones_name_their_trial(space):
    study = new_study(space)
    trial = study.ask(space.distributions())
    trial.set_user_attr("membership", [1.0, 0.0])
    trial.set_user_attr("count", 8)
    study.tell(trial, 0.0)
    heavy = study.sampler.classify(study).classifier.processes[0].noise[0]
    assert heavy == pytest.approx(np.log1p(1 / 8.01))
    other = study.ask(space.distributions())
    other.set_user_attr("membership", [1.0, 0.0])
    other.set_user_attr("count", 0)
    study.tell(other, 0.0)
    with pytest.raises(InvalidMembershipError, match="trial 1: expected a positive count"):
        study.sampler.classify(study)


def test_one_regime_and_duplicated_points_do_not_stop_it(space):
    study = new_study(space, n_startup=2)
    for _ in range(3):
        study.enqueue_trial({"disorder": 1.0, "sound_speed": 0.5})
    for _ in range(6):
        trial = study.ask(space.distributions())
        trial.set_user_attr("membership", [1.0])
        study.tell(trial, 0.0)
    assert study.sampler.classify(study).wrong_area() == 0
    assert len(np.unique(unit_points(study), axis=0)) == 4


@pytest.mark.parametrize(
    "setting",
    [
        {"seed": -1},
        {"seed": 0.5},
        {"n_startup": 0},
        {"floor": 1.5},
        {"floor": math.nan},
        {"acquisition": "best"},
    ],
)
def test_bad_settings_are_refused(space, setting):
    with pytest.raises(InvalidSettingError, match="expected"):
        BoundarySampler(space, **setting)


def test_works_in_one_and_three_dimensions():
    for dimension in (1, 3):
        space = SearchSpace([Axis(f"x{i}", 0, 1) for i in range(dimension)])
        study = new_study(space, n_startup=4)
        for _ in range(7):
            trial = study.ask(space.distributions())
            inside = float(trial.params["x0"] > 0.5)
            trial.set_user_attr("membership", [inside, 1 - inside])
            study.tell(trial, 0.0)
        assert study.sampler.classify(study).K == 2


def test_sampler_pickles_and_reseeding_changes_nothing(space, observe):
    study = new_study(space, n_startup=4)
    run(study, observe, 5)
    copy = pickle.loads(pickle.dumps(study.sampler))
    copy.reseed_rng()
    again = optuna.create_study(sampler=copy)
    again.add_trials(study.trials)
    assert study.ask(space.distributions()).params == again.ask(space.distributions()).params


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
