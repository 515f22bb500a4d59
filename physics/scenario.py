"""What one simulation is: the point in parameter space, its realization, and the accuracy asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import final

import numpy as np

from physics.errors import (
    InputError,
    is_number,
    require_nonnegative,
    require_positive,
    require_vector,
    require_whole,
)
from physics.theory import debye_integral

# Changes whenever the same scenario and numerics would give other numbers.
PHYSICS_VERSION = "3"
AMPLITUDES = ("mean", "thermal")
PERIODIC, ABSORBING = "periodic", "absorbing"
CHOICES = {
    "precision": ("double", "single"),
    "boundary": (PERIODIC, ABSORBING),
    "integrator": ("auto", "strang", "takahashi-imada"),
}
# Rounding in single precision reaches the observables at about a tenth of this.
SINGLE_TOLERANCE = 1e-3

# Steps of evenly spread sequences: packets 0 to n - 1 cover directions and places for any n.
TURN = (sqrt(5.0) - 1.0) / 2.0
PLACES = {1: (TURN,), 2: (0.7548776662466927, 0.5698402909980532)}


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
    center : tuple of float, (d,), optional
        Launch point, in 1/q_D; the middle of the box by default.
    realization, seed : int
        Name the lattice's phases.
    packet : int
        Which of several packets launched into one field: number 0 at `center` along `direction`,
        the others spread evenly over the box and over all directions.
    frozen : bool
        Whether the lattice stands still, everything else (temperature, grid, time step) unchanged.
    energy_filter : tuple of float, optional
        (E, delta) in units of E_F: launch the part of the packet whose energy is near E, within a
        Gaussian window of standard deviation delta, in the lattice as it stands at launch.
    classical : bool
        Whether classical trajectories run beside, in the same field, from the packet's Wigner function.
    amplitudes : str
        "mean": every mode has its rms amplitude; "thermal": drawn from the Gaussian of a thermal state.
    zero_point : bool
        Whether the modes carry n + 1/2 quanta (truncated Wigner) instead of n.

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
    center: tuple[float, ...] | None = None
    realization: int = 0
    seed: int = 0
    packet: int = 0
    frozen: bool = False
    energy_filter: tuple[float, float] | None = None
    classical: bool = False
    amplitudes: str = "mean"
    zero_point: bool = False

    def __post_init__(self) -> None:
        if (self.disorder is None) == (self.coupling is None):
            raise InputError(
                f"disorder, coupling: expected exactly one of them, got disorder "
                f"{self.disorder!r} and coupling {self.coupling!r}"
            )
        for name in ("disorder", "coupling"):
            if getattr(self, name) is not None:
                require_nonnegative(name, getattr(self, name))
        require_nonnegative("sound_speed", self.sound_speed)
        for name in ("wavenumber", "packet_width"):
            require_positive(name, getattr(self, name))
        for name in ("frozen", "classical", "zero_point"):
            if type(getattr(self, name)) is not bool:
                raise InputError(f"{name}: expected true or false, got {getattr(self, name)!r}")
        self._check_temperature()
        if not (is_number(self.direction) and np.isfinite(self.direction)):
            raise InputError(f"direction: expected a finite angle in radians, got {self.direction!r}")
        _take_whole(self, {"dimension": 1, "realization": 0, "seed": 0, "packet": 0})
        if self.dimension not in (1, 2):
            raise InputError(f"dimension: expected 1 or 2, got {self.dimension!r}")
        if self.amplitudes not in AMPLITUDES:
            raise InputError(f"amplitudes: expected one of {', '.join(AMPLITUDES)}, got {self.amplitudes!r}")
        self._check_launch()

    def _check_temperature(self) -> None:
        require_nonnegative("temperature", self.temperature)
        if self.temperature == 0.0 and not self.zero_point:
            raise InputError(
                "temperature: expected a number above 0, got 0, where no mode is awake; "
                "raise it, or set zero_point = true"
            )

    def _check_launch(self) -> None:
        if self.center is not None:
            object.__setattr__(self, "center", require_vector("center", self.center, self.dimension))
        if self.energy_filter is not None:
            window = require_vector("energy_filter", self.energy_filter, 2)
            object.__setattr__(self, "energy_filter", window)
            require_positive("energy_filter's delta", window[1])

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
        integral = debye_integral(self.dimension, self.temperature, zero_point=self.zero_point)
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
    def slowest_absorbed(self) -> float:
        """Smallest wavenumber, normal to an absorbing edge, of which 99% is taken: half of the launched."""
        return self.wavenumber / 2.0

    @property
    def wavevector(self) -> tuple[float, ...]:
        """Launch wavevector, in q_D: `direction` turned by a golden turn for each packet."""
        if self.dimension == 1:
            forward = (np.cos(self.direction) >= 0.0) == (self.packet % 2 == 0)
            return (self.wavenumber if forward else -self.wavenumber,)
        angle = self.direction + 2.0 * np.pi * ((self.packet * TURN) % 1.0)
        return (self.wavenumber * float(np.cos(angle)), self.wavenumber * float(np.sin(angle)))

    def launch_point(self, length: tuple[float, ...]) -> tuple[float, ...]:
        """Where the packet starts in a box of this length, in 1/q_D.

        Packets other than number 0 are shifted from `center` by a sequence of low discrepancy
        (Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018) that fills the box.
        """
        center = self.center or (0.0,) * self.dimension
        places = PLACES[self.dimension]
        shifted = (c + ((self.packet * a) % 1.0) * x for c, a, x in zip(center, places, length, strict=True))
        return tuple(x - size * round(x / size) for x, size in zip(shifted, length, strict=True))

    def twin(self) -> Scenario:
        """The same scenario with its lattice frozen."""
        return replace(self, frozen=True)


def _take_whole(value: Scenario | Numerics, least: dict[str, int]) -> None:
    """Check fields that are whole numbers, and keep numpy's as Python's: equal values print alike."""
    for name, minimum in least.items():
        require_whole(name, getattr(value, name), minimum=minimum)
        object.__setattr__(value, name, int(getattr(value, name)))


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
        "double", or "single" for the wave function.
    boundary : str
        "periodic", or "absorbing": a layer half a box from the launch point, 2.1 launch wavelengths deep,
        takes what reaches it: all but 4e-5 of a wave at the launch wavenumber, all but 1% at half of it.
    integrator : str
        "auto": the cheaper one for the tolerance; or "strang" or "takahashi-imada".

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
    boundary: str = PERIODIC
    integrator: str = "auto"

    def __post_init__(self) -> None:
        require_positive("t_final", self.t_final)
        _take_whole(self, {"samples": 3, "max_grid": 16})
        for name, most in (("tolerance", 0.1), ("edge_tolerance", 1.0)):
            value = getattr(self, name)
            if not (is_number(value) and 0.0 < value <= most):
                raise InputError(f"{name}: expected a number above 0 and at most {most:g}, got {value!r}")
        if self.box_length is not None:
            require_positive("box_length", self.box_length)
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise InputError(f"{name}: expected one of {', '.join(known)}, got {getattr(self, name)!r}")
        if self.precision == "single" and self.tolerance < SINGLE_TOLERANCE:
            raise InputError(
                f"tolerance: expected {SINGLE_TOLERANCE:g} or above in single precision, got "
                f"{self.tolerance:g}; raise it, or set precision = 'double'"
            )
        if self.boundary == ABSORBING and self.integrator == "takahashi-imada":
            raise InputError(
                "integrator: expected 'strang' or 'auto' with an absorbing boundary, got 'takahashi-imada'"
            )
