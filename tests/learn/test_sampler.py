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
    InvalidSettingError,
    InvalidSpaceError,
    SearchSpace,
    explanation,
)
from learn.space import unit_sobol
from tests.learn.studies import new_study, run, unit_points

REFERENCE = unit_sobol(2, 2048, [99])


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
