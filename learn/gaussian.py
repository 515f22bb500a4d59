"""Gaussian process regression on the unit cube with a known noise variance for each observation.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press (2006),
   equations 2.23, 2.24 (posterior), 5.8, 5.9 (marginal likelihood), 4.17 (Matern).
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.linalg import LinAlgError, cho_solve, cholesky, solve_triangular
from scipy.optimize import Bounds, minimize

from learn.value import ArrayValue, Floats

# Priors on the logarithms. Memberships averaged over realizations are less noisy than the labels that the
# noise model allows for, so the likelihood alone takes boundaries for smoother than they are: with a spread
# of 0.8 the expected wrong area of known maps came out a third too small, with 0.25 it was about right.
TYPICAL_SCALE, SCALE_SPREAD = 0.5, 0.25
AMPLITUDE_SPREAD = 1.0
STARTS = (0.5, 0.15)
SCALE_BOUNDS = (0.03, 10.0)
AMPLITUDE_BOUNDS = (0.05, 500.0)
JITTER = 1e-9


@dataclass(frozen=True, eq=False)
class GaussianProcess(ArrayValue):
    """Posterior of a function f with prior mean `mean` and covariance amplitude * matern52.

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
        return _cholesky(self._prior(self.inputs, self.inputs), self.noise)

    @cached_property
    def weights(self) -> Floats:
        """Weights (n,): inverse covariance times residuals."""
        weights: Floats = cho_solve((self.factor, True), self.targets - self.mean)
        return weights

    def posterior(self, X: Floats) -> tuple[Floats, Floats]:
        """Posterior mean (m,) and variance (m,) of f at X (m, d)."""
        cross = self._prior(self.inputs, X)
        explained = solve_triangular(self.factor, cross, lower=True)
        variance = self.amplitude - np.einsum("nm,nm->m", explained, explained)
        return self.mean + cross.T @ self.weights, np.maximum(variance, JITTER)

    def draw(self, X: Floats, normals: Floats) -> Floats:
        """Joint samples (s, m) of f at X (m, d) from standard normals (s, m)."""
        cross = self._prior(self.inputs, X)
        explained = solve_triangular(self.factor, cross, lower=True)
        covariance = self._prior(X, X) - explained.T @ explained
        factor = _cholesky(covariance, np.full(len(X), JITTER * self.amplitude))
        drawn: Floats = self.mean + cross.T @ self.weights + normals @ factor.T
        return drawn

    def with_observations(self, X: Floats, targets: Floats, noise: Floats) -> "GaussianProcess":
        """Add observations at X (m, d), keeping mean and hyperparameters."""
        return replace(
            self,
            inputs=np.vstack([self.inputs, X]),
            targets=np.concatenate([self.targets, targets]),
            noise=np.concatenate([self.noise, noise]),
        )

    def _prior(self, A: Floats, B: Floats) -> Floats:
        return self.amplitude * matern52(_squares(A / self.scales, B / self.scales).sum(axis=-1))


def fit_process(inputs: Floats, targets: Floats, noise: Floats) -> GaussianProcess:
    """Regress targets (n,) on inputs (n, d); hyperparameters at the maximum of their posterior density."""
    mean = float(targets.mean())
    residuals = targets - mean
    typical = max(float(residuals.var()), 1.0)
    squares = _squares(inputs, inputs)
    best, lowest = np.zeros(0), np.inf
    limits = np.log([AMPLITUDE_BOUNDS, *[SCALE_BOUNDS] * inputs.shape[1]])
    for scale in STARTS:
        start = np.log([typical, *[scale] * inputs.shape[1]])
        found = minimize(
            _negative_log_posterior,
            start,
            args=(squares, residuals, noise, float(np.log(typical))),
            jac=True,
            method="L-BFGS-B",
            bounds=Bounds(limits[:, 0], limits[:, 1]),
        )
        if found.fun < lowest - 1e-3:  # starts that end equally well: keep the first
            best, lowest = found.x, float(found.fun)
    # Three decimals of a logarithm: thread counts and BLAS builds change only what lies below.
    amplitude, *scales = np.exp(np.round(best, 3)).tolist()
    return GaussianProcess(inputs, targets, noise, mean, amplitude, np.asarray(scales))


def matern52(squared: Floats) -> Floats:
    """Matern-5/2 correlation at squared scaled distances."""
    r = np.sqrt(5.0 * squared)
    correlation: Floats = (1.0 + r + r**2 / 3.0) * np.exp(-r)
    return correlation


def _negative_log_posterior(
    theta: Floats, squares: Floats, residuals: Floats, noise: Floats, typical: float
) -> tuple[float, Floats]:
    """Negative log posterior of theta = ln(amplitude, scales), and its gradient (1 + d,)."""
    amplitude, scaled = np.exp(theta[0]), squares / np.exp(2 * theta[1:])
    squared = scaled.sum(axis=-1)
    covariance = amplitude * matern52(squared)
    factor = _cholesky(covariance, noise)
    weights = cho_solve((factor, True), residuals)
    inner = cho_solve((factor, True), np.eye(len(residuals))) - np.outer(weights, weights)  # (5.9)
    r = np.sqrt(5.0 * squared)
    slope = amplitude * (5.0 / 3.0) * (1.0 + r) * np.exp(-r)  # d k / d ln scale_j = slope * scaled_j
    gradient = np.concatenate(
        [[0.5 * np.sum(inner * covariance)], 0.5 * np.einsum("nm,nmd->d", inner * slope, scaled)]
    )
    value = 0.5 * residuals @ weights + np.log(np.diag(factor)).sum()
    offsets = theta - np.array([typical, *[np.log(TYPICAL_SCALE)] * (len(theta) - 1)])
    spreads = np.array([AMPLITUDE_SPREAD, *[SCALE_SPREAD] * (len(theta) - 1)])
    return float(value + 0.5 * np.sum((offsets / spreads) ** 2)), gradient + offsets / spreads**2


def _squares(A: Floats, B: Floats) -> Floats:
    squares: Floats = (A[:, None, :] - B[None, :, :]) ** 2
    return squares


def _cholesky(covariance: Floats, noise: Floats) -> Floats:
    jitter = 0.0
    scale = max(float(np.diag(covariance).max()), JITTER)
    for _ in range(6):
        try:
            factor: Floats = cholesky(covariance + np.diag(noise + jitter), lower=True)
        except LinAlgError:
            jitter = max(10 * jitter, JITTER * scale)
        else:
            return factor
    raise LinAlgError("covariance is not positive definite, even with jitter; check for huge coordinates")
