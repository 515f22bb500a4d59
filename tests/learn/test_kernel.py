import pickle

import numpy as np
import pytest
from sklearn.gaussian_process.kernels import Matern

from learn.kernel import Kernel, correlation, matern52

SCALES = np.array([0.3, 0.8, 2.0])


def points(n, seed):
    return np.random.default_rng(seed).uniform(size=(n, 3))


def test_correlation_is_that_of_scikit_learn():
    A, B = points(20, 0), points(30, 1)
    oracle = Matern(SCALES, nu=2.5)
    assert correlation(A, B, SCALES) == pytest.approx(oracle(A, B), abs=1e-12)
    assert correlation(A, A, SCALES) == pytest.approx(oracle(A), abs=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slope_is_the_answer_to_a_scale(axis):
    A, B = points(20, 0), points(30, 1)
    squares = [np.subtract.outer(a, b) ** 2 for a, b in zip(A.T, B.T, strict=True)]
    _, slope = matern52(sum(square / scale**2 for square, scale in zip(squares, SCALES, strict=True)))
    step = np.exp(1e-5 * np.eye(3)[axis])
    numeric = (correlation(A, B, SCALES * step) - correlation(A, B, SCALES / step)) / 2e-5
    assert slope * squares[axis] / SCALES[axis] ** 2 == pytest.approx(numeric, abs=1e-8)


def test_kernels_are_values():
    kernel = Kernel(np.array([1.0, 2.0]), SCALES)
    assert pickle.loads(pickle.dumps(kernel)) == kernel != Kernel(np.array([1.0, 3.0]), SCALES)
