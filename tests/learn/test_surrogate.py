import pickle
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.boundary_maps import MAPS
from learn import (
    InvalidMembershipError,
    InvalidSettingError,
    NoObservationsError,
    RegimeClassifier,
    surrogate,
)
from learn.errors import InvalidSpaceError
from learn.gaussian import GaussianProcess
from learn.kernel import Kernel
from learn.space import unit_sobol
from learn.sparse import SparseProcess


@pytest.fixture
def fitted(soft_membership):
    X = unit_sobol(2, 48, [1])
    return RegimeClassifier.fit(X, soft_membership(X))


REFERENCE = unit_sobol(2, 1024, [99])
KNOWN = {known.name: known for known in MAPS}


def learned(known, n, seed=1):
    """A known map as n Sobol points tell it."""
    X = unit_sobol(known.dimension, n, [seed])
    return RegimeClassifier.fit(X, known.observe(X, seed), np.full(n, known.realizations))


def calibration_error(shares, truth, bins=15):
    """Mean gap between the most probable label's confidence and its true probability, over bins."""
    labels = shares.argmax(axis=1)[:, None]
    confidence, right = (np.take_along_axis(table, labels, axis=1)[:, 0] for table in (shares, truth))
    gaps = np.bincount(np.minimum((confidence * bins).astype(int), bins - 1), weights=confidence - right)
    return np.abs(gaps).sum() / len(shares)


def test_learns_the_regimes(fitted, true_regime):
    assert np.mean(fitted.predict(REFERENCE) != true_regime(REFERENCE)) < 0.04


def test_probabilities_are_shares_in_the_order_of_the_memberships(fitted, true_regime):
    shares = fitted.predict_proba(REFERENCE)
    assert shares.shape == (1024, 2)
    assert shares.sum(axis=1) == pytest.approx(1)
    swapped = replace(fitted, processes=fitted.processes[::-1]).predict_proba(REFERENCE)
    assert swapped == pytest.approx(shares[:, ::-1], abs=0.02)


def test_calibrated_on_random_labels(soft_membership):
    """Labels drawn with known probabilities: predictions are near them, the likelihood near the best."""
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(150, 2))
    drawn = (rng.uniform(size=150) < soft_membership(X, 0.05)[:, 1]).astype(int)
    truth = soft_membership(REFERENCE, 0.05)
    shares = RegimeClassifier.fit(X, np.eye(2)[drawn]).predict_proba(REFERENCE)
    likelihood, best = (float(-(truth * np.log(p)).sum(axis=1).mean()) for p in (shares, truth))
    assert np.abs(shares - truth).mean() < 0.05
    assert likelihood - best < 0.05


def test_counts_weigh_an_observation():
    X = np.array([[0.5], [0.5]])
    even = RegimeClassifier.fit(X, np.eye(2)).predict_proba([[0.5]])[0]
    heavy = RegimeClassifier.fit(X, np.eye(2), counts=[1, 20]).predict_proba([[0.5]])[0]
    assert even == pytest.approx([0.5, 0.5], abs=1e-6)
    assert heavy[1] > 0.75


def test_labels_at_one_place_equal_their_mean_with_their_count(soft_membership):
    X = unit_sobol(2, 24, [1])
    drawn = np.random.default_rng(0).binomial(6, soft_membership(X, 0.15)[:, 1])
    labels = np.concatenate([np.eye(2)[[1] * hits + [0] * (6 - hits)] for hits in drawn])
    rows = RegimeClassifier.fit(np.repeat(X, 6, axis=0), labels)
    pooled = RegimeClassifier.fit(X, np.column_stack([1 - drawn / 6, drawn / 6]), np.full(24, 6.0))
    assert rows.predict_proba(REFERENCE) == pytest.approx(pooled.predict_proba(REFERENCE), abs=1e-9)


@pytest.mark.parametrize("name", ["curve", "surface"])
def test_wrong_area_falls_with_observations(name):
    known = KNOWN[name]
    at = unit_sobol(known.dimension, 2048, [99])
    wrong = [
        np.mean([np.mean(learned(known, n, seed).predict(at) != known.truth(at)) for seed in (1, 2)])
        for n in (25, 100, 400)
    ]
    assert wrong[0] > 1.4 * wrong[1] > 1.4**2 * wrong[2]
    assert wrong[2] < 0.025


