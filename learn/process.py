"""What a latent function must be able to tell, however it was learned."""

from abc import ABC, abstractmethod

from learn.value import Floats


class Process(ABC):
    """Posterior of one latent function over the unit cube."""

    @abstractmethod
    def expected(self, X: Floats) -> Floats:
        """Posterior mean (m,) at X (m, d), at a small part of the cost of the variance."""

    @abstractmethod
    def posterior(self, X: Floats) -> tuple[Floats, Floats]:
        """Posterior mean (m,) and variance (m,) at X (m, d)."""

    @abstractmethod
    def draw(self, X: Floats, normals: Floats) -> Floats:
        """Joint samples (s, m) at X (m, d) from standard normals (s, m)."""

    @abstractmethod
    def with_observations(self, X: Floats, targets: Floats, noise: Floats) -> "Process":
        """Add observations at X (m, d), keeping mean and hyperparameters."""
