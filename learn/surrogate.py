"""The probabilistic map from parameters to regimes: Dirichlet Gaussian process classification.

Memberships are read as soft Dirichlet counts; a gamma variate is close to a lognormal one, so the logarithm
of each count is a Gaussian observation with known noise, and every class is a regression in closed form [1]_.

References
----------
.. [1] D. Milios, R. Camoriano, P. Michiardi, L. Rosasco, M. Filippone, "Dirichlet-based Gaussian processes
   for large-scale calibrated classification", NeurIPS 2018, arXiv:1805.10915.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, softmax

from learn.errors import InvalidMembershipError, InvalidSettingError, InvalidSpaceError, NoObservationsError
from learn.gaussian import GaussianProcess
from learn.hyperparameters import fit_kernel
from learn.inducing import spread_out
from learn.kernel import Kernel
from learn.process import Process
from learn.space import unit_sobol
from learn.sparse import SparseProcess
from learn.value import ArrayValue, Floats, Ints

ALPHA_EPS = 0.01  # 0.1 spoils the calibration
# Observations that one label counts for, since regimes have sharp boundaries: with 1 the map is too smooth,
# with 10 noisy labels are believed.
SHARPNESS = 3.0
DRAWS = 256
EXACT = 2000  # observations up to which the regression is exact
INDUCING = 800  # points that stand for them beyond
CHUNK = 2048  # points whose draws are held in memory at once
SUM_TOLERANCE = 1e-6

Reduction = Callable[[Floats], Floats]  # latents (s, n, K) -> (n, ...)


@final
@dataclass(frozen=True, eq=False)
class RegimeClassifier(ArrayValue):
    """Probabilities of K regimes over the unit cube; make one with `RegimeClassifier.fit`.

    Attributes
    ----------
    processes : tuple of Process
        Latent function of each regime, in the order of the memberships.
    kernel : Kernel
        Their hyperparameters.
    alpha_eps : float
        Dirichlet count of a regime that was not seen.
    """

    processes: tuple[Process, ...]
    kernel: Kernel
    alpha_eps: float

    @classmethod
    def fit(
        cls,
        X: ArrayLike,
        memberships: ArrayLike,
        counts: ArrayLike | None = None,
        alpha_eps: float = ALPHA_EPS,
        kernel: Kernel | None = None,
    ) -> "RegimeClassifier":
        """Learn from observed memberships.

        Up to EXACT observations the regression is exact; beyond, it goes through INDUCING of the points.

        Parameters
        ----------
        X : array_like (n, d)
            Points in the unit cube (`SearchSpace.to_unit`).
        memberships : array_like (n, K)
            Shares of the regimes, each row summing to 1.
        counts : array_like (n,), optional
            Weight of each row as a number of hard labels; 1 if left out.
        alpha_eps : float
            Dirichlet count of a regime that was not seen.
        kernel : Kernel, optional
            Hyperparameters to keep; learned from the observations if left out.

        Raises
        ------
        InvalidMembershipError
            If memberships are not shares.
        NoObservationsError
            If there is no row.
        """
        points, targets, noise = _regression(X, memberships, counts, alpha_eps)
        kernel = fit_kernel(points, targets, noise) if kernel is None else kernel
        inducing = spread_out(points, INDUCING) if len(points) > EXACT else None
        processes = []
        for y, variance, amplitude in zip(targets.T, noise.T, kernel.amplitudes.tolist(), strict=True):
            known = (points, y, variance, float(y.mean()), amplitude, kernel.scales)
            processes.append(GaussianProcess(*known) if inducing is None else SparseProcess(*known, inducing))
        return cls(tuple(processes), kernel, alpha_eps)

    @staticmethod
    def learn_kernel(
        X: ArrayLike,
        memberships: ArrayLike,
        counts: ArrayLike | None = None,
        alpha_eps: float = ALPHA_EPS,
        warm: Kernel | None = None,
        *,
        cold: bool = True,
    ) -> Kernel:
        """Hyperparameters that `fit` would learn, from a warm start as well; unless `cold`, from it alone."""
        return fit_kernel(*_regression(X, memberships, counts, alpha_eps), warm, cold=cold)

    @property
    def K(self) -> int:  # noqa: N802  # the field's name for the number of classes
        """Number of regimes."""
        return len(self.processes)

    def latent(self, X: ArrayLike) -> tuple[Floats, Floats]:
        """Posterior mean and variance (n, K) of the latent functions at X (n, d)."""
        points = _points(X)
        mean, variance = np.empty((2, len(points), self.K))
        for first in range(0, len(points), CHUNK):
            rows = slice(first, first + CHUNK)
            for k, process in enumerate(self.processes):
                mean[rows, k], variance[rows, k] = process.posterior(points[rows])
        return mean, variance

    def expected(self, X: ArrayLike) -> Floats:
        """Posterior mean (n, K) of the latent functions at X (n, d)."""
        points = _points(X)
        return np.stack([process.expected(points) for process in self.processes], axis=1)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities (n, K): the mean softmax of the latent functions over fixed quasi-random draws."""
        return self.over_draws(X, lambda latents: softmax(latents, axis=2).mean(axis=0))

    def predict(self, X: ArrayLike) -> Ints:
        """Most probable regime (n,), the first of equals."""
        regimes: Ints = np.argmax(self.predict_proba(X), axis=1).astype(np.int64)
        return regimes

    def over_draws(self, X: ArrayLike, reduce: Reduction) -> Floats:
        """Apply `reduce`, (s, n, K) -> (n, ...), to s draws of the latents of each point by itself."""
        mean, variance = self.latent(X)
        deviation, normals = np.sqrt(variance), _normals(self.K)[:, None, :]
        parts = [
            reduce(mean[first : first + CHUNK] + deviation[first : first + CHUNK] * normals)
            for first in range(0, max(len(mean), 1), CHUNK)
        ]
        return np.concatenate(parts)

    def sample(self, X: ArrayLike, n: int, seed: int) -> Floats:
        """Draw n joint samples (n, n_points, K) of the latent functions at X (n_points, d)."""
        points = _points(X)
        rng = np.random.default_rng(np.random.SeedSequence([seed]))
        drawn = [process.draw(points, rng.standard_normal((n, len(points)))) for process in self.processes]
        return np.stack(drawn, axis=-1)

    def taught(self, X: ArrayLike, labels: float) -> Floats:
        """Share (n,) of the latent variance at X (n, d) that an observation worth so many labels takes."""
        points = _points(X)
        _, variance = self.latent(points)
        shares = self.predict_proba(points)
        _, noise = _log_counts(shares, np.full(len(points), labels), self.alpha_eps)
        # Each function counts by its regime's probability: improbable ones decide nothing.
        known = shares * variance
        taken: Floats = (known * variance / (variance + noise)).sum(axis=1) / known.sum(axis=1)
        return taken

    def condition(self, X_pending: ArrayLike) -> "RegimeClassifier":
        """Pretend that pending points (m, d) came back as predicted.

        The believed value is the posterior mean, so the latent means stay as they are; its noise is that of
        the predicted membership, so the variance falls by what an observation there would take away.
        """
        points = _points(X_pending)
        if len(points) == 0:
            return self
        mean, _ = self.latent(points)
        _, noise = _log_counts(self.predict_proba(points), np.ones(len(points)), self.alpha_eps)
        believed = zip(self.processes, mean.T, noise.T, strict=True)
        return replace(self, processes=tuple(p.with_observations(points, y, v) for p, y, v in believed))


