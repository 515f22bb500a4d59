"""The deformation potential in an infinite box: its spectrum, correlations and forces."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.special import j0

from physics.errors import InputError, is_number, require_nonnegative, require_positive, require_whole

FloatArray = NDArray[np.float64]


def occupation(q: ArrayLike, temperature: float, *, zero_point: bool = False) -> FloatArray:
    """Bose-Einstein number ``n(q) = 1 / (exp(q / T) - 1)``.

    Parameters
    ----------
    q : array_like
        Wavenumbers above 0, in q_D.
    temperature : float
        In Debye temperatures, 0 or above; at 0 no mode is excited.
    zero_point : bool
        Add the half quantum of the Wigner function of the ground state.

    Returns
    -------
    ndarray, the shape of `q`

    Raises
    ------
    InputError
        For a negative or non-finite temperature.
    """
    require_nonnegative("temperature", temperature)
    rest = 0.5 if zero_point else 0.0
    q = np.asarray(q, dtype=np.float64)
    if temperature == 0.0:
        return np.full(q.shape, rest)
    x = q / temperature
    return np.asarray(np.exp(-x) / -np.expm1(-x) + rest)


def debye_integral(dimension: int, temperature: float, *, zero_point: bool = False) -> float:
    """``I_d(T) = integral_0^1 x^d / (exp(x / T) - 1) dx``; with `zero_point`, of x^d (n + 1/2).

    Parameters
    ----------
    dimension : int
        The power d, 1 or above: the field's variance has its dimension, forces have two more.
    temperature : float
        In Debye temperatures, above 0; 0 only with `zero_point`.

    Raises
    ------
    InputError
        For a power or temperature outside its domain.
    """
    require_whole("dimension", dimension, minimum=1)
    rest = 0.5 / (dimension + 1) if zero_point else 0.0
    if zero_point and is_number(temperature) and temperature == 0.0:
        return rest
    require_positive("temperature", temperature)
    return _debye_integral(int(dimension), float(temperature)) + rest


@lru_cache(maxsize=1024)
def _debye_integral(dimension: int, temperature: float) -> float:
    """The same powers and temperatures come up again and again where a sweep is resolved."""

    def integrand(x: float) -> float:
        return x**dimension * float(occupation(x, temperature)) if x > 0.0 else 0.0

    return float(quad(integrand, 0.0, last_wavenumber(temperature), epsabs=0.0, epsrel=1e-10)[0])


def last_wavenumber(temperature: float, *, zero_point: bool = False) -> float:
    """Wavenumber at which integrals over the occupied modes may end."""
    # Cold, an integral to 1 has all its weight near 0: what lies beyond is exp(-60) of it.
    return 1.0 if zero_point else min(1.0, 60.0 * temperature)


def require_dimension(dimension: int) -> None:
    """Refuse anything but 1 or 2.

    Raises
    ------
    InputError
        Naming the value that came.
    """
    if type(dimension) is not int or dimension not in (1, 2):
        raise InputError(f"dimension: expected 1 or 2, got {dimension!r}")


def require_finite(name: str, value: float) -> None:
    """Refuse anything but a finite number.

    Raises
    ------
    InputError
        Naming `name` and the value that came.
    """
    if not (is_number(value) and np.isfinite(value)):
        raise InputError(f"{name}: expected a finite number, got {value!r}; give such a value")


def field_spectrum(
    q: ArrayLike, *, rms: float, temperature: float, dimension: int = 2, zero_point: bool = False
) -> FloatArray:
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
    zero_point : bool
        n + 1/2 in place of n, in S and in I_d.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    Kim et al., Phys. Rev. B 106, 054311 (2022), doi:10.1103/PhysRevB.106.054311: the amplitudes,
    squared.
    """
    scale = _scale(rms, temperature, dimension, zero_point)
    q = np.asarray(q, dtype=np.float64)
    inside = (q > 0.0) & (q <= 1.0)
    safe = np.where(inside, q, 1.0)
    # q n(q) tends to T as q falls to 0, where the field's own sum has no mode.
    limit = np.where(q == 0.0, temperature, 0.0)
    weight = safe * occupation(safe, temperature, zero_point=zero_point)
    return np.asarray(scale * np.where(inside, weight, limit))


def _scale(rms: float, temperature: float, dimension: int, zero_point: bool) -> float:
    require_nonnegative("rms", rms)
    require_dimension(dimension)
    integral = debye_integral(dimension, temperature, zero_point=zero_point)
    return dimension * np.pi * rms**2 / integral


def field_correlation(
    r: float,
    t: float,
    *,
    rms: float,
    temperature: float,
    speed: float,
    dimension: int = 2,
    zero_point: bool = False,
) -> float:
    """Two-point function ``<V(0, 0) V(r, t)>`` of the deformation potential in an infinite box.

    In two dimensions proportional to ``integral q^2 n(q) J0(q r) cos(v_s q t) dq``, in one to
    ``integral q n(q) cos(q r) cos(v_s q t) dq``, over 0 < q <= 1; ``rms^2`` at r = t = 0.

    Parameters
    ----------
    r, t : float
        Distance and time apart.
    rms : float
        Standard deviation of the potential.
    temperature : float
        In Debye temperatures.
    speed : float
        Sound velocity v_s.
    dimension : int
        1 or 2.
    zero_point : bool
        n + 1/2 in place of n.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    The Fourier transform of :func:`field_spectrum` (Wiener and Khinchin), every mode turning at
    ``v_s q``; amplitudes from Kim et al., Phys. Rev. B 106, 054311 (2022),
    doi:10.1103/PhysRevB.106.054311.
    """
    for name, value in (("rms", rms), ("speed", speed)):
        require_nonnegative(name, value)
    for name, value in (("r", r), ("t", t)):
        require_finite(name, value)
    require_dimension(dimension)
    total = debye_integral(dimension, temperature, zero_point=zero_point)

    def integrand(q: float) -> float:
        space = float(j0(q * r)) if dimension == 2 else float(np.cos(q * r))
        quanta = float(occupation(q, temperature, zero_point=zero_point))
        return q**dimension * quanta * space * float(np.cos(speed * q * t))

    last = last_wavenumber(temperature, zero_point=zero_point)
    value = quad(integrand, 1e-12 * last, last, epsabs=1e-12 * total, epsrel=1e-8, limit=200)[0]
    return float(rms**2 * value / total)


def mean_squared_acceleration(
    *, rms: float, temperature: float, dimension: int = 2, zero_point: bool = False
) -> float:
    """``<abs(grad V)^2> = rms^2 I_{d+2}(T) / I_d(T)``, the mean square force on the electron, m* = 1.

    Parameters
    ----------
    rms : float
        Standard deviation of the potential.
    temperature : float
        In Debye temperatures.
    dimension : int
        1 or 2.
    zero_point : bool
        n + 1/2 in place of n.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    The second moment of :func:`field_spectrum`, ``integral q^2 S(q) d^dq / (2 pi)^d``.
    """
    require_nonnegative("rms", rms)
    require_dimension(dimension)
    high, low = (debye_integral(d, temperature, zero_point=zero_point) for d in (dimension + 2, dimension))
    return rms**2 * high / low
