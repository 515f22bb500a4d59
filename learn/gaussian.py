"""Gaussian process regression on the unit cube with a known noise variance for each observation.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press (2006),
   equations 2.23, 2.24.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import final

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from learn.factor import JITTER, factorised
from learn.kernel import correlation
from learn.process import Process
from learn.value import ArrayValue, Floats


@final
@dataclass(frozen=True, eq=False)
class GaussianProcess(ArrayValue, Process):
    """Posterior of a function f with prior mean `mean` and covariance amplitude * correlation.

    Attributes
    ----------
    inputs : array (n, d)
        Observed points in the unit cube.
    targets, noise : array (n,)
        Observed values and their noise variances.
    mean, amplitude : float
        Prior mean and prior variance.
    scales : array (d,)
        Length scale of each axis.
    """

    inputs: Floats
    targets: Floats
    noise: Floats
    mean: float
    amplitude: float
    scales: Floats

    @cached_property
    def factor(self) -> Floats:
        """Lower Cholesky factor (n, n) of the covariance of the observations."""
        return factorised(self._prior(self.inputs, self.inputs), self.noise)

    @cached_property
    def weights(self) -> Floats:
        """Weights (n,): inverse covariance times residuals."""
        weights: Floats = cho_solve((self.factor, True), self.targets - self.mean)
        return weights

    def expected(self, X: Floats) -> Floats:
        """Posterior mean (m,) of f at X (m, d)."""
        mean: Floats = self.mean + self._prior(X, self.inputs) @ self.weights
        return mean

    def posterior(self, X: Floats) -> tuple[Floats, Floats]:
        """Posterior mean (m,) and variance (m,) of f at X (m, d)."""
        mean, explained = self._explained(X)
        variance = self.amplitude - np.einsum("nm,nm->m", explained, explained)
        return mean, np.maximum(variance, JITTER)

    def draw(self, X: Floats, normals: Floats) -> Floats:
        """Joint samples (s, m) of f at X (m, d) from standard normals (s, m)."""
        mean, explained = self._explained(X)
        covariance = self._prior(X, X) - explained.T @ explained
        drawn: Floats = mean + normals @ factorised(covariance, np.zeros(len(X))).T
        return drawn

    def with_observations(self, X: Floats, targets: Floats, noise: Floats) -> "GaussianProcess":
        """Add observations at X (m, d), keeping mean and hyperparameters."""
        return replace(
            self,
            inputs=np.vstack([self.inputs, X]),
            targets=np.concatenate([self.targets, targets]),
            noise=np.concatenate([self.noise, noise]),
        )

    def _explained(self, X: Floats) -> tuple[Floats, Floats]:
        cross = self._prior(self.inputs, X)
        explained: Floats = solve_triangular(self.factor, cross, lower=True, check_finite=False)
        return self.mean + cross.T @ self.weights, explained

    def _prior(self, A: Floats, B: Floats) -> Floats:
        return self.amplitude * correlation(A, B, self.scales)