def checked_memberships(memberships: ArrayLike) -> Floats:
    """Return memberships (n, K) as an array; refuse what is not rows of shares that sum to 1."""
    try:
        shares = np.asarray(memberships, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidMembershipError(
            f"expected memberships (n, K), rows of K numbers, got {memberships!r}; give rows of one length"
        ) from None
    if shares.ndim != 2 or shares.shape[1] == 0:
        raise InvalidMembershipError(
            f"expected memberships (n, K), got shape {shares.shape}; give one row per point"
        )
    wrong = ~(np.isfinite(shares).all(axis=1) & (shares >= 0).all(axis=1))
    wrong |= ~(np.abs(shares.sum(axis=1) - 1) <= SUM_TOLERANCE)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InvalidMembershipError(
            f"expected memberships between 0 and 1 that sum to 1, got {shares[row].tolist()} in row {row}; "
            "divide by the sum"
        )
    return shares


def _points(X: ArrayLike) -> Floats:
    points = np.asarray(X, dtype=np.float64)
    if points.ndim != 2 or not np.isfinite(points).all():
        raise InvalidSpaceError(
            f"expected finite points (n, d), got shape {points.shape}; give one row per point"
        )
    return points


def _check_lengths(points: Floats, shares: Floats, weights: Floats) -> None:
    if not len(points):
        raise NoObservationsError(
            "expected at least one point with a membership, got none; observe some first"
        )
    if not len(points) == len(shares) == weights.size or not np.all(weights > 0):
        raise InvalidMembershipError(
            f"expected one membership and one positive count for each of {len(points)} points, "
            f"got {len(shares)} memberships and counts {weights.tolist()[:5]}; give one each"
        )


def _regression(
    X: ArrayLike, memberships: ArrayLike, counts: ArrayLike | None, alpha_eps: float
) -> tuple[Floats, Floats, Floats]:
    """Points (n, d), and the targets and noise variances (n, K) of their latent functions."""
    points, shares = _points(X), checked_memberships(memberships)
    weights = np.ones(len(shares)) if counts is None else np.asarray(counts, dtype=np.float64)
    _check_lengths(points, shares, weights)
    if not alpha_eps > 0:
        raise InvalidSettingError(f"expected alpha_eps > 0, got {alpha_eps}; 0.01 is a good one")
    points, shares, weights = pooled(points, shares, weights)
    return points, *_log_counts(shares, weights, alpha_eps)


def pooled(points: Floats, shares: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """One row for each different point, in order of appearance: labels at one place are counts of one urn."""
    _, first, place = np.unique(points, axis=0, return_index=True, return_inverse=True)
    total = np.bincount(place, weights).astype(np.float64)
    mean = np.column_stack([np.bincount(place, weights * share) for share in shares.T]) / total[:, None]
    order = np.argsort(first)
    return points[first[order]], mean[order], total[order]


def _log_counts(shares: Floats, weights: Floats, alpha_eps: float) -> tuple[Floats, Floats]:
    """Lognormal match of the gamma variates: targets and noise variances (n, K), as in [1]."""
    alpha = alpha_eps + SHARPNESS * shares * weights[:, None]
    noise = np.log1p(1 / alpha)
    return np.log(alpha) - noise / 2, noise


@lru_cache(maxsize=16)
def _normals(K: int) -> Floats:
    """Fixed quasi-random standard normals (DRAWS, K), so that probabilities are smooth and repeat exactly."""
    uniform = np.clip(unit_sobol(K, DRAWS // 2, [DRAWS, K]), 1e-9, 1 - 1e-9)
    # Each with its mirror image: two regimes that stand alike get equal shares.
    normals: Floats = np.vstack([ndtri(uniform), -ndtri(uniform)])
    normals.setflags(write=False)
    return normals
