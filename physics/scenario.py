"""What one simulation is: the point in parameter space, its realization, and the accuracy asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from physics.errors import InputError, is_number, require_nonnegative, require_positive, require_whole
from physics.theory import debye_integral

# Changes whenever the same scenario and numerics would give other numbers.
PHYSICS_VERSION = "1"


@final
@dataclass(frozen=True)
class Scenario:
    """One electron launched into one realization of a vibrating lattice.

    Natural units, hbar = m* = q_D = 1. Give either `disorder` or `coupling`.

    Parameters
    ----------
    disorder : float, optional
        V_rms / E_F, 0 or above.
    sound_speed : float
        v_s / v_F, 0 (frozen) or above.
    temperature : float
        T / T_D, above 0.
    wavenumber : float
        Launch wavenumber k_F / q_D, above 0.
    coupling : float, optional
        Lambda, with ``disorder^2 = Lambda I_d(temperature)``.
    packet_width : float
        Standard deviation of ``abs(psi)^2`` along an axis times k_F.
    direction : float
        Angle of the launch wavevector, radians; in one dimension its cosine's sign counts.
    dimension : int
        1 or 2.
    realization, seed : int
        Name the lattice's phases.
    frozen : bool
        Whether the lattice stands still, everything else (temperature, grid, time step) unchanged.

    Raises
    ------
    InputError
        For a number outside its domain, naming it.
    """

    disorder: float | None = None
    sound_speed: float = 0.0
    temperature: float = 1.0
    wavenumber: float = 1.0
    coupling: float | None = None
    packet_width: float = 4.7
    direction: float = 0.0
    dimension: int = 2
    realization: int = 0
    seed: int = 0
    frozen: bool = False

    def __post_init__(self) -> None:
        if (self.disorder is None) == (self.coupling is None):
            raise InputError(
                f"disorder, coupling: expected exactly one of them, got disorder "
                f"{self.disorder!r} and coupling {self.coupling!r}"
            )
        for name in ("disorder", "coupling", "sound_speed"):
            value = getattr(self, name)
            if value is not None:
                require_nonnegative(name, value)
        for name in ("temperature", "wavenumber", "packet_width"):
            require_positive(name, getattr(self, name))
        if not (is_number(self.direction) and np.isfinite(self.direction)):
            raise InputError(f"direction: expected a finite angle in radians, got {self.direction!r}")
        if type(self.dimension) is not int or self.dimension not in (1, 2):
            raise InputError(f"dimension: expected 1 or 2, got {self.dimension!r}")
        require_whole("realization", self.realization, minimum=0)
        require_whole("seed", self.seed, minimum=0)

    @property
    def fermi_energy(self) -> float:
        """E_F = wavenumber^2 / 2, natural units."""
        return self.wavenumber**2 / 2.0

    @property
    def rms(self) -> float:
        """V_rms, natural units of energy."""
        if self.disorder is not None:
            return self.disorder * self.fermi_energy
        assert self.coupling is not None
        integral = debye_integral(self.dimension, self.temperature)
        return float(np.sqrt(self.coupling * integral)) * self.fermi_energy

    @property
    def width(self) -> float:
        """Standard deviation of the launched packet, in 1/q_D."""
        return self.packet_width / self.wavenumber

    @property
    def speed(self) -> float:
        """Sound velocity in natural units, whether or not the lattice is frozen."""
        return self.sound_speed * self.wavenumber

    @property
    def wavevector(self) -> tuple[float, ...]:
        """Launch wavevector, in q_D."""
        along, across = np.cos(self.direction), np.sin(self.direction)
        if self.dimension == 1:
            return (self.wavenumber * (1.0 if along >= 0.0 else -1.0),)
        return (self.wavenumber * float(along), self.wavenumber * float(across))

    def twin(self) -> Scenario:
        """The same scenario with its lattice frozen."""
        return replace(self, frozen=True)


@final
@dataclass(frozen=True)
class Numerics:
    """The accuracy asked for; grid, box and time step follow from it (:func:`physics.resolve`).

    Parameters
    ----------
    t_final : float
        Last time, natural units.
    samples : int
        Recorded times, evenly spaced from 0 to `t_final`, 3 or more.
    tolerance : float
        On the recorded observables, between 0 and 0.1.
    max_grid : int
        Most grid points per axis.
    edge_tolerance : float
        Largest share of the MSD that the box's edge may fake; sets t_valid.
    box_length : float, optional
        Length of the box in 1/q_D; from the packet's reach by default.
    precision : str
        "double".

    Raises
    ------
    InputError
        For a value outside its domain, naming it.
    """

    t_final: float = 150.0
    samples: int = 64
    tolerance: float = 1e-3
    max_grid: int = 256
    edge_tolerance: float = 0.02
    box_length: float | None = None
    precision: str = "double"

    def __post_init__(self) -> None:
        require_positive("t_final", self.t_final)
        require_whole("samples", self.samples, minimum=3)
        require_whole("max_grid", self.max_grid, minimum=16)
        for name, most in (("tolerance", 0.1), ("edge_tolerance", 1.0)):
            value = getattr(self, name)
            if not (is_number(value) and 0.0 < value <= most):
                raise InputError(f"{name}: expected a number above 0 and at most {most:g}, got {value!r}")
        if self.box_length is not None:
            require_positive("box_length", self.box_length)
        if self.precision != "double":
            raise InputError(f"precision: expected 'double', got {self.precision!r}; only it is implemented")
