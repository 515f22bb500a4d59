"""The deformation potential of a lattice whose vibrations are coherent states."""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from physics.errors import InputError, require_nonnegative, require_positive
from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.modes import Modes, thermal_modes


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
        indices = _indices(grid, self.modes.q)
        # cos is half a wave at +q and half its conjugate at -q; only the half plane is stored.
        at = np.concatenate([indices, -indices])
        coefficient = 0.5 * self.modes.amplitude * np.exp(1j * self.modes.phase)
        coefficients = np.concatenate([coefficient, coefficient.conj()]) * _origin_phase(grid, at)
        omegas = np.concatenate([self.modes.omega, -self.modes.omega])
        keep = at[:, -1] >= 0
        flat = np.ravel_multi_index(tuple(at[keep].T % np.array(grid.shape)[:, None]), _half_shape(grid))
        order = np.argsort(flat, kind="stable")
        self._coefficients: NDArray[np.complex128] = coefficients[keep][order]
        self._omegas: FloatArray = omegas[keep][order]
        self._places, self._starts = np.unique(flat[order], return_index=True)

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
        plans: Plans | None = None,
    ) -> DeformationPotential:
        """Field of a lattice in thermal equilibrium.

        Parameters
        ----------
        grid : Grid
        rms : float
            Phase-averaged standard deviation, natural units of energy.
        temperature : float
            In Debye temperatures.
        speed : float
            Sound velocity, natural units; 0 freezes the lattice.
        seed, realization : int
            Name the lattice's phases.
        plans : Plans, optional
            Transforms to share.

        Raises
        ------
        InputError
            For a negative or non-finite number, or a box too small for its modes to stand for the
            continuum.
        """
        require_nonnegative("rms", rms)
        require_positive("temperature", temperature)
        require_nonnegative("speed", speed)
        modes = thermal_modes(
            grid, rms=rms, temperature=temperature, speed=speed, seed=seed, realization=realization
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
        return self._synthesize(self._coefficients * np.exp(-1j * self._omegas * t))

    def rate(self, t: float) -> FloatArray:
        """Time derivative dV/dt at t, shape ``grid.shape``."""
        turning = self._coefficients * (-1j * self._omegas)
        return self._synthesize(turning * np.exp(-1j * self._omegas * t))

    def _synthesize(self, components: NDArray[np.complex128]) -> FloatArray:
        if self._plans is None:
            self._plans = Plans(self.grid.shape)
        half = self._plans.half
        half[...] = 0.0
        if self._starts.size:
            half.reshape(-1)[self._places] = np.add.reduceat(components, self._starts)
        return np.array(self._plans.synthesize())


def _half_shape(grid: Grid) -> tuple[int, ...]:
    return (*grid.shape[:-1], grid.shape[-1] // 2 + 1)


def _origin_phase(grid: Grid, indices: NDArray[np.int64]) -> NDArray[np.complex128]:
    start = np.array([-(n // 2) / n for n in grid.shape])
    return np.asarray(np.exp(2j * np.pi * (indices @ start)))


def _indices(grid: Grid, q: FloatArray) -> NDArray[np.int64]:
    exact = q * np.asarray(grid.length) / (2.0 * np.pi)
    whole = np.rint(exact)
    if np.any(np.abs(exact - whole) > 1e-6):
        worst = q[int(np.argmax(np.abs(exact - whole).max(axis=1)))]
        raise InputError(
            f"modes: expected wavevectors that are multiples of 2 pi / length on every axis, got "
            f"{worst.tolist()} in a box of {grid.length}; round them to the box's reciprocal lattice"
        )
    if np.any(2 * np.abs(whole) >= np.asarray(grid.shape)):
        raise InputError(
            f"modes: expected wavenumbers below the grid's {grid.k_max:g} on every axis, got up to "
            f"{np.abs(q).max():g}; use more grid points"
        )
    return np.asarray(whole, dtype=np.int64)


def _checked_modes(
    grid: Grid, q: ArrayLike, amplitude: ArrayLike, omega: ArrayLike, phase: ArrayLike
) -> Modes:
    vectors = np.atleast_2d(np.asarray(q, dtype=np.float64))
    columns = [np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (amplitude, omega, phase)]
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
