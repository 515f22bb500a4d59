"""The strength of a material's deformation potential."""

from __future__ import annotations

import numpy as np

from physics.errors import is_number, require_positive
from physics.theory.field import debye_integral, require_dimension


def material_rms(
    *,
    deformation: float,
    density: float,
    sound_speed: float,
    debye_wavenumber: float,
    temperature_ratio: float,
    dimension: int,
    hbar: float,
    zero_point: bool = False,
) -> float:
    """Standard deviation V_rms of a material's deformation potential, in the caller's units.

    Two dimensions: ``V_rms^2 = E_d^2 hbar q_D^3 I_2(T / T_D) / (2 pi rho v_s)``; one:
    ``E_d^2 hbar q_D^2 I_1(T / T_D) / (pi rho v_s)``. Hot, in two dimensions, it tends to
    ``E_d^2 k_B T q_D^2 / (4 pi rho v_s^2)``.

    Parameters
    ----------
    deformation : float
        Deformation potential constant E_d, an energy.
    density : float
        Mass of the lattice per area (two dimensions) or per length (one).
    sound_speed : float
        v_s.
    debye_wavenumber : float
        q_D.
    temperature_ratio : float
        T / T_D, with ``k_B T_D = hbar v_s q_D``.
    dimension : int
        1 or 2.
    hbar : float
        In the same units as all the others.
    zero_point : bool
        n + 1/2 in place of n.

    Returns
    -------
    float
        The unit of `deformation`.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.

    References
    ----------
    The sum over modes of ``A_q^2 / 2``, ``A_q = 2 g_q sqrt(n_q)`` and
    ``g_q = E_d sqrt(hbar q^2 / (2 rho Vol w_q))``, made an integral: Kim et al., Phys. Rev. B 106,
    054311 (2022), doi:10.1103/PhysRevB.106.054311.
    """
    require_dimension(dimension)
    named = {
        # Its sign tells electrons from holes, and does not enter.
        "deformation": abs(deformation) if is_number(deformation) else deformation,
        "density": density,
        "sound_speed": sound_speed,
        "debye_wavenumber": debye_wavenumber,
        "hbar": hbar,
    }
    for name, value in named.items():
        require_positive(name, value)
    integral = debye_integral(dimension, temperature_ratio, zero_point=zero_point)
    # The share of one mode, and the density of modes: 2 pi q dq / (2 pi)^2 or 2 dq / 2 pi.
    share = hbar * debye_wavenumber ** (dimension + 1) / (density * sound_speed)
    return float(abs(deformation) * np.sqrt(share * integral / (np.pi * dimension)))
