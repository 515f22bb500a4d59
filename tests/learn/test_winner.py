import numpy as np
import pytest
from scipy.special import ndtr

from learn.winner import lead, rivals, winning_shares


@pytest.fixture
def latents():
    rng = np.random.default_rng(0)
    return 2 * rng.standard_normal((200, 4)), rng.uniform(0.3, 3.0, (200, 4))


def test_of_two_the_probability_is_that_of_a_difference(latents):
    mean, variance = (array[:, :2] for array in latents)
    expected = ndtr((mean[:, 0] - mean[:, 1]) / np.sqrt(variance.sum(axis=1)))
    assert winning_shares(mean, variance)[:, 0] == pytest.approx(expected, abs=1e-4)


def test_of_four_it_is_that_of_draws(latents):
    mean, variance = latents
    drawn = mean + np.sqrt(variance) * np.random.default_rng(1).standard_normal((10_000, *mean.shape))
    counted = np.stack([(drawn.argmax(axis=2) == k).mean(axis=0) for k in range(4)], axis=1)
    assert winning_shares(mean, variance) == pytest.approx(counted, abs=0.02)


def test_one_always_wins_and_no_points_give_no_rows():
    assert winning_shares(np.zeros((3, 1)), np.ones((3, 1))).tolist() == [[1.0]] * 3
    assert winning_shares(np.zeros((0, 2)), np.ones((0, 2))).shape == (0, 2)


def test_a_lead_is_over_the_best_of_the_others():
    shares = np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6], [0.0, 0.0, 1.0]])
    regimes = np.array([0, 1, 0])
    assert lead(shares, regimes)[:2] == pytest.approx(np.log([2.0, 1 / 3]))
    assert np.isfinite(lead(shares, regimes)).all()
    assert rivals(shares, regimes).tolist() == [1, 2, 2]
