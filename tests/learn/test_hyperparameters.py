import numpy as np
import pytest
from scipy.optimize import check_grad, minimize
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from learn import RegimeClassifier, hyperparameters
from learn.hyperparameters import (
    AMPLITUDE_SPREAD,
    SCALE_SPREAD,
    SPACING,
    TYPICAL_SCALE,
    fit_kernel,
    negative_log_posterior,
)
from learn.kernel import Kernel
from learn.left_out import left_out_loss
from learn.space import unit_sobol
from learn.surrogate import ALPHA_EPS, SHARPNESS


def observed(n=25, K=1, seed=0):
    """Smooth functions (n, K) of two axes, seen with noise."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n, 2))
    targets = np.column_stack([np.sin((5 + k) * X[:, 0]) + k * X[:, 1] for k in range(K)])
    return X, targets, rng.uniform(0.01, 0.3, (n, K))


def labelled(X, labels):
    """Targets and noise (n, 2) that stand for hard labels."""
    counts = ALPHA_EPS + SHARPNESS * np.eye(2)[labels]
    noise = np.log1p(1 / counts)
    return np.log(counts) - noise / 2, noise


def density(kernel, X, targets, noise):
    """Negative log posterior of a kernel."""
    squares = [np.subtract.outer(x, x) ** 2 for x in X.T]
    residuals = targets - targets.mean(axis=0)
    typical = np.log(np.maximum(residuals.var(axis=0), 1.0))
    theta = np.log(np.concatenate([kernel.amplitudes, kernel.scales]))
    return negative_log_posterior(theta, squares, residuals, noise, typical)[0]


@pytest.mark.parametrize("K", [1, 3])
def test_gradient_is_that_of_the_value(K):
    X, targets, noise = observed(K=K)
    squares = [np.subtract.outer(x, x) ** 2 for x in X.T]
    arguments = (squares, targets - targets.mean(axis=0), noise, np.zeros(K))
    error = check_grad(
        lambda theta: negative_log_posterior(theta, *arguments)[0],
        lambda theta: negative_log_posterior(theta, *arguments)[1],
        np.concatenate([np.linspace(-0.3, 0.4, K), [-0.9, 0.2]]),
    )
    assert error < 1e-4


def test_value_is_the_evidence_of_scikit_learn_and_the_prior():
    X, targets, noise = observed()
    kernel = Kernel(np.array([2.0]), np.array([0.3, 0.8]))
    residuals = (targets - targets.mean(axis=0))[:, 0]
    oracle = GaussianProcessRegressor(
        ConstantKernel(2.0) * Matern(kernel.scales, nu=2.5), alpha=noise[:, 0], optimizer=None
    ).fit(X, residuals)
    evidence = oracle.log_marginal_likelihood_value_ + len(X) / 2 * np.log(2 * np.pi)
    prior = 0.5 * np.sum((np.log(kernel.scales / TYPICAL_SCALE) / SCALE_SPREAD) ** 2)
    prior += 0.5 * (np.log(2.0) / AMPLITUDE_SPREAD) ** 2
    assert density(kernel, X, targets, noise) == pytest.approx(prior - evidence, abs=1e-5)


def test_length_scales_tell_a_flat_axis():
    X, _, noise = observed(60, K=2)
    values = 3 * np.sin(6 * X[:, :1]) * [1, -1]
    kernel = fit_kernel(X, values, noise * 0.01)
    assert kernel.scales[1] > 2 * kernel.scales[0]
    assert kernel.amplitudes.shape == (2,)


def test_hyperparameters_have_three_decimals_of_their_logarithms():
    kernel = fit_kernel(*observed(K=2))
    logarithms = np.log(np.concatenate([kernel.amplitudes, kernel.scales]))
    assert logarithms == pytest.approx(np.round(logarithms, 3), abs=1e-12)


def test_a_maximum_that_predicts_worse_than_the_kernel_before_is_refused():
    """A crowd around a step in four dimensions: the density wants scales that forget the rest of the map."""
    crowd = np.random.default_rng(1).uniform(size=(60, 4))
    crowd[:, 0] = 0.5 + 0.02 * (crowd[:, 0] - 0.5)
    X = np.vstack([unit_sobol(4, 16, [1]), crowd])
    labels = (X[:, 0] > 0.5).astype(int)
    targets, noise = labelled(X, labels)
    before = fit_kernel(X[:16], targets[:16], noise[:16])
    (densest,) = hyperparameters._maxima(X, targets, noise, before, cold=False)
    assert density(densest, X, targets, noise) < density(before, X, targets, noise) - 20
    assert densest.scales.max() < before.scales.min()

    assert fit_kernel(X, targets, noise, before, cold=False) == before
    at = unit_sobol(4, 1024, [99])
    kept, other = (
        np.mean(RegimeClassifier.fit(X, np.eye(2)[labels], kernel=kernel).predict(at) != (at[:, 0] > 0.5))
        for kernel in (before, densest)
    )
    assert kept < 0.8 * other


def test_the_maximum_that_loses_least_is_taken():
    X = np.stack(np.meshgrid(np.arange(6), np.arange(6)), axis=-1).reshape(-1, 2) / 6.0  # none are crowded
    targets, noise = labelled(X, (X[:, 0] > 0.5).astype(int))
    bad = Kernel(np.array([0.1, 0.1]), np.array([0.02, 0.02]))
    maxima = hyperparameters._maxima(X, targets, noise, bad, cold=True)
    losses = [round(left_out_loss(kernel, X, targets, noise), 3) for kernel in [bad, *maxima]]
    taken = fit_kernel(X, targets, noise, bad)
    assert round(left_out_loss(taken, X, targets, noise), 3) == min(losses) < losses[0]


def test_crowded_observations_do_not_decide():
    X, targets, noise = observed(40, K=2)
    apart = hyperparameters._apart(X)
    assert len(apart) < 40
    least = SPACING * 40**-0.5
    gaps = np.linalg.norm(X[apart][:, None] - X[apart], axis=2)
    assert gaps[np.triu_indices(len(apart), 1)].min() >= least
    crowded = np.setdiff1d(np.arange(40), apart)
    earlier = [np.linalg.norm(X[apart[apart < row]] - X[row], axis=1).min() for row in crowded]
    assert max(earlier) < least
    changed = targets.copy()
    changed[crowded] += 5
    assert fit_kernel(X, changed, noise) == fit_kernel(X, targets, noise)
    changed[apart[3]] += 5
    assert fit_kernel(X, changed, noise) != fit_kernel(X, targets, noise)


def test_beyond_the_largest_number_an_evenly_spaced_subset_decides(monkeypatch):
    monkeypatch.setattr(hyperparameters, "LARGEST", 9)
    x = np.linspace(0, 1, 25)[:, None]  # apart from each other by more than SPACING / 25
    targets, noise = np.sin(7 * x), np.full((25, 1), 0.05)
    changed = targets.copy()
    changed[np.arange(25) % 3 > 0] += 5  # of 25 rows, the nine 0, 3, ..., 24 count
    assert fit_kernel(x, changed, noise) == fit_kernel(x, targets, noise)
    for row in (0, 12, 24):
        changed = targets.copy()
        changed[row] += 5
        assert fit_kernel(x, changed, noise) != fit_kernel(x, targets, noise)


@pytest.mark.parametrize(
    ("warm", "cold", "searches"), [(False, True, 3), (False, False, 3), (True, True, 4), (True, False, 1)]
)
def test_searches_start_from_the_kernel_before_and_from_fixed_places_if_cold(
    monkeypatch, warm, cold, searches
):
    X, targets, noise = observed(K=2)
    starts = []

    def counting(function, start, **options):
        starts.append(np.exp(start))
        return minimize(function, start, **options)

    before = Kernel(np.array([1.5, 2.5]), np.array([0.45, 0.65]))
    monkeypatch.setattr(hyperparameters, "minimize", counting)
    fit_kernel(X, targets, noise, before if warm else None, cold=cold)
    assert len(starts) == searches
    if warm:
        assert starts[0] == pytest.approx([1.5, 2.5, 0.45, 0.65])


def test_duplicated_and_single_points_are_fine():
    X = np.full((5, 2), 0.5)
    for n in (1, 5):
        kernel = fit_kernel(X[:n], np.arange(n)[:, None] / 2, np.full((n, 1), 0.1))
        assert np.isfinite([*kernel.amplitudes, *kernel.scales]).all()
