"""Gaussian process regression on the unit cube with a known noise variance for each observation.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press (2006),
   equations 2.23, 2.24.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from learn.factor import JITTER, factorised
from learn.process import Process
from learn.value import Floats


@final
@dataclass(frozen=True, eq=False)
class GaussianProcess(Process):
    """The exact posterior: its cost grows with the cube of the observations."""

    @cached_property
    def factor(self) -> Floats:
        """Lower Cholesky factor (n, n) of the covariance of the observations."""
        return factorised(self.prior(self.inputs, self.inputs), self.noise)

    @cached_property
    def weights(self) -> Floats:
        """Weights (n,): inverse covariance times residuals."""
        weights: Floats = cho_solve((self.factor, True), self.targets - self.mean)
        return weights

    def expected(self, X: Floats) -> Floats:
        """Posterior mean (m,) of f at X (m, d)."""
        mean: Floats = self.mean + self.prior(X, self.inputs) @ self.weights
        return mean

    def posterior(self, X: Floats) -> tuple[Floats, Floats]:
        """Posterior mean (m,) and variance (m,) of f at X (m, d)."""
        mean, explained = self._explained(X)
        variance = self.amplitude - np.einsum("nm,nm->m", explained, explained)
        return mean, np.maximum(variance, JITTER)

    def draw(self, X: Floats, normals: Floats) -> Floats:
        """Joint samples (s, m) of f at X (m, d) from standard normals (s, m)."""
        mean, explained = self._explained(X)
        covariance = self.prior(X, X) - explained.T @ explained
        drawn: Floats = mean + normals @ factorised(covariance, np.zeros(len(X))).T
        return drawn

    def _explained(self, X: Floats) -> tuple[Floats, Floats]:
        cross = self.prior(self.inputs, X)
        explained: Floats = solve_triangular(self.factor, cross, lower=True, check_finite=False)
        return self.mean + cross.T @ self.weights, explained
