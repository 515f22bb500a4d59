"""When hyperparameters are learned anew: at sizes that grow by a seventh, each from the one before.

The kernel for n observations depends on those observations and their order alone, so that a study rebuilt
from its trials has the same; a chain that is kept only saves work.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from learn.kernel import Kernel
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats

STEP, GROWTH = 4, 1.15  # between two fits: observations at least, and the ratio of sizes
COLD = 2  # ratio of the sizes at which a fit starts cold as well, lest it stay where few points put it


@final
@dataclass(frozen=True, eq=False)
class Chain(ArrayValue):
    """Kernels (size, kernel) learned from the first of X (n, d), memberships (n, K) and counts (n,)."""

    X: Floats
    memberships: Floats
    counts: Floats
    kernels: tuple[tuple[int, Kernel], ...]

    @property
    def kernel(self) -> Kernel:
        """The kernel for all n observations."""
        return self.kernels[-1][1]


def learned(X: Floats, memberships: Floats, counts: Floats, before: Chain | None = None) -> Chain:
    """Chain of kernels for n >= 1 observations, its links taken from an earlier one where they agree."""
    shared = _shared(before, X, memberships, counts)
    kept = {} if before is None else {size: kernel for size, kernel in before.kernels if size <= shared}
    kernels: list[tuple[int, Kernel]] = []
    cold = 0
    for size in sizes(len(X)):
        starts_cold = size >= COLD * cold
        cold = size if starts_cold else cold
        kernel = kept.get(size)
        if kernel is None:
            seen, warm = (X[:size], memberships[:size], counts[:size]), kernels[-1][1] if kernels else None
            kernel = RegimeClassifier.learn_kernel(*seen, warm=warm, cold=starts_cold)
        kernels.append((size, kernel))
    return Chain(X, memberships, counts, tuple(kernels))


def sizes(n: int) -> list[int]:
    """Sizes up to n at which a kernel is learned."""
    found = [min(n, STEP)]
    while (following := max(found[-1] + STEP, int(GROWTH * found[-1]))) <= n:
        found.append(following)
    return found


def _shared(before: Chain | None, X: Floats, memberships: Floats, counts: Floats) -> int:
    """Number of first observations that an earlier chain had as well."""
    if before is None or before.memberships.shape[1] != memberships.shape[1]:
        return 0
    n = min(len(before.X), len(X))
    same = (before.X[:n] == X[:n]).all(axis=1) & (before.memberships[:n] == memberships[:n]).all(axis=1)
    same &= before.counts[:n] == counts[:n]
    return n if same.all() else int(np.argmin(same))
