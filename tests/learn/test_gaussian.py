import pickle

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from learn.gaussian import GaussianProcess

SCALES = np.array([0.3, 0.8])


def observed(n=25, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n, 2))
    return X, np.sin(5 * X[:, 0]) + X[:, 1], rng.uniform(0.01, 0.3, n)


def test_posterior_agrees_with_scikit_learn():
    X, y, noise = observed()
    process = GaussianProcess(X, y, noise, 0.4, 2.0, SCALES)
    oracle = GaussianProcessRegressor(
        ConstantKernel(2.0) * Matern(SCALES, nu=2.5), alpha=noise, optimizer=None
    ).fit(X, y - 0.4)
    at = np.random.default_rng(1).uniform(size=(40, 2))
    mean, deviation = oracle.predict(at, return_std=True)
    ours, variance = process.posterior(at)
    assert ours == pytest.approx(mean + 0.4, abs=1e-6)
    assert variance == pytest.approx(deviation**2, abs=1e-6)
    assert process.expected(at) == pytest.approx(ours, abs=1e-9)


def test_joint_draws_have_the_posterior_moments():
    process = GaussianProcess(*observed(), 0.4, 2.0, SCALES)
    at = np.random.default_rng(2).uniform(size=(10, 2))
    drawn = process.draw(at, np.random.default_rng(3).standard_normal((20000, 10)))
    mean, variance = process.posterior(at)
    # five standard errors
    assert np.all(np.abs(drawn.mean(axis=0) - mean) < 5 * np.sqrt(variance / 20000))
    assert drawn.var(axis=0) == pytest.approx(variance, rel=5 * np.sqrt(2 / 20000))
    # A difference of neighbours varies as their joint covariance says.
    near = np.array([[0.95, 0.95], [0.95, 0.951]])
    pair = process.draw(near, np.random.default_rng(4).standard_normal((2000, 2)))
    assert np.std(pair[:, 0] - pair[:, 1]) < 0.1 * np.std(pair[:, 0])


def test_duplicated_and_single_points_are_fine():
    X = np.full((5, 2), 0.5)
    process = GaussianProcess(X, np.array([0.0, 1.0, 0.0, 1.0, 0.5]), np.full(5, 0.1), 0.5, 1.0, SCALES)
    mean, variance = process.posterior(X[:1])
    assert mean == pytest.approx(0.5)
    assert variance == pytest.approx(1 / (1 + 5 / 0.1))
    single = GaussianProcess(X[:1], np.array([-3.0]), np.array([1.0]), 0.0, 1.0, SCALES)
    assert np.isfinite(single.draw(np.vstack([X, X]), np.ones((2, 10)))).all()


def test_adding_observations_equals_having_them():
    X, y, noise = observed()
    part = GaussianProcess(X[:20], y[:20], noise[:20], 0.1, 1.0, SCALES)
    whole = GaussianProcess(X, y, noise, 0.1, 1.0, SCALES)
    assert part.with_observations(X[20:], y[20:], noise[20:]) == whole
    part.posterior(X)
    assert pickle.loads(pickle.dumps(part)) == part != whole
