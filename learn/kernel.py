"""The covariance of the latent functions: Matern-5/2, a length scale per axis, an amplitude per regime.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press (2006),
   equation 4.17.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.spatial.distance import cdist

from learn.value import ArrayValue, Floats


@final
@dataclass(frozen=True, eq=False)
class Kernel(ArrayValue):
    """Hyperparameters of K latent functions over the unit cube.

    Attributes
    ----------
    amplitudes : array (K,)
        Prior variance of each function.
    scales : array (d,)
        Length scale of each axis, common to all functions: the boundaries of one map have one roughness, and
        few points cannot tell K of them.
    """

    amplitudes: Floats
    scales: Floats


def correlation(A: Floats, B: Floats, scales: Floats) -> Floats:
    """Matern-5/2 correlation (n, m) of points A (n, d) and B (m, d)."""
    return matern52(cdist(A / scales, B / scales, "sqeuclidean"))[0]


def matern52(squared: Floats) -> tuple[Floats, Floats]:
    """Matern-5/2 correlation at squared scaled distances, and the slope by which it answers to scales.

    The slope times the part of axis j of the squared distance is the derivative by the logarithm of scale j.
    """
    r = np.sqrt(5.0 * squared)
    decay = np.exp(-r)
    return (1.0 + r * (1.0 + r / 3.0)) * decay, (5.0 / 3.0) * (1.0 + r) * decay
