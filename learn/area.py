"""Shares of the search space: of each regime, of wrong labels, of the band of doubt."""

from dataclasses import dataclass

import numpy as np

from learn.space import unit_sobol
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats
from learn.winner import winning_shares

REFERENCE = 2048  # Sobol points over which shares are averaged
DRAWS = 256
LEVEL = 0.9
SEED = 0


@dataclass(frozen=True, eq=False)
class Areas(ArrayValue):
    """How the search space is shared out between the regimes.

    Attributes
    ----------
    share : array (K,)
        Share that bears the regime's label on the map.
    deviation : array (K,)
        Standard deviation of the regime's true share, over joint draws of the latent functions; not a number
        on a map of one regime, which says nothing of those that were not met.
    low, high : array (K,)
        Ends of the credible interval of the true share. Where large parts of the map are in doubt, `share`
        may lie outside of it: a label that is only just the most probable one bears its whole region. All of
        0 to 1 on a map of one regime.
    level : float
        Probability that the interval holds.
    """

    share: Floats
    deviation: Floats
    low: Floats
    high: Floats
    level: float


def reference(dimension: int) -> Floats:
    """Points of the unit cube over which shares are averaged, the same at every call."""
    return unit_sobol(dimension, REFERENCE, [REFERENCE])


def label_doubt(classifier: RegimeClassifier, U: Floats) -> Floats:
    """Probability (n,) that the label on the map differs from that of the true latent functions."""
    shares = winning_shares(*classifier.latent(U))
    doubt: Floats = 1.0 - shares[np.arange(len(U)), classifier.predict(U)]
    return doubt


def regime_areas(classifier: RegimeClassifier, dimension: int, level: float) -> Areas:
    """Share of the unit cube of each regime, with its spread over joint draws at the same points."""
    if classifier.K == 1:
        return Areas(np.ones(1), np.full(1, np.nan), np.zeros(1), np.ones(1), level)
    points = reference(dimension)
    labels = classifier.predict(points)
    winners = classifier.sample(points, DRAWS, SEED).argmax(axis=2)
    drawn = np.stack([(winners == k).mean(axis=1) for k in range(classifier.K)], axis=1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    share = np.bincount(labels, minlength=classifier.K) / labels.size
    return Areas(share, drawn.std(axis=0), low, high, level)
