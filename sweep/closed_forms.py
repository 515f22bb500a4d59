"""What closed forms say beside one trajectory: free spreading, golden rule, heating."""

from __future__ import annotations

from math import inf, sqrt
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import ncx2

from physics import Scenario, theory

FloatArray = NDArray[np.float64]
# Radius of the return probability, in widths of the launched packet.
RETURN_RADIUS = 2.0


def free_msd(t: ArrayLike, *, wavenumber: float, width: float, dimension: int) -> FloatArray:
    """MSD of a free Gaussian packet from its launch point, less its value at 0.

    ``k^2 t^2 + d t^2 / (4 sigma^2)``: the flight of the centre and the spreading around it.

    Parameters
    ----------
    t : array_like
        Times.
    wavenumber, width : float
        Launch wavenumber k; standard deviation sigma of ``abs(psi)^2`` along an axis at time 0.
    dimension : int
    """
    t = np.asarray(t, dtype=np.float64)
    spreading = dimension * (theory.free_variance(t, width) - width**2)
    return np.asarray((wavenumber * t) ** 2 + spreading)


def free_participation_ratio(t: ArrayLike, *, width: float, dimension: int) -> FloatArray:
    """``1 / integral abs(psi)^4 = (2 sqrt(pi) s)^d`` of a free Gaussian packet of width s(t)."""
    return np.asarray((4.0 * np.pi * theory.free_variance(t, width)) ** (dimension / 2.0))


def free_autocorrelation(t: ArrayLike, *, wavenumber: float, width: float, dimension: int) -> FloatArray:
    """Modulus of ``<psi(0)|psi(t)>`` of a free Gaussian packet.

    The mean of ``exp(-i p^2 t / 2)`` over a Gaussian of mean k and standard deviation
    ``s = 1 / (2 sigma)`` along each axis: with ``u = 1 + s^4 t^2``,
    ``u^(-d/4) exp(-k^2 s^2 t^2 / (2 u))``.
    """
    spread = 1.0 / (4.0 * width**2)
    u = 1.0 + (spread * np.asarray(t, dtype=np.float64)) ** 2
    # u - 1 over spread is s^2 t^2.
    return np.asarray(u ** (-dimension / 4.0) * np.exp(-(wavenumber**2) * (u - 1.0) / spread / (2.0 * u)))


def free_return_probability(t: ArrayLike, *, wavenumber: float, width: float, dimension: int) -> FloatArray:
    """Probability of a free Gaussian packet within two launched widths of its launch point.

    The square of the distance over the present variance is distributed as a non-central chi
    squared of d degrees of freedom about ``k^2 t^2`` over that variance.
    """
    t = np.asarray(t, dtype=np.float64)
    variance = theory.free_variance(t, width)
    return np.asarray(
        ncx2.cdf((RETURN_RADIUS * width) ** 2 / variance, dimension, (wavenumber * t) ** 2 / variance)
    )


FREE_FORMS = {
    "free_msd": free_msd,
    "free_autocorrelation": free_autocorrelation,
    "free_return_probability": free_return_probability,
}


def closed_series(scenario: Scenario, t: FloatArray) -> dict[str, FloatArray]:
    """Closed forms over the times of a trajectory.

    Parameters
    ----------
    scenario : Scenario
    t : ndarray, (n,)
        Natural units.

    Returns
    -------
    dict of str to ndarray, (n,)
        ``free_...`` of a Gaussian packet (none where the launch is filtered in energy); where the golden
        rule scatters, ``fuerth_msd`` (at the root mean square speed of the launch), ``momentum_share``
        (what is left of the mean momentum) and, in a moving plane, ``heat`` (energy gained).
    """
    series: dict[str, FloatArray] = {}
    if scenario.energy_filter is None:
        width, dimension = scenario.width, scenario.dimension
        series["free_participation_ratio"] = free_participation_ratio(t, width=width, dimension=dimension)
        for name, form in FREE_FORMS.items():
            series[name] = form(t, wavenumber=scenario.wavenumber, width=width, dimension=dimension)
    numbers = golden_rule(scenario)
    rate = numbers.get("transport_rate", 0.0)
    if rate > 0.0:
        series["fuerth_msd"] = theory.fuerth_msd(t, speed=_speed(scenario, numbers["wavenumber"]), rate=rate)
        series["momentum_share"] = np.exp(-rate * t)
    if "heating_rate" in numbers:
        series["heat"] = numbers["heating_rate"] * t
    return series


def _speed(scenario: Scenario, wavenumber: float) -> float:
    """Root mean square speed: a Gaussian packet's spread of momenta, 1 / (2 sigma) an axis, adds to k^2."""
    if scenario.energy_filter is not None:
        return wavenumber
    return float(np.hypot(wavenumber, sqrt(scenario.dimension) / (2.0 * scenario.width)))


def golden_rule(scenario: Scenario) -> dict[str, float]:
    """What weak scattering predicts at the energy of the launch, by name; empty without such an energy.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    dict of str to float
        ``wavenumber`` (of the filter's energy where there is one), ``scattering_rate``,
        ``transport_rate``, ``scattering_time``, ``transport_time``, ``mean_free_path``, ``diffusion``,
        ``localization_length``, ``lyapunov_exponent`` (one dimension), ``heating_time`` (moving),
        ``heating_rate`` (moving, two dimensions). Natural units; infinite where nothing scatters.
    """
    energy = 1.0 if scenario.energy_filter is None else scenario.energy_filter[0]
    if energy <= 0.0:
        return {}
    k, dimension = scenario.wavenumber * sqrt(energy), scenario.dimension
    wave: _Wave = {
        "wavenumber": k,
        "temperature": scenario.temperature,
        "rms": scenario.rms,
        "zero_point": scenario.zero_point,
    }
    rate = theory.golden_rule_rate(**wave, dimension=dimension)
    transport = theory.golden_rule_rate(**wave, dimension=dimension, transport=True)
    numbers = {
        "wavenumber": k,
        "scattering_rate": rate,
        "transport_rate": transport,
        "scattering_time": 1.0 / rate if rate > 0.0 else inf,
        "transport_time": 1.0 / transport if transport > 0.0 else inf,
        "mean_free_path": k / transport if transport > 0.0 else inf,
        "diffusion": k**2 / (dimension * transport) if transport > 0.0 else inf,
        "localization_length": theory.localization_length(**wave, dimension=dimension),
    }
    if dimension == 1:
        numbers["lyapunov_exponent"] = theory.lyapunov_exponent(**wave)
    return numbers | _heating(scenario, wave, transport)


class _Wave(TypedDict):
    """A plane wave and the field that it meets."""

    wavenumber: float
    temperature: float
    rms: float
    zero_point: bool


def _heating(scenario: Scenario, wave: _Wave, transport: float) -> dict[str, float]:
    if scenario.frozen or scenario.speed == 0.0 or transport == 0.0:
        return {}
    # (tau_tr / 4) (v / v_s)^2.
    numbers = {"heating_time": (wave["wavenumber"] / scenario.speed) ** 2 / (4.0 * transport)}
    if scenario.dimension == 2:
        numbers["heating_rate"] = theory.heating_rate(**wave, speed=scenario.speed)
    return numbers
