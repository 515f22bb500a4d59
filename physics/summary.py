"""Scalars of a trajectory, each with its error: pure functions of the recorded series."""

from __future__ import annotations

import numpy as np

from physics.grid import FloatArray

# A value and its standard error; NaN where the series do not determine it.
Estimate = tuple[float, float]
UNDETERMINED: Estimate = (float("nan"), float("nan"))
# Logarithm of the ratio of two MSD from which on they count as parted.
RELEASE = 0.25


def slope(x: FloatArray, y: FloatArray, weight: FloatArray | None = None) -> Estimate:
    """Least-squares slope, its error from the scatter and from the drift between the two halves.

    Parameters
    ----------
    x, y : ndarray, (n,)
    weight : ndarray, (n,), optional
        Proportional to the inverse variance of y; even by default.

    Returns
    -------
    tuple of float
        Value and error; NaN for fewer than four samples.
    """
    if x.size < 4 or not np.all(np.isfinite(y)):
        return UNDETERMINED
    weight = np.ones(x.size) if weight is None else weight
    gradient, residual, spread = _line(x, y, weight)
    scatter = np.sqrt(residual / (x.size - 2) / spread)
    half = x.size // 2
    halves = [_line(x[part], y[part], weight[part])[0] for part in (slice(half), slice(half, None))]
    return gradient, float(np.hypot(scatter, 0.5 * (halves[1] - halves[0])))


def diffusion_series(t: FloatArray, msd: FloatArray, dimension: int) -> FloatArray:
    """Diffusion ``D(t) = (1 / 2d) d MSD / dt``, by differences of second order.

    Parameters
    ----------
    t, msd : ndarray, (n,)
    dimension : int

    Returns
    -------
    ndarray, (n,)
        NaN throughout for fewer than three samples.
    """
    if t.size < 3:
        return np.full(t.shape, np.nan)
    return np.asarray(np.gradient(msd, t, edge_order=2) / (2 * dimension))


def exponent_series(t: FloatArray, values: FloatArray) -> FloatArray:
    """Local exponent ``alpha(t) = d ln values / d ln t``, by differences of second order.

    Parameters
    ----------
    t, values : ndarray, (n,)

    Returns
    -------
    ndarray, (n,)
        NaN where t or the value is not positive; differences reach across such samples. NaN
        throughout where fewer than three are positive.
    """
    exponent = np.full(t.shape, np.nan)
    positive = (t > 0.0) & (values > 0.0)
    if positive.sum() >= 3:
        exponent[positive] = np.gradient(np.log(values[positive]), np.log(t[positive]), edge_order=2)
    return exponent


def diffusion(t: FloatArray, msd: FloatArray, dimension: int) -> Estimate:
    """Diffusion constant D = (1 / 2d) d MSD / dt over the second half of the time.

    Parameters
    ----------
    t, msd : ndarray, (n,)
    dimension : int
    """
    late = t >= t[-1] / 2.0
    value, error = slope(t[late], msd[late])
    return value / (2 * dimension), error / (2 * dimension)


def late_exponent(t: FloatArray, values: FloatArray) -> Estimate:
    """Local exponent ``d ln values / d ln t`` over the second half of the time.

    Parameters
    ----------
    t, values : ndarray, (n,)
        The MSD, or a participation ratio for its growth exponent.
    """
    late = (t >= t[-1] / 2.0) & (t > 0.0)
    if np.any(values[late] <= 0.0):
        return UNDETERMINED
    return slope(np.log(t[late]), np.log(values[late]))


def diffusion_dip(t: FloatArray, msd: FloatArray) -> Estimate:
    """Smallest D(t) after its peak, divided by the peak: below 1 where a packet is held.

    The two ends, whose one-sided differences are the least sure, do not count. The error comes from
    the roughness of D(t), the scatter of its second differences.

    Parameters
    ----------
    t, msd : ndarray, (n,)
    """
    if t.size < 6:
        return UNDETERMINED
    # The ratio is the same in any dimension.
    rate = diffusion_series(t, msd, 1)[1:-1]
    peak = int(np.argmax(rate))
    if rate[peak] <= 0.0 or peak >= rate.size - 1:
        return UNDETERMINED
    roughness = float(np.std(np.diff(rate, 2)) / np.sqrt(6.0))
    ratio = float(rate[peak + 1 :].min() / rate[peak])
    return ratio, float(roughness / rate[peak] * np.hypot(1.0, ratio))


