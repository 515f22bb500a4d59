"""Hyperparameters at a maximum of their posterior density, by a common fit of all latent functions.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press (2006),
   equations 5.8, 5.9.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_solve
from scipy.optimize import Bounds, minimize

from learn.factor import factorised, inverse
from learn.kernel import Kernel, matern52
from learn.left_out import left_out_loss
from learn.value import Floats, Ints

# Priors on the logarithms.
TYPICAL_SCALE, SCALE_SPREAD = 0.5, 0.25
TYPICAL_AMPLITUDE, AMPLITUDE_SPREAD = 1.0, 1.0
STARTS = (1.0, 0.5, 0.15)
LONGEST_SCALE = 10.0
# Least scale, in units of n^(-1/d): observations farther apart than it would tell nothing of each other.
SHORTEST_SCALE = 1.0
AMPLITUDE_BOUNDS = (0.05, 500.0)
LARGEST = 400  # observations that a fit looks at; its cost grows with the cube
# Least distance between them, in units of n^(-1/d). Points of a search crowd at a boundary: a step between
# close neighbours reads as roughness of the whole map.
SPACING = 0.5
PRECISION = 1e-6  # relative change of the density at which a fit ends


def fit_kernel(
    inputs: Floats, targets: Floats, noise: Floats, warm: Kernel | None = None, *, cold: bool = True
) -> Kernel:
    """Hyperparameters for targets (n, K) with noise variances (n, K) at inputs (n, d).

    Of crowded observations the first ones decide, and beyond LARGEST of those an evenly spaced subset. The
    search for maxima starts from the kernel that was learned before, where one is given, and from fixed
    places if cold. Of the maxima, and the kernel before, the one is taken that predicts best what it is not
    shown: the density alone may be highest where points crowd on both sides of a boundary and their regimes
    look like noise, for scales so short that the rest of the map is forgotten.
    """
    rows = _apart(inputs)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, LARGEST).round().astype(int))]
    inputs, targets, noise = inputs[rows], targets[rows], noise[rows]
    kernels = [] if warm is None else [warm]
    kernels += _maxima(inputs, targets, noise, warm, cold=cold)
    losses = [round(left_out_loss(kernel, inputs, targets, noise), 3) for kernel in kernels]
    return kernels[int(np.argmin(losses))]


def _maxima(
    inputs: Floats, targets: Floats, noise: Floats, warm: Kernel | None, *, cold: bool
) -> list[Kernel]:
    """Kernels of locally highest posterior density."""
    K, d = targets.shape[1], inputs.shape[1]
    residuals = targets - targets.mean(axis=0)
    typical = np.log(np.maximum(residuals.var(axis=0), TYPICAL_AMPLITUDE))
    squares = [np.subtract.outer(x, x) ** 2 for x in inputs.T]
    starts = [] if warm is None else [np.log(np.concatenate([warm.amplitudes, warm.scales]))]
    if cold or warm is None:
        starts += [np.concatenate([typical, np.full(d, np.log(scale))]) for scale in STARTS]
    scale_bounds = (SHORTEST_SCALE * len(inputs) ** (-1 / d), LONGEST_SCALE)
    lower, upper = np.log([*[AMPLITUDE_BOUNDS] * K, *[scale_bounds] * d]).T
    found = [
        minimize(
            negative_log_posterior,
            np.clip(start, lower, upper),
            args=(squares, residuals, noise, typical),
            jac=True,
            method="L-BFGS-B",
            bounds=Bounds(lower, upper),
            options={"ftol": PRECISION},
        ).x
        for start in starts
    ]
    # Three decimals of a logarithm: thread counts and BLAS builds change only what lies below.
    rounded = [np.exp(np.round(theta, 3)) for theta in found]
    return [Kernel(theta[:K], theta[K:]) for theta in rounded]


def _apart(inputs: Floats) -> Ints:
    """Rows of inputs (n, d) that keep their distance from the rows before them."""
    n, dimension = inputs.shape
    least = (SPACING * n ** (-1 / dimension)) ** 2
    kept = np.zeros(n, dtype=bool)
    for row, point in enumerate(inputs):
        kept[row] = not np.any(((inputs[:row][kept[:row]] - point) ** 2).sum(axis=1) < least)
    return np.flatnonzero(kept)


def negative_log_posterior(
    theta: Floats, squares: Sequence[Floats], residuals: Floats, noise: Floats, typical: Floats
) -> tuple[float, Floats]:
    """Negative log posterior of theta = ln(amplitudes, scales), and its gradient (K + d,)."""
    K = residuals.shape[1]
    amplitudes = np.exp(theta[:K])
    scaled = [square / np.exp(2 * log_scale) for square, log_scale in zip(squares, theta[K:], strict=True)]
    shape, slope = matern52(np.sum(scaled, axis=0))
    centre = np.concatenate([typical, np.full(len(squares), np.log(TYPICAL_SCALE))])
    spread = np.concatenate([np.full(K, AMPLITUDE_SPREAD), np.full(len(squares), SCALE_SPREAD)])
    offset = (theta - centre) / spread
    value, gradient = 0.5 * float(offset @ offset), offset / spread
    total = np.zeros_like(shape)
    for k, amplitude in enumerate(amplitudes):
        part, inner = _evidence(amplitude * shape, residuals[:, k], noise[:, k])
        value += part
        gradient[k] += 0.5 * amplitude * np.vdot(inner, shape)
        total += amplitude * inner
    total *= slope
    gradient[K:] += [0.5 * np.vdot(total, part) for part in scaled]
    return value, gradient


def _evidence(covariance: Floats, residuals: Floats, noise: Floats) -> tuple[float, Floats]:
    """Negative log marginal likelihood (5.8), and the matrix whose trace with a derivative is (5.9)."""
    factor = factorised(covariance, noise)
    weights = cho_solve((factor, True), residuals)
    value = 0.5 * residuals @ weights + np.log(np.diag(factor)).sum()
    return float(value), inverse(factor) - np.outer(weights, weights)
