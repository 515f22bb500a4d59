"""How much an observation at each candidate would teach: functions (classifier, X (n, d)) -> scores (n,).

Higher is better. Pending points enter by conditioning the classifier on them first. The default is the
straddle: a score of what the classifier does not know does not chase, as the margin does, the noise that no
further point removes.

References
----------
.. [1] B. Bryan et al., "Active learning for identifying function threshold boundaries", NeurIPS 2005
   (straddle).
.. [2] N. Houlsby, F. Huszar, Z. Ghahramani, M. Lengyel, "Bayesian active learning for classification and
   preference learning", arXiv:1112.5745 (BALD).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy.special import entr, softmax

from learn.errors import InvalidSettingError
from learn.surrogate import RegimeClassifier
from learn.value import Floats

Acquisition: TypeAlias = Callable[[RegimeClassifier, Floats], Floats]
AcquisitionName = Literal["straddle", "bald", "margin"]

CONFIDENCE = 1.96  # standard deviations; two sides of 95 %


def straddle(classifier: RegimeClassifier, X: Floats) -> Floats:
    """Score 1.96 sd - gap of the two highest latents: above zero where their order is in doubt. (n,)."""
    mean, variance = classifier.latent(X)
    if classifier.K == 1:
        return np.sqrt(variance[:, 0])
    top = np.argsort(-mean, axis=1, kind="stable")[:, :2]
    first, second = np.take_along_axis(mean, top, axis=1).T
    deviation = np.sqrt(np.take_along_axis(variance, top, axis=1).sum(axis=1))
    score: Floats = CONFIDENCE * deviation - (first - second)
    return score


def bald(classifier: RegimeClassifier, X: Floats) -> Floats:
    """Information (nats) that a label would give about the latents: H(mean p) - mean H(p). (n,)."""
    if classifier.K == 1:
        return straddle(classifier, X)
    return classifier.over_draws(X, _information)


def margin(classifier: RegimeClassifier, X: Floats) -> Floats:
    """Minus the gap between the two highest probabilities. (n,)."""
    if classifier.K == 1:
        return straddle(classifier, X)
    ordered = np.sort(classifier.predict_proba(X), axis=1)
    score: Floats = ordered[:, -2] - ordered[:, -1]
    return score


ACQUISITIONS: Mapping[str, Acquisition] = MappingProxyType(
    {"straddle": straddle, "bald": bald, "margin": margin}
)


def acquisition_by_name(name: str) -> Acquisition:
    """Look up an acquisition.

    Raises
    ------
    InvalidSettingError
        If there is none of this name.
    """
    if name not in ACQUISITIONS:
        raise InvalidSettingError(
            f"expected acquisition one of {list(get_args(AcquisitionName))}, got {name!r}; choose one of them"
        )
    return ACQUISITIONS[name]


def _information(latents: Floats) -> Floats:
    shares = softmax(latents, axis=2)
    of_mean = entr(shares.mean(axis=0)).sum(axis=1)
    information: Floats = of_mean - entr(shares).sum(axis=2).mean(axis=0)
    return information
