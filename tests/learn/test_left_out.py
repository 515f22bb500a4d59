import numpy as np
import pytest
from scipy.special import log_softmax

from learn.gaussian import GaussianProcess
from learn.kernel import Kernel
from learn.left_out import left_out_loss

KERNEL = Kernel(np.array([4.0, 9.0, 2.0]), np.array([0.3, 0.7]))


def counted(seed=0, n=18):
    """Inputs, Dirichlet counts of three regimes, and the targets and noise that stand for them."""
    rng = np.random.default_rng(seed)
    counts = 0.01 + 3 * rng.dirichlet([0.5, 0.5, 0.5], n) * rng.integers(1, 5, (n, 1))
    noise = np.log1p(1 / counts)
    return rng.uniform(size=(n, 2)), counts, np.log(counts) - noise / 2, noise


def test_loss_is_that_of_fits_without_each_observation():
    inputs, counts, targets, noise = counted()
    shares = counts / counts.sum(axis=1, keepdims=True)
    expected = 0.0
    for i in range(len(inputs)):
        rest = np.arange(len(inputs)) != i
        latent = [
            GaussianProcess(
                inputs[rest], targets[rest, k], noise[rest, k], targets[:, k].mean(), amplitude, KERNEL.scales
            ).posterior(inputs[[i]])
            for k, amplitude in enumerate(KERNEL.amplitudes.tolist())
        ]
        mean, variance = np.array(latent)[:, :, 0].T
        expected -= shares[i] @ log_softmax(mean / np.sqrt(1 + np.pi * variance / 8))
    assert left_out_loss(KERNEL, inputs, targets, noise) == pytest.approx(expected, rel=1e-5)


def test_one_regime_is_no_surprise():
    inputs, _, targets, noise = counted()
    kernel = Kernel(KERNEL.amplitudes[:1], KERNEL.scales)
    assert left_out_loss(kernel, inputs, targets[:, :1], noise[:, :1]) == 0


def test_a_kernel_that_ties_neighbours_together_loses_less_on_a_smooth_map():
    inputs, _, _, _ = counted(n=60)
    counts = 0.01 + 3 * np.eye(2)[(inputs[:, 0] > 0.5).astype(int)]
    noise = np.log1p(1 / counts)
    targets = np.log(counts) - noise / 2
    near, far = (Kernel(np.full(2, 8.0), np.full(2, scale)) for scale in (0.01, 0.5))
    losses = [left_out_loss(kernel, inputs, targets, noise) for kernel in (far, near)]
    assert losses[0] < 0.6 * losses[1]
