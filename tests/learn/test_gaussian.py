import pickle

import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from learn.gaussian import (
    GaussianProcess,
    _negative_log_posterior,  # the gradient is worth a test of its own
    _squares,
    fit_process,
)


def observed(n=25, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n, 2))
    return X, np.sin(5 * X[:, 0]) + X[:, 1], rng.uniform(0.01, 0.3, n)


def test_posterior_agrees_with_scikit_learn():
    X, y, noise = observed()
    scales = np.array([0.3, 0.8])
    process = GaussianProcess(X, y, noise, 0.0, 2.0, scales)
    oracle = GaussianProcessRegressor(
        ConstantKernel(2.0) * Matern(scales, nu=2.5), alpha=noise, optimizer=None
    ).fit(X, y)
    at = np.random.default_rng(1).uniform(size=(40, 2))
    mean, deviation = oracle.predict(at, return_std=True)
    ours, variance = process.posterior(at)
    assert ours == pytest.approx(mean, abs=1e-10)
    assert variance == pytest.approx(deviation**2, abs=1e-10)


def test_gradient_is_that_of_the_value():
    X, y, noise = observed()
    arguments = (_squares(X, X), y - y.mean(), noise, 0.0)
    error = check_grad(
        lambda theta: _negative_log_posterior(theta, *arguments)[0],
        lambda theta: _negative_log_posterior(theta, *arguments)[1],
        np.array([0.3, -0.9, 0.2]),
    )
    assert error < 1e-4


def test_length_scales_tell_a_flat_axis():
    X, _, noise = observed(60)
    process = fit_process(X, 3 * np.sin(6 * X[:, 0]), noise * 0.01)
    assert process.scales[1] > 2 * process.scales[0]


def test_joint_draws_have_the_posterior_moments():
    X, y, noise = observed()
    process = fit_process(X, y, noise)
    at = np.random.default_rng(2).uniform(size=(10, 2))
    drawn = process.draw(at, np.random.default_rng(3).standard_normal((20000, 10)))
    mean, variance = process.posterior(at)
    # five standard errors
    assert np.all(np.abs(drawn.mean(axis=0) - mean) < 5 * np.sqrt(variance / 20000))
    assert drawn.var(axis=0) == pytest.approx(variance, rel=5 * np.sqrt(2 / 20000))


def test_duplicated_and_single_points_are_fine():
    X = np.full((5, 2), 0.5)
    process = fit_process(X, np.array([0.0, 1.0, 0.0, 1.0, 0.5]), np.full(5, 0.1))
    assert process.posterior(X[:1])[0] == pytest.approx(0.5)
    single = fit_process(X[:1], np.array([-3.0]), np.array([1.0]))
    assert np.isfinite(single.draw(np.vstack([X, X]), np.ones((2, 10)))).all()


def test_adding_observations_equals_having_them():
    X, y, noise = observed()
    part = GaussianProcess(X[:20], y[:20], noise[:20], 0.1, 1.0, np.array([0.4, 0.4]))
    whole = GaussianProcess(X, y, noise, 0.1, 1.0, np.array([0.4, 0.4]))
    assert part.with_observations(X[20:], y[20:], noise[20:]) == whole
    part.posterior(X)
    assert pickle.loads(pickle.dumps(part)) == part != whole
