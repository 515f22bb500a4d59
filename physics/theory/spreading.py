"""How a packet spreads: freely, and by scattering."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from physics.errors import InputError, require_nonnegative, require_positive
from physics.theory.field import FloatArray, require_dimension
from physics.theory.scattering import golden_rule_rate


def free_variance(t: ArrayLike, width: float) -> FloatArray:
    """Variance per axis of a free Gaussian packet, ``sigma^2 + t^2 / (4 sigma^2)``.

    Parameters
    ----------
    t : array_like
        Times.
    width : float
        Standard deviation sigma of ``abs(psi)^2`` at time 0.

    Returns
    -------
    ndarray, the shape of `t`

    Raises
    ------
    InputError
        For a width that is not above 0.

    References
    ----------
    Schroedinger's equation for a minimum-uncertainty packet, momentum spread 1 / (2 sigma); any
    textbook.
    """
    require_positive("width", width)
    return np.asarray(width**2 + np.asarray(t, dtype=np.float64) ** 2 / (4.0 * width**2))


def fuerth_msd(t: ArrayLike, *, speed: float, rate: float) -> FloatArray:
    """Mean squared displacement ``2 v^2 tau^2 (t / tau - 1 + exp(-t / tau))`` at constant speed.

    The direction is forgotten at the rate ``1 / tau``: ballistic ``v^2 t^2`` before tau, ``2 v^2 tau t``
    after it. With a rate of 0 it is ballistic for ever. The same in any number of dimensions.

    Parameters
    ----------
    t : array_like
        Times, 0 or above.
    speed : float
        v.
    rate : float
        Transport rate 1 / tau, 0 or above.

    Returns
    -------
    ndarray, the shape of `t`

    Raises
    ------
    InputError
        For a negative or non-finite time, speed or rate.

    References
    ----------
    Fuerth, Z. Phys. 2, 244 (1920), doi:10.1007/BF01328731: the double integral of
    ``<v(0).v(t)> = v^2 exp(-t / tau)``.
    """
    require_nonnegative("speed", speed)
    require_nonnegative("rate", rate)
    t = np.asarray(t, dtype=np.float64)
    if not np.all(np.isfinite(t) & (t >= 0.0)):
        raise InputError("t: expected finite times, 0 or above, got others; give such times")
    x = rate * t
    # Below 1e-3 the terms cancel: the series' next one is x^4 / 360 of the first.
    small = np.minimum(x, 1e-3)
    series = 1.0 - small / 3.0 + small**2 / 12.0 - small**3 / 60.0
    large = np.maximum(x, 1e-3)
    whole = 2.0 * (large + np.expm1(-large)) / large**2
    return np.asarray((speed * t) ** 2 * np.where(x < 1e-3, series, whole))


def diffusion_constant(
    *, wavenumber: float, temperature: float, rms: float, dimension: int = 2, zero_point: bool = False
) -> float:
    """``D = v^2 tau_tr / d`` of weak scattering, without what interference takes away.

    Infinite where nothing scatters. Natural units, hbar / m*.

    Parameters
    ----------
    wavenumber : float
        k, in q_D, the velocity too.
    temperature : float
        In Debye temperatures.
    rms : float
        Standard deviation of the potential.
    dimension : int
        1 or 2; in one dimension localization sets in before any diffusion.
    zero_point : bool
        n + 1/2 in place of n.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    The late slope of :func:`fuerth_msd`, ``2 d D t``, with the transport rate of
    :func:`golden_rule_rate`.
    """
    require_dimension(dimension)
    rate = golden_rule_rate(
        wavenumber=wavenumber,
        temperature=temperature,
        rms=rms,
        transport=True,
        dimension=dimension,
        zero_point=zero_point,
    )
    return wavenumber**2 / (dimension * rate) if rate > 0.0 else float("inf")
