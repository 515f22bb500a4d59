"""What a latent function is known from, and what it must be able to tell, however it was learned."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from learn.kernel import correlation
from learn.value import ArrayValue, Floats


@dataclass(frozen=True, eq=False)
class Process(ArrayValue, ABC):
    """Posterior of a function f over the unit cube, prior mean `mean`, covariance amplitude * correlation.

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

    @abstractmethod
    def expected(self, X: Floats) -> Floats:
        """Posterior mean (m,) of f at X (m, d), at a small part of the cost of the variance."""

    @abstractmethod
    def posterior(self, X: Floats) -> tuple[Floats, Floats]:
        """Posterior mean (m,) and variance (m,) of f at X (m, d)."""

    @abstractmethod
    def draw(self, X: Floats, normals: Floats) -> Floats:
        """Joint samples (s, m) of f at X (m, d) from standard normals (s, m)."""

    def with_observations(self, X: Floats, targets: Floats, noise: Floats) -> Self:
        """Add observations at X (m, d), keeping everything else."""
        return replace(
            self,
            inputs=np.vstack([self.inputs, X]),
            targets=np.concatenate([self.targets, targets]),
            noise=np.concatenate([self.noise, noise]),
        )

    def prior(self, A: Floats, B: Floats) -> Floats:
        """Prior covariance (n, m) of f at A (n, d) and B (m, d)."""
        return self.amplitude * correlation(A, B, self.scales)
