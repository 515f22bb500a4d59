"""Which regime wins at a point, how probably, and by how much."""

from functools import lru_cache

import numpy as np
from scipy.special import log_ndtr

from learn.surrogate import RegimeClassifier
from learn.value import Floats, Ints

NODES = 48  # of the quadrature: good to 0.004 where deviations differ sevenfold, and to far less as they are
CHUNK = 2048  # points whose integrands are held in memory at once
TINY = 1e-300


def winning_shares(mean: Floats, variance: Floats) -> Floats:
    """Probability (n, K) that each of K independent normal variables is the highest; rows sum to 1.

    One integral for each: P(k) = int N(x; m_k, s_k) prod_j Phi((x - m_j) / s_j) dx over the others j.
    """
    parts = [
        _integrals(mean[first : first + CHUNK], np.sqrt(variance[first : first + CHUNK]))
        for first in range(0, max(len(mean), 1), CHUNK)
    ]
    return np.concatenate(parts)


def lead(shares: Floats, regimes: Ints) -> Floats:
    """Logarithm (n,) of a regime's probability over the highest of the others: zero on its outline.

    The logarithm, because it is nearly linear across a boundary where the difference is almost a step.
    """
    rows, others = np.arange(len(shares)), shares.copy()
    others[rows, regimes] = 0.0
    own, best = np.maximum(shares[rows, regimes], TINY), np.maximum(others.max(axis=1), TINY)
    ratio: Floats = np.log(own / best)
    return ratio


def rivals(shares: Floats, regimes: Ints) -> Ints:
    """Most probable of the other regimes (n,)."""
    others = shares.copy()
    others[np.arange(len(shares)), regimes] = -1.0
    strongest: Ints = np.argmax(others, axis=1).astype(np.int64)
    return strongest


def rival_at(classifier: RegimeClassifier, U: Floats, regime: int) -> Ints:
    """Most probable of the other regimes (n,) at points of the unit cube; of two there is no need to ask."""
    if classifier.K == 2:
        return np.full(len(U), 1 - regime)
    return rivals(classifier.predict_proba(U), np.full(len(U), regime))


def _integrals(mean: Floats, deviation: Floats) -> Floats:
    nodes, weights = _rule()
    shares = np.empty_like(mean)
    for k in range(mean.shape[1]):
        x = mean[:, k, None] + deviation[:, k, None] * nodes
        below = np.zeros_like(x)
        for j in set(range(mean.shape[1])) - {k}:
            below += log_ndtr((x - mean[:, j, None]) / deviation[:, j, None])
        shares[:, k] = np.exp(below) @ weights
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


@lru_cache(maxsize=1)
def _rule() -> tuple[Floats, Floats]:
    """Nodes and weights of the mean over a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, weights / weights.sum()
