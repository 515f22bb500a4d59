"""Scalars of a trajectory, each with its error: pure functions of the recorded series."""

from __future__ import annotations

import numpy as np

from physics.grid import FloatArray

# A value and its standard error; NaN where the series do not determine it.
Estimate = tuple[float, float]
UNDETERMINED: Estimate = (float("nan"), float("nan"))


def slope(x: FloatArray, y: FloatArray) -> Estimate:
    """Least-squares slope, its error from the scatter and from the drift between the two halves.

    Parameters
    ----------
    x, y : ndarray, (n,)

    Returns
    -------
    tuple of float
        Value and error; NaN for fewer than four samples.
    """
    if x.size < 4 or not np.all(np.isfinite(y)):
        return UNDETERMINED
    coefficients, residual = _line(x, y)
    spread = float(np.sum((x - x.mean()) ** 2))
    scatter = np.sqrt(residual / (x.size - 2) / spread)
    half = x.size // 2
    drift = 0.5 * (_line(x[half:], y[half:])[0] - _line(x[:half], y[:half])[0])
    return float(coefficients), float(np.hypot(scatter, drift))


def diffusion(t: FloatArray, msd: FloatArray, dimension: int) -> Estimate:
    """Diffusion constant D = (1 / 2d) d MSD / dt over the second half of the time."""
    late = t >= t[-1] / 2.0
    value, error = slope(t[late], msd[late])
    return value / (2 * dimension), error / (2 * dimension)


def late_exponent(t: FloatArray, values: FloatArray) -> Estimate:
    """Local exponent ``d ln values / d ln t`` over the second half of the time."""
    late = (t >= t[-1] / 2.0) & (t > 0.0)
    if np.any(values[late] <= 0.0):
        return UNDETERMINED
    return slope(np.log(t[late]), np.log(values[late]))


def diffusion_dip(t: FloatArray, msd: FloatArray) -> Estimate:
    """Smallest D(t) after its peak, divided by the peak: below 1 where a packet is held.

    The error comes from the roughness of D(t), the scatter of its second differences.
    """
    if t.size < 6:
        return UNDETERMINED
    rate = np.gradient(msd, t)
    peak = int(np.argmax(rate))
    if rate[peak] <= 0.0 or peak >= t.size - 2:
        return UNDETERMINED
    roughness = float(np.std(np.diff(rate[1:-1], 2)) / np.sqrt(6.0))
    ratio = float(rate[peak + 1 :].min() / rate[peak])
    return ratio, float(roughness / rate[peak] * np.hypot(1.0, ratio))


def energy_gain(kinetic: FloatArray, potential: FloatArray) -> Estimate:
    """Mean total energy over the last tenth of the samples minus that at launch."""
    if kinetic.size < 3:
        return UNDETERMINED
    total = kinetic + potential
    last = total[-max(3, total.size // 10) :]
    return float(last.mean() - total[0]), float(last.std(ddof=1))


def momentum_relaxation_time(t: FloatArray, momentum: FloatArray) -> Estimate:
    """Decay time of the mean momentum along the launch direction, ``p(t) = p(0) exp(-t / tau)``.

    Fitted while more than 1/e of the momentum remains.

    Parameters
    ----------
    t, momentum : ndarray, (n,)
        Times, and the component of the momentum along the launch direction.
    """
    share = momentum / momentum[0]
    fallen = np.flatnonzero(share <= np.exp(-1.0))
    last = int(fallen[0]) if fallen.size else t.size
    rate, error = slope(t[:last], -np.log(share[:last])) if last >= 4 else UNDETERMINED
    if not rate > 2.0 * error:
        return UNDETERMINED
    return 1.0 / rate, error / rate**2


def _line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    dx = x - x.mean()
    gradient = float(np.sum(dx * y) / np.sum(dx**2))
    residual = float(np.sum((y - y.mean() - gradient * dx) ** 2))
    return gradient, residual
