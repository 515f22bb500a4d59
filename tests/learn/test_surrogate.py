import pickle

import numpy as np
import pytest

from learn import InvalidMembershipError, InvalidSettingError, NoObservationsError, RegimeClassifier
from learn.errors import InvalidSpaceError
from learn.space import unit_sobol


@pytest.fixture
def fitted(soft_membership):
    X = unit_sobol(2, 48, [1])
    return RegimeClassifier.fit(X, soft_membership(X))


REFERENCE = unit_sobol(2, 1024, [99])


def test_learns_the_regimes(fitted, true_regime):
    assert np.mean(fitted.predict(REFERENCE) != true_regime(REFERENCE)) < 0.04


def test_probabilities_are_shares_in_the_order_of_the_memberships(fitted, true_regime):
    shares = fitted.predict_proba(REFERENCE)
    assert shares.shape == (1024, 2)
    assert shares.sum(axis=1) == pytest.approx(1)
    swapped = RegimeClassifier(fitted.processes[::-1], fitted.alpha_eps).predict_proba(REFERENCE)
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
    assert even == pytest.approx([0.5, 0.5], abs=0.02)
    assert heavy[1] > 0.75


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
