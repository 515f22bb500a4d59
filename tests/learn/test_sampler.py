import math
import pickle
import threading
import warnings

import numpy as np
import optuna
import pytest

from learn import (
    Axis,
    BoundarySampler,
    InvalidMembershipError,
    InvalidSettingError,
    InvalidSpaceError,
    NoObservationsError,
    SearchSpace,
    explanation,
)
from learn.space import unit_sobol
from learn.surrogate import SHARPNESS

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


def test_floor_points_are_a_sobol_design_of_their_own(space, observe):
    study = new_study(space, seed=3, n_startup=8, floor=0.5)
    run(study, observe, 24)
    floor = np.array([explanation(trial).why == "floor" for trial in study.trials])
    points = unit_points(study)
    # Eight points of such a sequence have one in each eighth of every axis.
    assert np.sort((8 * points[floor]).astype(int), axis=0).tolist() == [[i, i] for i in range(8)]
    assert len(np.unique(points, axis=0)) == 24


def test_floor_points_that_are_known_already_are_not_asked_again(space, observe):
    """A study with the same seed may have been taken over."""
    before = new_study(space, seed=3, n_startup=8, floor=0.5)
    run(before, observe, 24)
    study = new_study(space, seed=3, n_startup=24 + 8, floor=0.5)
    study.add_trials(before.trials)
    run(study, observe, 24)
    assert len(np.unique(np.round(unit_points(study), 9), axis=0)) == 48


def test_the_first_design_lasts_until_two_regimes_were_seen():
    """A small island would never be found by points that a map of one regime chooses."""
    space = SearchSpace([Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0)])
    study = new_study(space, n_startup=4)

    def tell(trial):
        inside = math.hypot(trial.params["x"] - 0.63, trial.params["y"] - 0.36) < 0.1
        trial.set_user_attr("membership", [float(not inside), float(inside)])
        study.tell(trial, 0.0)
        return inside

    found = [tell(study.ask(space.distributions())) for _ in range(64)]
    assert np.argmax(found) > 4
    reasons = [explanation(trial).why for trial in study.trials]
    assert reasons[: np.argmax(found) + 1] == ["startup"] * (np.argmax(found) + 1)
    assert space.rows([t.params for t in study.trials[: np.argmax(found)]]) == pytest.approx(
        space.sobol(int(np.argmax(found)), seed=0)
    )
    assert "startup" not in reasons[np.argmax(found) + 1 :]
    # The island is 3% of the box.
    assert np.mean(found[np.argmax(found) + 1 :]) > 0.12


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


def test_pruned_points_are_not_asked_again(space, observe):
    study = new_study(space, n_startup=4)
    run(study, observe, 8)
    for _ in range(8):
        study.tell(study.ask(space.distributions()), state=optuna.trial.TrialState.PRUNED)
    pruned = unit_points(study)[8:]
    gaps = np.linalg.norm(pruned[:, None] - pruned[None], axis=2)[np.triu_indices(8, 1)]
    assert gaps.min() > 0.03


def test_threads_see_each_other(space, observe):
    study = new_study(space, n_startup=4)
    run(study, observe, 4)
    ready = threading.Barrier(6)

    def ask():
        ready.wait()
        study.ask(space.distributions())

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batch = unit_points(study)[4:]
    gaps = np.linalg.norm(batch[:, None] - batch[None], axis=2)[np.triu_indices(6, 1)]
    assert gaps.min() > 0.03


def test_a_partly_enqueued_point_is_chosen_with_what_is_fixed(space, observe, curve):
    study = new_study(space, n_startup=12)
    run(study, observe, 16)
    study.enqueue_trial({"disorder": float(space.from_unit([[0.8, 0.5]])[0, 0])})
    observe(study, study.ask(space.distributions()))
    x, y = unit_points(study)[16]
    assert x == pytest.approx(0.8)
    assert abs(y - curve(x)) < 0.15


def test_other_bounds_than_the_space_are_refused_by_name(space):
    study = new_study(space)
    trial = study.ask()
    with pytest.raises(InvalidSpaceError, match="axis 'disorder': expected it suggested as"):
        trial.suggest_float("disorder", 3.9, 4.0, log=True)


def test_an_axis_fixed_from_outside_is_refused_by_name(space):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.PartialFixedSampler({"disorder": 1.0}, BoundarySampler(space))
    study = optuna.create_study(sampler=sampler)
    with pytest.raises(InvalidSpaceError, match="none of disorder"):
        study.ask(space.distributions())


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


def test_integer_axes_are_asked_for_whole_numbers():
    space = SearchSpace([Axis("n", 1, 12, integer=True), Axis("x", 0.0, 1.0)])
    study = new_study(space, n_startup=6)
    for _ in range(24):
        trial = study.ask()
        n, x = trial.suggest_int("n", 1, 12), trial.suggest_float("x", 0.0, 1.0)
        above = float(x > n / 13)
        trial.set_user_attr("membership", [1 - above, above])
        study.tell(trial, 0.0)
    assert all(isinstance(trial.params["n"], int) for trial in study.trials)
    rows = [{"n": n, "x": x} for n in range(1, 13) for x in np.linspace(0.05, 0.95, 10)]
    truth = np.array([row["x"] > row["n"] / 13 for row in rows])
    assert np.mean(study.sampler.classify(study).predict(space.rows(rows)) != truth) < 0.1
