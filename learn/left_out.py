"""How well a kernel predicts each observation from all the others.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press (2006),
   equations 5.10 to 5.12.
.. [2] D. J. C. MacKay, "The evidence framework applied to classification networks", Neural Comput. 4, 720
   (1992), equation 10: a softmax averaged over Gaussian latents.
"""

import numpy as np
from scipy.special import log_softmax

from learn.factor import factorised, inverse
from learn.kernel import Kernel, correlation
from learn.value import Floats


def left_out_loss(kernel: Kernel, inputs: Floats, targets: Floats, noise: Floats) -> float:
    """Sum of -ln P(regime) of every observation under the others, its regimes weighed by their shares."""
    shape = correlation(inputs, inputs, kernel.scales)
    mean, variance = np.empty_like(targets), np.empty_like(targets)
    for k, amplitude in enumerate(kernel.amplitudes):
        precision = inverse(factorised(amplitude * shape, noise[:, k]))
        own = np.diag(precision)
        mean[:, k] = targets[:, k] - precision @ (targets[:, k] - targets[:, k].mean()) / own
        variance[:, k] = np.maximum(1 / own - noise[:, k], 0.0)
    counts = 1 / np.expm1(noise)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(-(shares * log_softmax(mean / np.sqrt(1 + np.pi * variance / 8), axis=1)).sum())
