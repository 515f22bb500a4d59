"""The deformation potential of a lattice whose vibrations are coherent states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from physics.errors import InputError, is_number, require_array, require_nonnegative, require_positive
from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.halfplane import Components, HalfPlane
from physics.modes import Modes, thermal_modes


@final
@dataclass(frozen=True, eq=False)
class FieldSnapshot:
    """The field at one time, with its rate of change.

    Attributes
    ----------
    t : float
    value, rate : ndarray, ``grid.shape``
        V and dV/dt, natural units.
    gradient_squared, gradient_squared_rate : ndarray, ``grid.shape``, or None
        ``abs(grad V)^2`` and its time derivative, where asked for.
    """

    t: float
    value: FloatArray
    rate: FloatArray
    gradient_squared: FloatArray | None = None
    gradient_squared_rate: FloatArray | None = None


@final
class DeformationPotential:
    """``V(r, t) = sum_q A_q cos(q.r - omega_q t + phi_q)`` on a grid, by an inverse real FFT.

    Parameters
    ----------
    grid : Grid
    q : array_like, (M, d)
        Wavevectors on the box's reciprocal lattice, in q_D.
    amplitude, omega, phase : array_like, (M,)
        Energy, angular frequency (natural units), radians.
    plans : Plans, optional
        Transforms of the grid's shape to share; made when first needed otherwise.

    Raises
    ------
    InputError
        If shapes disagree, a value is not finite, or a wavevector is off the box's lattice or
        beyond what the grid carries.

    References
    ----------
    Kim et al., Phys. Rev. B 106, 054311 (2022), doi:10.1103/PhysRevB.106.054311.
    """

    def __init__(
        self,
        grid: Grid,
        q: ArrayLike,
        amplitude: ArrayLike,
        omega: ArrayLike,
        phase: ArrayLike,
        *,
        plans: Plans | None = None,
    ) -> None:
        self.grid = grid
        self.modes = _checked_modes(grid, q, amplitude, omega, phase)
        self._plans = plans
        self._waves = HalfPlane(grid, self.modes)

    @classmethod
    def thermal(
        cls,
        grid: Grid,
        *,
        rms: float,
        temperature: float,
        speed: float,
        seed: int,
        realization: int = 0,
        amplitudes: str = "mean",
        zero_point: bool = False,
        plans: Plans | None = None,
    ) -> DeformationPotential:
        """Field of a lattice in thermal equilibrium.

        Parameters
        ----------
        grid : Grid
        rms : float
            Standard deviation averaged over phases (and thermal amplitudes), natural units of energy.
        temperature : float
            In Debye temperatures, above 0; with `zero_point` it may be 0.
        speed : float
            Sound velocity, natural units; 0 freezes the lattice.
        seed, realization : int
            Name the lattice's phases and thermal amplitudes.
        amplitudes : str
            "mean": every mode has its rms amplitude; "thermal": drawn from a thermal state.
        zero_point : bool
            Whether the modes carry n + 1/2 quanta instead of n.
        plans : Plans, optional
            Transforms to share.

        Raises
        ------
        InputError
            For a negative or non-finite number, or a box too small for its modes to stand for the
            continuum.
        """
        require_nonnegative("rms", rms)
        (require_nonnegative if zero_point else require_positive)("temperature", temperature)
        require_nonnegative("speed", speed)
        modes = thermal_modes(
            grid,
            rms=rms,
            temperature=temperature,
            speed=speed,
            seed=seed,
            realization=realization,
            amplitudes=amplitudes,
            zero_point=zero_point,
        )
        return cls(grid, modes.q, modes.amplitude, modes.omega, modes.phase, plans=plans)

    @property
    def is_static(self) -> bool:
        """Whether nothing moves."""
        return not bool(np.any(self.modes.omega))

    def frozen(self) -> DeformationPotential:
        """The same realization with the lattice stopped at time 0."""
        modes = self.modes
        still = np.zeros_like(modes.omega)
        return DeformationPotential(
            self.grid, modes.q, modes.amplitude, still, modes.phase, plans=self._plans
        )

    def __call__(self, t: float) -> FloatArray:
        """Potential V(r, t), shape ``grid.shape``, natural units of energy."""
        return self._synthesize(self._at(t))

    def rate(self, t: float) -> FloatArray:
        """Time derivative dV/dt at t, shape ``grid.shape``."""
        return self._synthesize(self._at(t) * (-1j * self._waves.omega))

    def gradient(self, t: float) -> tuple[FloatArray, ...]:
        """Derivatives of V along each axis at t, each of shape ``grid.shape``: minus the force."""
        turned = self._at(t)
        return tuple(self._synthesize(turned * (1j * q)) for q in self._waves.q.T)

    def snapshot(self, t: float, *, gradient: bool = False) -> FieldSnapshot:
        """V and dV/dt at t, and with `gradient` ``abs(grad V)^2`` and its time derivative."""
        turned = self._at(t)
        turning = turned * (-1j * self._waves.omega)
        value, rate = self._synthesize(turned), self._synthesize(turning)
        if not gradient:
            return FieldSnapshot(t, value, rate)
        squared, squared_rate = np.zeros(self.grid.shape), np.zeros(self.grid.shape)
        for q in self._waves.q.T:
            slope = self._synthesize(turned * (1j * q))
            slope_rate = self._synthesize(turning * (1j * q))
            slope_rate *= slope
            slope *= slope
            squared += slope
            squared_rate += slope_rate
        squared_rate *= 2.0
        return FieldSnapshot(t, value, rate, squared, squared_rate)

    def _at(self, t: float) -> Components:
        if not (is_number(t) and np.isfinite(t)):
            raise InputError(f"t: expected a finite time, got {t!r}")
        return self._waves.at(t)

    def _synthesize(self, components: Components) -> FloatArray:
        if self._plans is None:
            self._plans = Plans(self.grid.shape)
        self._waves.fill(self._plans.half, components)
        return np.array(self._plans.synthesize())


def _checked_modes(
    grid: Grid, q: ArrayLike, amplitude: ArrayLike, omega: ArrayLike, phase: ArrayLike
) -> Modes:
    vectors = np.atleast_2d(_real("q", q))
    given = {"amplitude": amplitude, "omega": omega, "phase": phase}
    columns = [np.atleast_1d(_real(name, values)) for name, values in given.items()]
    count = columns[0].shape[0]
    if vectors.shape != (count, grid.dimension) or any(x.shape != (count,) for x in columns):
        shapes = [vectors.shape, *(x.shape for x in columns)]
        raise InputError(
            f"modes: expected q (M, {grid.dimension}) and amplitude, omega, phase (M,), got shapes {shapes}"
        )
    if not all(np.all(np.isfinite(x)) for x in (vectors, *columns)):
        raise InputError(
            "modes: expected finite numbers, got NaN or infinity in q, amplitude, omega or phase"
        )
    return Modes(vectors, *columns)


def _real(name: str, values: ArrayLike) -> FloatArray:
    """A copy: the caller may go on to change what was given."""
    array = require_array(f"modes: {name}", values)
    if array.dtype.kind not in "fiu":
        raise InputError(f"modes: expected real numbers for {name}, got an array of {array.dtype}")
    return np.array(array, dtype=np.float64)