@pytest.mark.parametrize("name", ["curve", "three", "noisy", "surface"])
def test_calibrated_at_a_hundred_points(name):
    known = KNOWN[name]
    at = unit_sobol(known.dimension, 4096, [99])
    errors = [
        calibration_error(learned(known, 100, seed).predict_proba(at), known.shares(at)) for seed in (1, 2)
    ]
    assert max(errors) < 0.04


@pytest.mark.parametrize("dimension", range(2, 7))
def test_two_to_six_axes(dimension):
    def truth(U):
        return (U[:, 0] + 0.3 * U[:, 1] ** 2 > 0.6).astype(int)

    X, at = unit_sobol(dimension, 100, [1]), unit_sobol(dimension, 2048, [99])
    classifier = RegimeClassifier.fit(X, np.eye(2)[truth(X)])
    assert np.mean(classifier.predict(at) != truth(at)) < 0.07
    # The step's own axis is told from those that matter little or not at all.
    assert classifier.kernel.scales[0] < 0.7 * classifier.kernel.scales[1:].min()


def test_two_regimes_that_stand_alike_share_equally():
    even = RegimeClassifier.fit([[0.5]], [[0.5, 0.5]]).predict_proba([[0.5], [0.9]])
    assert even == pytest.approx(np.full((2, 2), 0.5), abs=1e-14)
    # Of more, the quasi-random draws tell them apart by a little.
    third = RegimeClassifier.fit([[0.5]], [[0.4, 0.4, 0.2]]).predict_proba([[0.5], [0.9]])
    assert third[:, 0] == pytest.approx(third[:, 1], abs=2e-3)


def test_an_observation_teaches_more_the_more_labels_it_brings_and_the_less_is_known(fitted):
    taught = [fitted.taught(REFERENCE, labels) for labels in (0.5, 1.0, 4.0, 100.0)]
    assert np.all(taught[0] > 0)
    assert np.all(taught[-1] < 1)
    assert np.all(np.diff(taught, axis=0) > 0)
    classifier = RegimeClassifier.fit([[0.1], [0.2]], np.eye(2))
    near, far = classifier.taught([[0.1], [0.9]], 1.0)
    assert near < far


def test_kernels_can_be_kept_or_learned_apart(soft_membership):
    X = unit_sobol(2, 16, [1])
    memberships = soft_membership(X)
    alone = RegimeClassifier.learn_kernel(X, memberships)
    assert RegimeClassifier.fit(X, memberships).kernel == alone
    other = Kernel(np.array([2.0, 3.0]), np.array([0.7, 0.9]))
    kept = RegimeClassifier.fit(X, memberships, kernel=other)
    assert kept.kernel == other
    assert [process.amplitude for process in kept.processes] == [2.0, 3.0]


def test_beyond_the_exact_size_inducing_points_stand_for_the_observations(
    monkeypatch, soft_membership, true_regime
):
    X = unit_sobol(2, 120, [1])
    exact = RegimeClassifier.fit(X, soft_membership(X))
    assert all(isinstance(process, GaussianProcess) for process in exact.processes)
    monkeypatch.setattr(surrogate, "EXACT", 119)
    monkeypatch.setattr(surrogate, "INDUCING", 60)
    sparse = RegimeClassifier.fit(X, soft_membership(X))
    assert all(isinstance(process, SparseProcess) for process in sparse.processes)
    assert {len(process.inducing) for process in sparse.processes} == {60}
    assert sparse.kernel == exact.kernel
    assert sparse.predict_proba(REFERENCE) == pytest.approx(exact.predict_proba(REFERENCE), abs=0.05)
    assert np.mean(sparse.predict(REFERENCE) != true_regime(REFERENCE)) < 0.04
    # All that is asked of a classifier is there.
    pending = np.array([[0.5, 0.5]])
    assert np.all(sparse.condition(pending).latent(pending)[1] < 0.95 * sparse.latent(pending)[1])
    assert sparse.sample(REFERENCE[:5], 3, seed=1).shape == (3, 5, 2)
    monkeypatch.setattr(surrogate, "EXACT", 120)
    assert RegimeClassifier.fit(X, soft_membership(X)) == exact


