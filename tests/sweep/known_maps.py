"""Maps whose boundaries are known."""

import numpy as np

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from learn.kernel import Kernel
from learn.space import unit_sobol


def known(dimension: int, edges: list[float], n: int = 64) -> RegimeMap:
    """A map whose regimes change along the first axis."""
    space = SearchSpace(
        [Axis("a", 1.0, 100.0, scale="log"), *(Axis(f"x{i}", 0, 1) for i in range(dimension - 1))]
    )
    U = unit_sobol(dimension, n, [1])
    K = len(edges) + 1
    kernel = Kernel(np.full(K, 6.0), np.full(dimension, 0.5))
    shares = np.eye(K)[np.digitize(U[:, 0], edges)]
    return RegimeMap(space, RegimeClassifier.fit(U, shares, kernel=kernel))
