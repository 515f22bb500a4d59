"""Split-operator propagation: Strang steps in the mixed position and wavenumber picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import final

import numpy as np
from numpy.typing import NDArray

from physics.errors import InputError, require_positive, require_whole
from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.packet import ComplexArray
from physics.potential import DeformationPotential

Potential = Callable[[float], FloatArray] | DeformationPotential | FloatArray


@final
class StrangPropagator:
    """Advances a wave function by ``exp(-i V dt/2) exp(-i T dt) exp(-i V dt/2)``.

    The error of a step is of third order in dt, of a fixed time of second. A step of dt followed
    by one of -dt returns the wave function.

    Parameters
    ----------
    grid : Grid
    potential : callable of t, DeformationPotential or ndarray
        V(r, t), real, shape ``grid.shape``; an array does not move.
    dt : float
        Time step, natural units; negative runs backwards.
    plans : Plans, optional
        Transforms of the grid's shape to share. Their `psi` buffer is the working state.

    References
    ----------
    Feit, Fleck and Steiger, J. Comput. Phys. 47, 412 (1982), doi:10.1016/0021-9991(82)90091-2.
    """

    def __init__(self, grid: Grid, potential: Potential, dt: float, plans: Plans | None = None) -> None:
        if not np.isfinite(dt) or dt == 0.0:
            raise InputError(f"dt: expected a finite, non-zero time step, got {dt!r}")
        if plans is not None and plans.shape != grid.shape:
            raise InputError(f"plans: expected transforms of shape {grid.shape}, got {plans.shape}")
        self.grid = grid
        self.dt = dt
        self._plans = plans if plans is not None else Plans(grid.shape)
        self._potential = potential
        self._static = _static_values(grid, potential)
        energy = sum((k**2 / 2.0 for k in grid.wavenumbers()), start=np.zeros(grid.shape))
        # FFTW's pair multiplies by the number of points; the division rides on the phase.
        self._kinetic: ComplexArray = np.exp(-1j * energy * dt) / energy.size
        if self._static is not None:
            self._half_kick: ComplexArray = np.exp(-0.5j * dt * self._static)
            self._kick: ComplexArray = np.exp(-1j * dt * self._static)

    def potential(self, t: float) -> FloatArray:
        """V(r, t) as the steps see it, shape ``grid.shape``.

        Raises
        ------
        InputError
            If a callable returns another shape, a complex array, NaN or infinity; t is named.
        """
        if self._static is not None:
            return self._static
        assert callable(self._potential)
        values = self._potential(t)
        return values if isinstance(self._potential, DeformationPotential) else _checked(self.grid, values, t)

    def advance(self, psi: ComplexArray, t: float, steps: int) -> ComplexArray:
        """Wave function `steps` steps after time t; `psi` is left as it was.

        Returns
        -------
        ndarray of complex128, ``grid.shape``
            A new array.

        Raises
        ------
        InputError
            For fewer than one step.
        """
        require_whole("steps", steps, minimum=1)
        state = self._plans.psi
        state[...] = psi
        self._apply_kick(state, t, half=True)
        for step in range(1, steps + 1):
            self._plans.forward()
            state *= self._kinetic
            self._plans.backward()
            # The closing half kick of a step and the opening one of the next are one.
            self._apply_kick(state, t + step * self.dt, half=step == steps)
        return np.array(state)

    def _apply_kick(self, state: ComplexArray, t: float, *, half: bool) -> None:
        if self._static is not None:
            state *= self._half_kick if half else self._kick
        else:
            state *= np.exp((-0.5j if half else -1j) * self.dt * self.potential(t))


def propagate(
    psi0: ComplexArray,
    grid: Grid,
    potential: Potential,
    *,
    dt: float,
    t_final: float,
    samples: int,
    plans: Plans | None = None,
) -> Iterator[tuple[float, ComplexArray]]:
    """Wave function at evenly spaced times, both ends included.

    Parameters
    ----------
    psi0 : ndarray, ``grid.shape``
        Wave function at time 0.
    grid : Grid
    potential : callable of t, DeformationPotential or ndarray
        V(r, t), real, shape ``grid.shape``.
    dt : float
        Longest time step allowed; the step taken divides the interval between samples.
    t_final : float
        Last time, natural units.
    samples : int
        Number of times, 2 or more: with 3 the times are 0, t_final / 2 and t_final.
    plans : Plans, optional
        Transforms of the grid's shape to share.

    Yields
    ------
    t : float
    psi : ndarray of complex128, ``grid.shape``
        A fresh array each time.

    Raises
    ------
    InputError
        For a time, step or number of samples outside its domain, more samples than steps, or a
        potential of the wrong shape.
    """
    require_positive("dt", dt)
    require_positive("t_final", t_final)
    require_whole("samples", samples, minimum=2)
    steps = steps_per_sample(dt, t_final, samples)
    if np.shape(psi0) != grid.shape:
        raise InputError(f"psi0: expected shape {grid.shape}, got {np.shape(psi0)}")
    propagator = StrangPropagator(grid, potential, t_final / ((samples - 1) * steps), plans)
    return _samples(psi0, propagator, samples, steps)


def steps_per_sample(dt: float, t_final: float, samples: int) -> int:
    """Steps between samples for a step of at most `dt`.

    Raises
    ------
    InputError
        If `dt` exceeds the interval between samples.
    """
    interval = t_final / (samples - 1)
    if dt > interval * (1.0 + 1e-9):
        raise InputError(
            f"samples: expected no more than steps, got an interval of {interval:g} between samples and "
            f"a step of {dt:g}; ask for fewer samples or a shorter dt"
        )
    return int(np.ceil(interval / dt * (1.0 - 1e-9)))


def _samples(
    psi0: ComplexArray, propagator: StrangPropagator, samples: int, steps: int
) -> Iterator[tuple[float, ComplexArray]]:
    psi: ComplexArray = np.array(psi0, dtype=np.complex128)
    yield 0.0, psi
    for sample in range(1, samples):
        psi = propagator.advance(psi, (sample - 1) * steps * propagator.dt, steps)
        yield sample * steps * propagator.dt, psi


def _static_values(grid: Grid, potential: Potential) -> FloatArray | None:
    if isinstance(potential, DeformationPotential):
        if potential.grid != grid:
            raise InputError(f"potential: expected a field on {grid}, got one on {potential.grid}")
        return potential(0.0) if potential.is_static else None
    return None if callable(potential) else _checked(grid, potential, 0.0)


def _checked(grid: Grid, values: NDArray[np.generic] | FloatArray, t: float) -> FloatArray:
    values = np.asarray(values)
    if values.shape != grid.shape or np.iscomplexobj(values) or not np.all(np.isfinite(values)):
        raise InputError(
            f"potential: expected real, finite values of shape {grid.shape} at t = {t:g}, got "
            f"{values.dtype} of shape {values.shape}; check the callable or array that was given"
        )
    return np.asarray(values, dtype=np.float64)
