"""What a weak field does to a plane wave: scattering, loss of momentum, heating."""

from __future__ import annotations

from math import pi

import numpy as np
from scipy.integrate import quad

from physics.errors import require_nonnegative, require_positive
from physics.theory.field import (
    debye_integral,
    field_spectrum,
    last_wavenumber,
    occupation,
    require_dimension,
)


def golden_rule_rate(
    *,
    wavenumber: float,
    temperature: float,
    rms: float,
    transport: bool = False,
    dimension: int = 2,
    zero_point: bool = False,
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
    zero_point : bool
        n + 1/2 in place of n.

    Returns
    -------
    float
        Inverse time, natural units.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    Fermi's golden rule with :func:`field_spectrum`; derived, and checked against propagation.
    """
    require_positive("wavenumber", wavenumber)
    require_nonnegative("rms", rms)
    require_dimension(dimension)

    def spectrum(q: float) -> float:
        return float(field_spectrum(q, rms=rms, temperature=temperature, dimension=1, zero_point=zero_point))

    if dimension == 1:
        backward = spectrum(2.0 * wavenumber) / wavenumber
        return 2.0 * backward if transport else backward + spectrum(0.0) / wavenumber

    scale = 2.0 * pi * rms**2 / debye_integral(2, temperature, zero_point=zero_point)

    def integrand(phi: float) -> float:
        weight = 1.0 - np.cos(phi) if transport else 1.0
        return float(weight * _strength(2.0 * wavenumber * np.sin(phi / 2.0), temperature, zero_point))

    last = _last_angle(wavenumber, temperature, zero_point)
    return float(scale * quad(integrand, 0.0, last, epsabs=0.0, epsrel=1e-9)[0] / pi)


def _strength(q: float, temperature: float, zero_point: bool) -> float:
    """``q n(q)``, and its limit T at 0."""
    return q * float(occupation(q, temperature, zero_point=zero_point)) if q > 0.0 else temperature


def _last_angle(wavenumber: float, temperature: float, zero_point: bool) -> float:
    last = last_wavenumber(temperature, zero_point=zero_point)
    return float(2.0 * np.arcsin(min(1.0, last / (2.0 * wavenumber))))


def acoustic_rate(rms: float) -> float:
    """``1 / tau = 1 / tau_tr = 4 pi rms^2``: two dimensions, T far above T_D, 2k below q_D.

    In units, ``4 pi m* V_rms^2 / (hbar^3 q_D^2)``, which is ``m* E_d^2 k_B T / (hbar^3 rho v_s^2)``:
    hot, the spectrum is flat, so all angles are equally likely and nothing depends on k.

    Parameters
    ----------
    rms : float
        Standard deviation of the potential, natural units of energy.

    Raises
    ------
    InputError
        For a negative or non-finite `rms`.

    References
    ----------
    The limit of :func:`golden_rule_rate`; in form the acoustic rate of Bardeen and Shockley, Phys.
    Rev. 80, 72 (1950), doi:10.1103/PhysRev.80.72, in two dimensions.
    """
    require_nonnegative("rms", rms)
    return 4.0 * pi * rms**2


def mean_free_path(
    *, wavenumber: float, temperature: float, rms: float, dimension: int = 2, zero_point: bool = False
) -> float:
    """Transport mean free path ``l = k tau_tr``, in 1/q_D; infinite where nothing scatters.

    Parameters
    ----------
    wavenumber, temperature, rms, dimension, zero_point
        As in :func:`golden_rule_rate`.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.
    """
    rate = golden_rule_rate(
        wavenumber=wavenumber,
        temperature=temperature,
        rms=rms,
        transport=True,
        dimension=dimension,
        zero_point=zero_point,
    )
    return wavenumber / rate if rate > 0.0 else float("inf")


def heating_rate(
    *, wavenumber: float, temperature: float, rms: float, speed: float, zero_point: bool = False
) -> float:
    """``d<E>/dt = 2 v_s^2 d(E / tau_tr)/dE`` in a slowly moving field, two dimensions.

    Each scattering by q changes the energy by ``+- v_s q``, so the energy diffuses with
    ``D_E = (v_s^2 / 2) <q^2> = 2 v_s^2 E / tau_tr``, and the mean drifts by ``dD_E / dE``: a classical
    field absorbs and emits alike, and there is no detailed balance. Hot and for 2k < q_D,
    ``2 v_s^2 / tau``. For 2k > q_D the rate of scattering falls so fast with energy that the drift
    is towards less energy.

    Parameters
    ----------
    wavenumber : float
        k, in q_D.
    temperature : float
        In Debye temperatures.
    rms : float
        Standard deviation of the potential, natural units of energy.
    speed : float
        Sound velocity v_s, far below k.
    zero_point : bool
        n + 1/2 in place of n.

    Returns
    -------
    float
        Power, natural units.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    Derived from the Fokker-Planck equation in energy, with the constant density of states of two
    dimensions; checked against propagation.
    """
    require_positive("wavenumber", wavenumber)
    require_nonnegative("rms", rms)
    require_nonnegative("speed", speed)
    scale = 2.0 * pi * rms**2 / debye_integral(2, temperature, zero_point=zero_point)
    slope = _slope_inside if 2.0 * wavenumber <= 1.0 else _slope_beyond
    return 2.0 * speed**2 * scale * slope(wavenumber, temperature, zero_point)


def _slope_inside(wavenumber: float, temperature: float, zero_point: bool) -> float:
    """d(E / tau)/dE = 1 / tau + (k / 2) d(1 / tau)/dk, under the integral over angles."""

    def integrand(phi: float) -> float:
        q = 2.0 * wavenumber * np.sin(phi / 2.0)
        if q == 0.0:
            return 0.0
        n = float(occupation(q, temperature))
        # (q d/dq) of q n is q n - (q^2 / T) n (n + 1); half of it joins the whole.
        falling = q * q * n * (n + 1.0) / temperature if temperature > 0.0 else 0.0
        value = 1.5 * _strength(q, temperature, zero_point) - 0.5 * falling
        return float(value * (1.0 - np.cos(phi)))

    last = _last_angle(wavenumber, temperature, zero_point)
    return float(quad(integrand, 0.0, last, epsabs=0.0, epsrel=1e-9)[0] / pi)


def _slope_beyond(wavenumber: float, temperature: float, zero_point: bool) -> float:
    """The derivative of E / tau = (1 / 2 pi) integral_0^1 S(q) q^2 / sqrt(4 k^2 - q^2) dq, by 4 k^2 = 8 E."""

    def integrand(q: float) -> float:
        return float(q**2 * _strength(q, temperature, zero_point) * (4.0 * wavenumber**2 - q**2) ** -1.5)

    last = last_wavenumber(temperature, zero_point=zero_point)
    return float(-2.0 / pi * quad(integrand, 0.0, last, epsabs=0.0, epsrel=1e-9, limit=200)[0])
