"""Gaussian process regression on many observations, through inducing points that summarise them.

References
----------
.. [1] E. Snelson, Z. Ghahramani, "Sparse Gaussian processes using pseudo-inputs", NeurIPS 2005 (FITC).
.. [2] J. Quinonero-Candela, C. E. Rasmussen, "A unifying view of sparse approximate Gaussian process
   regression", J. Mach. Learn. Res. 6, 1939 (2005), equation 24.
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
class SparseProcess(Process):
    """A posterior for which observations are independent of each other given f at inducing points [1]_.

    Attributes
    ----------
    inducing : array (m, d)
        Inducing points.
    """

    inducing: Floats

    @cached_property
    def prior_factor(self) -> Floats:
        """Lower Cholesky factor (m, m) of the prior covariance of the inducing points."""
        return factorised(self.prior(self.inducing, self.inducing), np.zeros(len(self.inducing)))

    @cached_property
    def summary(self) -> tuple[Floats, Floats]:
        """What the observations say of the whitened inducing values: factor of their precision, mean."""
        seen = self._whitened(self.inputs)
        left = np.maximum(self.amplitude - np.einsum("mn,mn->n", seen, seen), 0.0)
        weighted = seen / (left + self.noise)
        precision = factorised(weighted @ seen.T, np.ones(len(self.inducing)))
        mean: Floats = cho_solve((precision, True), weighted @ (self.targets - self.mean))
        return precision, mean

    def expected(self, X: Floats) -> Floats:
        """Posterior mean (m,) of f at X (m, d)."""
        mean: Floats = self.mean + self._whitened(X).T @ self.summary[1]
        return mean

    def posterior(self, X: Floats) -> tuple[Floats, Floats]:
        """Posterior mean (m,) and variance (m,) of f at X (m, d)."""
        precision, mean = self.summary
        seen = self._whitened(X)
        doubt = solve_triangular(precision, seen, lower=True, check_finite=False)
        variance = self.amplitude - np.einsum("mn,mn->n", seen, seen) + np.einsum("mn,mn->n", doubt, doubt)
        return self.mean + seen.T @ mean, np.maximum(variance, JITTER)

    def draw(self, X: Floats, normals: Floats) -> Floats:
        """Joint samples (s, m) of f at X (m, d) from standard normals (s, m)."""
        precision, mean = self.summary
        seen = self._whitened(X)
        doubt = solve_triangular(precision, seen, lower=True, check_finite=False)
        covariance = self.prior(X, X) - seen.T @ seen + doubt.T @ doubt
        drawn: Floats = self.mean + seen.T @ mean + normals @ factorised(covariance, np.zeros(len(X))).T
        return drawn

    def _whitened(self, X: Floats) -> Floats:
        cross = self.prior(self.inducing, X)
        whitened: Floats = solve_triangular(self.prior_factor, cross, lower=True, check_finite=False)
        return whitened
