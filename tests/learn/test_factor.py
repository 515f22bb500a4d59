import numpy as np
import pytest
from scipy.linalg import LinAlgError

from learn.factor import factorised, inverse


def covariance(n=12, seed=0):
    root = np.random.default_rng(seed).standard_normal((n, n))
    return root @ root.T


def test_factor_and_inverse_are_those_of_the_noisy_covariance():
    noise = np.linspace(0.1, 2.0, 12)
    noisy = covariance() + np.diag(noise)
    factor = factorised(covariance(), noise)
    assert factor @ factor.T == pytest.approx(noisy, rel=1e-6, abs=1e-6)
    assert np.array_equal(factor, np.tril(factor))
    assert inverse(factor) == pytest.approx(np.linalg.inv(noisy), abs=1e-6)


def test_jitter_grows_until_a_singular_covariance_factorises():
    # Negative by ten times the first jitter, as rounding leaves it.
    wrong = np.ones((50, 50)) - 1e-7 * np.eye(50)
    factor = factorised(wrong, np.zeros(50))
    assert factor @ factor.T == pytest.approx(wrong, abs=2e-6)


def test_a_matrix_that_is_no_covariance_is_refused():
    with pytest.raises(LinAlgError, match="not positive definite"):
        factorised(np.array([[1.0, 2.0], [2.0, 1.0]]), np.zeros(2))
