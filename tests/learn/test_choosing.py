import numpy as np
import pytest

from learn import RegimeClassifier
from learn.acquisition import straddle
from learn.choosing import Chosen, Urns, choose, new_or_again, worth
from learn.space import unit_sobol

POINTS = unit_sobol(2, 200, [4])


@pytest.fixture
def classifier(soft_membership):
    X = unit_sobol(2, 32, [1])
    return RegimeClassifier.fit(X, soft_membership(X))


def scored(*scores):
    """An acquisition that gives these scores, whatever the points."""
    return lambda _classifier, points: np.array(scores, dtype=float)[: len(points)]


def prices(*values):
    """Prices of the points of POINTS, told by the point."""
    return lambda points: np.array([values[int(np.argmin(((POINTS - p) ** 2).sum(axis=1)))] for p in points])


def test_without_prices_the_highest_score_wins_and_the_first_of_equals(classifier):
    chosen = choose(classifier, scored(1.0, 2.0, 2.0 + 1e-12, -1.0), POINTS[:4])
    assert chosen == Chosen(POINTS[1:2], 2.0, repeated=False)
    best = choose(classifier, straddle, POINTS)
    assert best.score == pytest.approx(straddle(classifier, POINTS).max())


def test_the_cheaper_of_equals_wins(classifier):
    chosen = choose(classifier, scored(2.0, 2.0, 2.0), POINTS[:3], prices(3.0, 1.0, 2.0))
    assert chosen == Chosen(POINTS[1:2], 2.0, repeated=False)
    same = choose(classifier, scored(2.0, 2.0, 2.0), POINTS[:3], prices(1.0, 1.0, 1.0))
    assert same.point.tolist() == POINTS[:1].tolist()


def test_a_score_counts_per_cost(classifier):
    costly, cheap = (
        choose(classifier, scored(3.0, 2.0), POINTS[:2], prices(price, 1.0)) for price in (1.6, 1.4)
    )
    assert costly.score == 2.0
    assert cheap.score == 3.0


def test_every_point_has_its_price(classifier):
    # However poor its score: the last one is worth the most.
    cheap = prices(*np.where(np.arange(200) == 199, 0.001, 1.0))
    assert choose(classifier, scored(*np.linspace(2.0, 1.0, 200)), POINTS, cheap).score == 1.0


def test_where_nothing_is_in_doubt_the_cheaper_still_wins(classifier):
    chosen = choose(classifier, scored(-2.0, -2.0, -3.0), POINTS[:3], prices(4.0, 2.0, 2.0))
    assert chosen == Chosen(POINTS[1:2], -2.0, repeated=False)


def test_worth_falls_with_less_gain_on_both_sides_of_zero():
    assert worth(np.array([2.0, 2.0, -2.0, -2.0, 0.0]), np.array([0.5, 1.0, 0.5, 1.0, 0.5])).tolist() == [
        1.0,
        2.0,
        -4.0,
        -2.0,
        0.0,
    ]


def urns(points, share=0.5, count=4.0):
    """The same labels at each point."""
    shares = np.tile([share, 1.0 - share], (len(points), 1))
    return Urns.of(points, shares, np.full(len(points), count))


def test_labels_at_one_point_are_of_one_urn():
    points = np.array([[0.1, 0.2], [0.3, 0.4], [0.1, 0.2]])
    found = Urns.of(points, np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]), np.array([1.0, 2.0, 3.0]))
    assert found.points.tolist() == points[:2].tolist()
    assert found.shares.tolist() == [[0.25, 0.75], [0.5, 0.5]]
    assert found.counts.tolist() == [4.0, 2.0]


def test_noise_is_what_labels_of_one_point_differ_by():
    predicted = np.tile([0.5, 0.5], (20, 1))
    assert urns(POINTS[:20], 1.0, 1.0).noise(predicted) == 1.0  # nothing was asked again yet
    agree = urns(POINTS[:20], 1.0, 3.0)
    assert agree.noise(predicted) == pytest.approx(1.0 / (1.0 + 20 * 2 * 0.5))
    assert agree.noise(np.tile([1.0, 0.0], (20, 1))) == 1.0  # nobody doubted that they would
    # Two of three alike: n (1 - sum p^2) = 4 / 3, of n - 1 = 2 pairs' worth.
    split = urns(POINTS[:20], 2 / 3, 3.0)
    assert split.noise(predicted) == pytest.approx(min(1.0, (1 + 20 * 4 / 3) / (1 + 20)))


def test_a_replicate_is_run_where_it_teaches_more_per_cost(classifier):
    observed = urns(classifier.processes[0].inputs)
    labels = 4.0
    new = choose(classifier, straddle, POINTS)
    noise = observed.noise(classifier.predict_proba(observed.points))
    gain = straddle(classifier, observed.points) * classifier.taught(observed.points, 1.0) * noise
    best = int(np.argmax(gain))
    # The cost at which both are worth the same.
    even = gain[best] / (new.score * classifier.taught(new.point, labels)[0])
    assert new_or_again(classifier, straddle, new, observed, labels, 1.001 * even) == new
    again = new_or_again(classifier, straddle, new, observed, labels, 0.999 * even)
    assert again.repeated
    assert again.point.tolist() == observed.points[best : best + 1].tolist()
    assert again.score == pytest.approx(straddle(classifier, again.point)[0])


def test_a_replicate_is_not_run_where_nothing_is_in_doubt(classifier):
    def sure(_classifier, points):
        return np.full(len(points), -1.0)

    # A new point in as little doubt, but it teaches more.
    new = Chosen(np.array([[0.5, 0.5]]), -1.0, repeated=False)
    observed = urns(np.vstack([classifier.processes[0].inputs] * 2))
    assert new_or_again(classifier, sure, new, observed, 4.0, 1.0) == new
