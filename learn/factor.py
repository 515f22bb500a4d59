"""Cholesky factors of covariances."""

import numpy as np
from scipy.linalg import LinAlgError, cholesky, lapack

from learn.value import Floats

JITTER = 1e-8


def factorised(covariance: Floats, noise: Floats) -> Floats:
    """Lower Cholesky factor of a covariance with noise variances on its diagonal."""
    scale = max(float(np.diag(covariance).max()), JITTER)
    jitter = JITTER * scale
    for _ in range(6):
        try:
            factor: Floats = cholesky(covariance + np.diag(noise + jitter), lower=True)
        except LinAlgError:
            jitter *= 10
        else:
            return factor
    raise LinAlgError("covariance is not positive definite, even with jitter; check for huge coordinates")


def inverse(factor: Floats) -> Floats:
    """Inverse of the matrix whose lower Cholesky factor this is."""
    lower, _ = lapack.dpotri(factor, lower=1)
    whole: Floats = np.tril(lower) + np.tril(lower, -1).T
    return whole
