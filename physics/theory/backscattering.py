"""Coherent backscattering: twice the intensity where every path has a time-reversed partner."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from physics.errors import InputError, require_nonnegative, require_positive
from physics.theory.field import FloatArray


def dephasing_time(*, wavenumber: float, transport_rate: float, speed: float) -> float:
    """Time ``t_phi = (3 tau_tr / (k v_s)^2)^(1/3)`` after which a moving lattice forgets the way back.

    A path and its reverse meet the same scatterer at times t_i and t - t_i, between which its
    phase turns by ``v_s q (t - 2 t_i)``. Over ``t / tau`` scatterings with <q^2> = 2 k^2 tau / tau_tr
    their phases part by the variance ``2 (t / t_phi)^3``. Infinite in a frozen or empty field.

    Parameters
    ----------
    wavenumber : float
        k, in q_D.
    transport_rate : float
        1 / tau_tr.
    speed : float
        Sound velocity v_s.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    Derived as above; compare the dephasing by moving scatterers of Golubentsev, Sov. Phys. JETP 59, 26
    (1984).
    """
    require_positive("wavenumber", wavenumber)
    require_nonnegative("transport_rate", transport_rate)
    require_nonnegative("speed", speed)
    cube = (wavenumber * speed) ** 2 * transport_rate / 3.0
    return float(cube ** (-1.0 / 3.0)) if cube > 0.0 else float("inf")


def backscattering_enhancement(
    t: ArrayLike, *, scattering_rate: float, dephasing_time: float = float("inf")
) -> FloatArray:
    """Intensity at -k0 over that of the ring, ``1 + (1 - p_1) exp(-(t / t_phi)^3)``, isotropic scattering.

    p_1 is the share of what has scattered exactly once, which is its own reverse:
    ``x / (exp(x) - 1)`` with ``x = t / tau``. Frozen it rises from 1 to 2 within a few tau.

    Parameters
    ----------
    t : array_like
        Times above 0.
    scattering_rate : float
        1 / tau.
    dephasing_time : float
        t_phi; infinite in a frozen field.

    Returns
    -------
    ndarray, the shape of `t`

    Raises
    ------
    InputError
        For times or rates that are not above 0.

    References
    ----------
    Cherroret et al., Phys. Rev. A 85, 011604 (2012), doi:10.1103/PhysRevA.85.011604, for the peak in
    momentum space; the shares are Poisson's.
    """
    require_positive("scattering_rate", scattering_rate)
    t = np.asarray(t, dtype=np.float64)
    if not np.all(np.isfinite(t) & (t > 0.0)):
        raise InputError("t: expected finite times above 0, got others; give such times")
    if not dephasing_time > 0.0:
        raise InputError(f"dephasing_time: expected a number above 0, got {dephasing_time!r}")
    x = t * scattering_rate
    once = x * np.exp(-x) / -np.expm1(-x)
    return np.asarray(1.0 + (1.0 - once) * np.exp(-((t / dephasing_time) ** 3)))
