"""Closed forms: what the simulation must agree with, and what maps are annotated with.

Natural units, hbar = m* = q_D = 1: energies in hbar^2 q_D^2 / m*, times in m* / (hbar q_D^2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.special import j0

from physics.errors import InputError, require_positive

FloatArray = NDArray[np.float64]


def occupation(q: ArrayLike, temperature: float) -> FloatArray:
    """Bose-Einstein number n(q) = 1 / (exp(q / T) - 1), q in q_D and T in Debye temperatures."""
    x = np.asarray(q, dtype=np.float64) / temperature
    return np.asarray(np.exp(-x) / -np.expm1(-x))


def debye_integral(dimension: int, temperature: float) -> float:
    """``I_d(T) = integral_0^1 x^d / (exp(x / T) - 1) dx``, T in Debye temperatures."""
    require_positive("temperature", temperature)

    def integrand(x: float) -> float:
        return x**dimension * float(occupation(x, temperature)) if x > 0.0 else 0.0

    return float(quad(integrand, 0.0, _last(temperature), epsabs=0.0, epsrel=1e-10)[0])


def _last(temperature: float) -> float:
    # Cold, an integral to 1 has all its weight near 0: what lies beyond is exp(-60) of it.
    return min(1.0, 60.0 * temperature)


def free_variance(t: ArrayLike, width: float) -> FloatArray:
    """Variance per axis of a free Gaussian packet, ``sigma^2 + t^2 / (4 sigma^2)``.

    Parameters
    ----------
    t : array_like
        Times.
    width : float
        Standard deviation sigma of ``abs(psi)^2`` at time 0.
    """
    return np.asarray(width**2 + np.asarray(t, dtype=np.float64) ** 2 / (4.0 * width**2))


def field_spectrum(q: ArrayLike, *, rms: float, temperature: float, dimension: int = 2) -> FloatArray:
    """Power spectrum S(q) = C q n(q) inside the Debye sphere, 0 outside, of the deformation potential.

    ``C = 2 pi rms^2 / I_2`` in two dimensions and ``pi rms^2 / I_1`` in one, so that
    ``integral S d^dq / (2 pi)^d = rms^2``.

    Parameters
    ----------
    q : array_like
        Wavenumbers, in q_D.
    rms : float
        Standard deviation of the potential.
    temperature : float
        In Debye temperatures.
    dimension : int
        1 or 2.

    References
    ----------
    Kim et al., Phys. Rev. B 106, 054311 (2022), doi:10.1103/PhysRevB.106.054311.
    """
    q = np.asarray(q, dtype=np.float64)
    scale = {1: np.pi, 2: 2.0 * np.pi}[dimension] * rms**2 / debye_integral(dimension, temperature)
    inside = (q > 0.0) & (q <= 1.0)
    safe = np.where(inside, q, 1.0)
    # q n(q) tends to T as q falls to 0, where the field's own sum has no mode.
    limit = np.where(q == 0.0, temperature, 0.0)
    return np.asarray(scale * np.where(inside, safe * occupation(safe, temperature), limit))


def field_correlation(
    r: float, t: float, *, rms: float, temperature: float, speed: float, dimension: int = 2
) -> float:
    """Two-point function ``<V(0, 0) V(r, t)>`` of the deformation potential in an infinite box.

    In two dimensions proportional to ``integral q^2 n(q) J0(q r) cos(v_s q t) dq``, in one to
    ``integral q n(q) cos(q r) cos(v_s q t) dq``, over 0 < q <= 1.
    """

    def integrand(q: float) -> float:
        space = float(j0(q * r)) if dimension == 2 else float(np.cos(q * r))
        return q**dimension * float(occupation(q, temperature)) * space * float(np.cos(speed * q * t))

    total = debye_integral(dimension, temperature)
    last = _last(temperature)
    value = quad(integrand, 1e-12 * last, last, epsabs=1e-12 * total, epsrel=1e-8, limit=200)[0]
    return float(rms**2 * value / total)


def golden_rule_rate(
    *, wavenumber: float, temperature: float, rms: float, transport: bool = False, dimension: int = 2
) -> float:
    """Scattering rate 1/tau of a plane wave in the frozen field, to second order in the field.

    Two dimensions: ``(1 / 2 pi) integral_0^2pi S(2 k abs(sin(phi / 2))) dphi``, the transport rate
    with the factor ``1 - cos phi``. One dimension: ``(S(0) + S(2k)) / k``, and ``2 S(2k) / k``.

    Parameters
    ----------
    wavenumber : float
        k, in q_D.
    temperature : float
        In Debye temperatures.
    rms : float
        Standard deviation of the potential, natural units of energy.
    transport : bool
        Weigh by momentum lost.
    dimension : int
        1 or 2.

    Returns
    -------
    float
        Inverse time, natural units.

    References
    ----------
    Fermi's golden rule with :func:`field_spectrum`; derived, and checked against propagation.
    """
    require_positive("wavenumber", wavenumber)
    if dimension not in (1, 2):
        raise InputError(f"dimension: expected 1 or 2, got {dimension!r}")

    def spectrum(q: float) -> float:
        return float(field_spectrum(q, rms=rms, temperature=temperature, dimension=dimension))

    if dimension == 1:
        backward = spectrum(2.0 * wavenumber) / wavenumber
        return 2.0 * backward if transport else backward + spectrum(0.0) / wavenumber

    scale = 2.0 * np.pi * rms**2 / debye_integral(2, temperature)

    def integrand(phi: float) -> float:
        q = 2.0 * wavenumber * np.sin(phi / 2.0)
        weight = 1.0 - np.cos(phi) if transport else 1.0
        return float(weight * q * occupation(q, temperature)) if q > 0.0 else temperature * weight

    last = 2.0 * np.arcsin(min(1.0, _last(temperature) / (2.0 * wavenumber)))
    return float(scale * quad(integrand, 0.0, last, epsabs=0.0, epsrel=1e-9)[0] / np.pi)


def lyapunov_exponent(*, wavenumber: float, temperature: float, rms: float) -> float:
    """Inverse localization length of the amplitude in one dimension, ``S(2k) / (2 k^2)``, Born order.

    It vanishes for k > 1/2: the field has no component that scatters backwards, an effective
    mobility edge.
    """
    require_positive("wavenumber", wavenumber)
    spectrum = field_spectrum(2.0 * wavenumber, rms=rms, temperature=temperature, dimension=1)
    return float(spectrum / (2.0 * wavenumber**2))
