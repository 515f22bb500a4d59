"""The quantities a material is described by, the units they may be written in, and their way to SI."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from math import pi, sqrt
from types import MappingProxyType

from scipy import constants

from physics.errors import InputError, require_positive

FEMTOSECOND = 1e-15
CENTIMETRE = 1e-2
PER_ANGSTROM = 1.0 / constants.angstrom

# Name with its unit: name of the same quantity in SI, and the factor to it.
UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "effective_mass_kg": ("effective_mass_kg", 1.0),
        "effective_mass_me": ("effective_mass_kg", constants.m_e),
        "deformation_j": ("deformation_j", 1.0),
        "deformation_ev": ("deformation_j", constants.e),
        "density_kg_m2": ("density_kg_m2", 1.0),
        "density_u_per_angstrom2": ("density_kg_m2", constants.atomic_mass * PER_ANGSTROM**2),
        "density_kg_m": ("density_kg_m", 1.0),
        "density_u_per_angstrom": ("density_kg_m", constants.atomic_mass * PER_ANGSTROM),
        "sound_speed_m_s": ("sound_speed_m_s", 1.0),
        "sound_speed_angstrom_per_fs": ("sound_speed_m_s", constants.angstrom / FEMTOSECOND),
        "debye_wavenumber_per_m": ("debye_wavenumber_per_m", 1.0),
        "debye_wavenumber_per_angstrom": ("debye_wavenumber_per_m", PER_ANGSTROM),
        "lattice_constant_m": ("lattice_constant_m", 1.0),
        "lattice_constant_angstrom": ("lattice_constant_m", constants.angstrom),
        "fermi_wavenumber_per_m": ("fermi_wavenumber_per_m", 1.0),
        "fermi_wavenumber_per_angstrom": ("fermi_wavenumber_per_m", PER_ANGSTROM),
        "carrier_density_per_m2": ("carrier_density_per_m2", 1.0),
        "carrier_density_per_cm2": ("carrier_density_per_m2", CENTIMETRE**-2),
        "carrier_density_per_angstrom2": ("carrier_density_per_m2", PER_ANGSTROM**2),
        "carrier_density_per_m": ("carrier_density_per_m", 1.0),
        "carrier_density_per_angstrom": ("carrier_density_per_m", PER_ANGSTROM),
    }
)
QUANTITY_NAMES = tuple(UNITS)

# What a material needs: one of these each, in SI.
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "effective mass": ("effective_mass_kg",),
        "deformation potential": ("deformation_j",),
        "density": ("density_kg_m2", "density_kg_m"),
        "sound speed": ("sound_speed_m_s",),
        "Debye wavenumber": ("debye_wavenumber_per_m", "lattice_constant_m"),
        "Fermi wavenumber": ("fermi_wavenumber_per_m", "carrier_density_per_m2", "carrier_density_per_m"),
    }
)


def ways_to_give(quantity: str) -> tuple[str, ...]:
    """Names, each with its unit, that a needed quantity (such as "density") can be given by."""
    return tuple(name for name, (si, _) in UNITS.items() if si in NEEDS[quantity])


def in_si(values: Mapping[str, float]) -> dict[str, float]:
    """Values by their names in SI, each needed quantity exactly once.

    Parameters
    ----------
    values : mapping of str to float
        By names of `QUANTITY_NAMES`.

    Raises
    ------
    InputError
        For an unknown name (with the nearest known one), a value that is not above 0, a quantity
        that is missing, or one that is given twice.
    """
    for name, value in values.items():
        if name not in UNITS:
            raise InputError(f"{name}: expected {_suggestion(name)}, got a quantity of no material")
        require_positive(name, value)
    for quantity in NEEDS:
        _check_once(quantity, values)
    return {UNITS[name][0]: value * UNITS[name][1] for name, value in values.items()}


def debye_wavenumber(lattice_constant: float, dimension: int) -> float:
    """q_D of a lattice with one atom in a cell of edge a, the Debye sphere holding a mode per cell.

    Two dimensions, square cell: ``pi q_D^2 / (2 pi)^2 = 1 / a^2``, so ``q_D = sqrt(4 pi) / a``. One
    dimension: ``2 q_D / (2 pi) = 1 / a``, so ``q_D = pi / a``. Derived; give the wavenumber itself
    for another cell.
    """
    return (sqrt(4.0 * pi) if dimension == 2 else pi) / lattice_constant


def fermi_wavenumber(carriers: float, dimension: int) -> float:
    """k_F of a spin-degenerate band in one valley with this many carriers per area or length.

    Two dimensions: ``2 pi k_F^2 / (2 pi)^2 = n``, so ``k_F = sqrt(2 pi n)``. One dimension:
    ``2 (2 k_F) / (2 pi) = n``, so ``k_F = pi n / 2``.
    """
    return sqrt(2.0 * pi * carriers) if dimension == 2 else pi * carriers / 2.0


def _check_once(quantity: str, given: Iterable[str]) -> None:
    ways = ways_to_give(quantity)
    found = [name for name in given if name in ways]
    if len(found) != 1:
        raise InputError(
            f"{quantity}: expected exactly one of {', '.join(ways)}, got {', '.join(found) or 'none'}"
        )


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(name, QUANTITY_NAMES, n=1, cutoff=0.5)
    return f"{near[0]!r} or another known name" if near else f"one of {', '.join(QUANTITY_NAMES)}"