def test_many_points_are_predicted_as_few_are(monkeypatch, fitted):
    whole = fitted.predict_proba(REFERENCE)
    monkeypatch.setattr(surrogate, "CHUNK", 100)
    assert fitted.predict_proba(REFERENCE) == pytest.approx(whole, abs=1e-12)
    assert fitted.expected(REFERENCE) == pytest.approx(fitted.latent(REFERENCE)[0], abs=1e-9)


def test_latent_doubt_grows_away_from_the_observations():
    classifier = RegimeClassifier.fit([[0.1], [0.2]], np.eye(2))
    _, variance = classifier.latent([[0.15], [0.9]])
    assert np.all(variance[1] > variance[0])


def test_pending_points_shrink_the_variance_and_leave_the_mean(fitted):
    pending = np.array([[0.5, 0.5], [0.2, 0.9]])
    mean, variance = fitted.latent(REFERENCE)
    believed = fitted.condition(pending)
    after, smaller = believed.latent(REFERENCE)
    assert after == pytest.approx(mean, abs=1e-6)
    assert np.all(smaller <= variance + 1e-9)
    assert np.all(believed.latent(pending)[1] < 0.95 * fitted.latent(pending)[1])
    assert fitted.condition(np.empty((0, 2))) is fitted


def test_samples_repeat_and_vary_with_the_seed(fitted):
    at = REFERENCE[:50]
    assert fitted.sample(at, 7, seed=1).shape == (7, 50, 2)
    assert np.array_equal(fitted.sample(at, 7, seed=1), fitted.sample(at, 7, seed=1))
    assert not np.array_equal(fitted.sample(at, 7, seed=1), fitted.sample(at, 7, seed=2))


def test_same_data_same_classifier_and_equal_pickle(soft_membership):
    X = unit_sobol(2, 16, [1])
    once, again = (RegimeClassifier.fit(X, soft_membership(X)) for _ in range(2))
    assert once == again == pickle.loads(pickle.dumps(once))
    assert np.array_equal(once.predict_proba(REFERENCE), again.predict_proba(REFERENCE))


def test_one_regime_is_certain():
    classifier = RegimeClassifier.fit([[0.1], [0.2]], np.ones((2, 1)))
    assert classifier.predict_proba([[0.9]]).tolist() == [[1.0]]
    assert classifier.K == 1


@pytest.mark.parametrize("X", [[[0.5, 0.5]], [[0.5, 0.5]] * 6])
def test_single_and_duplicated_points_are_fine(X):
    shares = RegimeClassifier.fit(X, [[0.9, 0.1, 0.0]] * len(X)).predict_proba(REFERENCE)
    assert np.isfinite(shares).all()


@pytest.mark.parametrize(
    "memberships",
    [
        [[0.5, 0.6], [1, 0]],
        [[-0.1, 1.1], [1, 0]],
        [[np.nan, 1], [1, 0]],
        [[1, 0], [1]],
        [1, 0],
        [[], []],
        [["a", "b"], ["c", "d"]],
    ],
)
def test_memberships_that_are_no_shares_are_refused(memberships):
    with pytest.raises(InvalidMembershipError, match="expected memberships"):
        RegimeClassifier.fit([[0.1], [0.2]], memberships)


def test_bad_input_is_refused():
    with pytest.raises(InvalidMembershipError, match="for each of 1 points"):
        RegimeClassifier.fit([[0.1]], np.eye(2))
    with pytest.raises(InvalidMembershipError, match="positive count"):
        RegimeClassifier.fit([[0.1]], [[1, 0]], counts=[0])
    with pytest.raises(NoObservationsError):
        RegimeClassifier.fit(np.empty((0, 2)), np.empty((0, 2)))
    with pytest.raises(InvalidSpaceError):
        RegimeClassifier.fit([[np.nan]], [[1, 0]])
    with pytest.raises(InvalidSettingError, match="alpha_eps"):
        RegimeClassifier.fit([[0.1]], [[1, 0]], alpha_eps=0)