def energy_gain(kinetic: FloatArray, potential: FloatArray) -> Estimate:
    """Mean total energy over the last tenth of the samples minus that at launch.

    Parameters
    ----------
    kinetic, potential : ndarray, (n,)
    """
    if kinetic.size < 3:
        return UNDETERMINED
    total = kinetic + potential
    last = total[-max(3, total.size // 10) :]
    return float(last.mean() - total[0]), float(last.std(ddof=1))


def momentum_relaxation_time(t: FloatArray, momentum: FloatArray) -> Estimate:
    """Decay time of the mean momentum along the launch direction, ``p(t) = p(0) exp(-t / tau)``.

    A straight line through ln p(t) while more than 1/e of the momentum remains, each sample weighed
    by p^2: the fluctuations of p are those of one realization of the field, alike at all times, so
    those of ln p grow as 1 / p. The error joins the scatter and the drift of the rate between the two
    halves, which says whether the decay was exponential at all.

    Parameters
    ----------
    t, momentum : ndarray, (n,)
        Times, and the component of the momentum along the launch direction.

    Returns
    -------
    tuple of float
        NaN where the rate is not twice its error, or fewer than four samples show the decay.
    """
    share = momentum / momentum[0]
    fallen = np.flatnonzero(share <= np.exp(-1.0))
    last = int(fallen[0]) if fallen.size else t.size
    if last < 4:
        return UNDETERMINED
    rate, error = slope(t[:last], -np.log(share[:last]), share[:last] ** 2)
    if not rate > 2.0 * error:
        return UNDETERMINED
    return 1.0 / rate, error / rate**2


def twin_release_time(
    t: FloatArray, moving: FloatArray, frozen: FloatArray, threshold: float = RELEASE
) -> Estimate:
    """When the MSD of a moving lattice and of its frozen twin part: ``abs(ln ratio)`` meets a threshold.

    Interpolated between samples. The two share one realization, so their ratio has no sampling noise;
    the error says how sharp the parting is: half the time from 3/4 to 5/4 of the threshold (to the
    end where 5/4 is not met), and at least half of the interval between samples.

    Parameters
    ----------
    t, moving, frozen : ndarray, (n,)
        Times, and the MSD of either. Samples where one of them is not positive do not count.
    threshold : float
        Of ln ratio: 0.25 is a quarter more or less.

    Returns
    -------
    tuple of float
        NaN where they do not part.
    """
    positive = (moving > 0.0) & (frozen > 0.0)
    t = t[positive]
    gap = np.abs(np.log(moving[positive] / frozen[positive]))
    release = _first_crossing(t, gap, threshold)
    if release is None:
        return UNDETERMINED
    begin = _first_crossing(t, gap, 0.75 * threshold)
    end = _first_crossing(t, gap, 1.25 * threshold)
    assert begin is not None
    spread = ((end if end is not None else float(t[-1])) - begin) / 2.0
    interval = float(np.diff(t).max()) if t.size > 1 else float("nan")
    return release, max(spread, interval / 2.0)


def position_return(position: FloatArray) -> Estimate:
    """How far the mean position has come back, ``1 - r(end) / max r``, r its distance from the launch.

    The end is the last tenth of the samples, at least three; their scatter is the error.

    Parameters
    ----------
    position : ndarray, (n, d)
        Mean position, from the launch point.

    Returns
    -------
    tuple of float
        0 for a packet that is still leaving, 1 for one that is back; NaN where it never moved, or for
        fewer than three samples.
    """
    distance = np.linalg.norm(position, axis=1)
    if distance.size < 3 or not distance.max() > 0.0:
        return UNDETERMINED
    last = distance[-max(3, distance.size // 10) :] / distance.max()
    return float(1.0 - last.mean()), float(last.std(ddof=1))


def average_log(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean of ln values over realizations, and its standard error.

    Parameters
    ----------
    values : ndarray, (R, ...)
        Positive: a participation ratio, whose logarithm scatters evenly.

    Returns
    -------
    mean, err : ndarray, (...)
        Of the logarithm; the error is NaN for one realization.
    """
    logs = np.log(values)
    if len(logs) < 2:
        return logs.mean(axis=0), np.full(logs.shape[1:], np.nan)
    return logs.mean(axis=0), logs.std(axis=0, ddof=1) / np.sqrt(len(logs))


def _first_crossing(t: FloatArray, rising: FloatArray, level: float) -> float | None:
    above = np.flatnonzero(rising >= level)
    if not above.size:
        return None
    i = int(above[0])
    if i == 0:
        return float(t[0])
    share = (level - rising[i - 1]) / (rising[i] - rising[i - 1])
    return float(t[i - 1] + share * (t[i] - t[i - 1]))


def _line(x: FloatArray, y: FloatArray, weight: FloatArray) -> tuple[float, float, float]:
    """Weighted slope, sum of squared residuals, and spread of x about its mean."""
    total = np.sum(weight)
    dx = x - np.sum(weight * x) / total
    dy = y - np.sum(weight * y) / total
    spread = float(np.sum(weight * dx**2))
    gradient = float(np.sum(weight * dx * y)) / spread
    return gradient, float(np.sum(weight * (dy - gradient * dx) ** 2)), spread
