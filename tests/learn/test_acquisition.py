import numpy as np
import pytest

from learn import InvalidSettingError, RegimeClassifier
from learn.acquisition import ACQUISITIONS, acquisition_by_name, bald, straddle
from learn.space import unit_sobol

REFERENCE = unit_sobol(2, 1024, [5])


@pytest.fixture
def classifier(soft_membership):
    X = unit_sobol(2, 32, [1])
    return RegimeClassifier.fit(X, soft_membership(X))


@pytest.mark.parametrize("name", ACQUISITIONS)
def test_best_candidates_lie_nearer_to_the_boundary(classifier, curve, name):
    score = acquisition_by_name(name)(classifier, REFERENCE)
    assert score.shape == (1024,)
    distance = np.abs(REFERENCE[:, 1] - curve(REFERENCE[:, 0]))
    best = np.argsort(-score)[:20]
    assert distance[best].mean() < 0.6 * distance.mean()


@pytest.mark.parametrize("acquisition", [straddle, bald])
def test_a_pending_point_lowers_the_score_around_it(classifier, acquisition):
    best = REFERENCE[[np.argmax(acquisition(classifier, REFERENCE))]]
    after = acquisition(classifier.condition(np.repeat(best, 3, axis=0)), best)
    assert after < acquisition(classifier, best)


def test_straddle_is_its_formula(classifier):
    mean, variance = classifier.latent(REFERENCE)
    expected = 1.96 * np.sqrt(variance.sum(axis=1)) - np.abs(mean[:, 0] - mean[:, 1])
    assert straddle(classifier, REFERENCE) == pytest.approx(expected)


def test_information_is_between_zero_and_the_entropy_of_a_fair_coin(classifier):
    score = bald(classifier, REFERENCE)
    assert score.min() > -1e-12
    assert score.max() < np.log(2)


@pytest.mark.parametrize("name", ACQUISITIONS)
def test_with_one_regime_the_least_known_point_is_best(name):
    one = RegimeClassifier.fit([[0.1, 0.1]], [[1.0]])
    score = acquisition_by_name(name)(one, np.array([[0.12, 0.1], [0.9, 0.9]]))
    assert score[1] > score[0]


def test_unknown_names_are_refused():
    with pytest.raises(InvalidSettingError, match="straddle"):
        acquisition_by_name("entropy")
