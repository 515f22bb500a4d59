import pickle
from dataclasses import replace

import numpy as np
import pytest

from learn.gaussian import GaussianProcess
from learn.inducing import spread_out
from learn.space import unit_sobol
from learn.sparse import SparseProcess

SCALES = np.array([0.3, 0.5])
AT = unit_sobol(2, 256, [7])


def observed(n, seed=0):
    """A step along a curve as the classifier's regressions see it: noise from small to large."""
    rng = np.random.default_rng(seed)
    X, noise = unit_sobol(2, n, [seed]), rng.uniform(0.2, 4.0, n)
    return (
        X,
        3 * np.sign(X[:, 0] - 0.5 - 0.2 * np.sin(5 * X[:, 1])) + np.sqrt(noise) * rng.normal(size=n),
        noise,
    )


def both(n, inducing):
    known = (*observed(n), 0.4, 10.0, SCALES)
    return GaussianProcess(*known), SparseProcess(*known, spread_out(known[0], inducing))


def test_with_all_points_inducing_it_is_the_exact_process():
    exact, sparse = both(60, 60)
    for ours, theirs in zip(sparse.posterior(AT), exact.posterior(AT), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)
    normals = np.random.default_rng(1).standard_normal((3, 20))
    assert sparse.draw(AT[:20], normals) == pytest.approx(exact.draw(AT[:20], normals), abs=1e-3)


def test_it_is_exact_for_the_prior_that_it_approximates():
    """A prior whose points hang together through the inducing points alone, each with its own variance."""
    _, sparse = both(60, 15)

    def through(A, B):
        return sparse._whitened(A).T @ sparse._whitened(B)

    own = np.diag(10.0 - np.diag(through(sparse.inputs, sparse.inputs)) + sparse.noise)
    gain = through(AT, sparse.inputs) @ np.linalg.inv(through(sparse.inputs, sparse.inputs) + own)
    mean, variance = sparse.posterior(AT)
    assert mean == pytest.approx(0.4 + gain @ (sparse.targets - 0.4), abs=1e-6)
    assert sparse.expected(AT) == pytest.approx(mean, abs=1e-9)
    assert variance == pytest.approx(10.0 - np.diag(gain @ through(sparse.inputs, AT)), abs=1e-6)


def test_few_inducing_points_leave_more_in_doubt_but_not_far_off():
    exact, sparse = both(300, 60)
    mean, variance = exact.posterior(AT)
    ours, doubt = sparse.posterior(AT)
    assert np.abs(ours - mean).max() < 0.5 * np.sqrt(variance).max()
    assert np.median(doubt / variance) > 1.0
    # Where nothing is known to the inducing points, the prior is left.
    far = sparse.posterior(np.array([[9.0, 9.0]]))
    assert np.concatenate(far) == pytest.approx([0.4, 10.0])


def test_three_thousand_observations_are_summarised_by_eight_hundred_points():
    exact, sparse = both(3000, 800)
    mean, variance = exact.posterior(AT)
    ours, doubt = sparse.posterior(AT)
    assert np.abs(ours - mean).max() < 0.02 * np.sqrt(variance.min())
    assert doubt == pytest.approx(variance, rel=0.01)


def test_draws_have_the_posterior_moments():
    _, sparse = both(200, 40)
    drawn = sparse.draw(AT[:10], np.random.default_rng(3).standard_normal((20000, 10)))
    mean, variance = sparse.posterior(AT[:10])
    # five standard errors
    assert np.all(np.abs(drawn.mean(axis=0) - mean) < 5 * np.sqrt(variance / 20000))
    assert drawn.var(axis=0) == pytest.approx(variance, rel=5 * np.sqrt(2 / 20000))


def test_pending_points_reduce_the_variance_and_leave_the_mean():
    _, sparse = both(200, 40)
    pending = np.array([[0.5, 0.5], [0.1, 0.9]])
    believed, before = sparse.posterior(pending)
    after = sparse.with_observations(pending, believed, np.full(2, 0.5))
    assert after.posterior(AT)[0] == pytest.approx(sparse.posterior(AT)[0], abs=1e-6)
    assert np.all(after.posterior(AT)[1] <= sparse.posterior(AT)[1] + 1e-9)
    assert np.all(after.posterior(pending)[1] < 0.9 * before)


def test_processes_are_values():
    _, sparse = both(50, 20)
    X, y, noise = observed(50)
    part = replace(sparse, inputs=X[:40], targets=y[:40], noise=noise[:40])
    assert part.with_observations(X[40:], y[40:], noise[40:]) == sparse
    sparse.posterior(AT)
    assert pickle.loads(pickle.dumps(sparse)) == sparse != part
