"""Running waves as components of the half spectrum that an inverse real FFT sums."""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import NDArray

from physics.errors import InputError
from physics.grid import FloatArray, Grid
from physics.modes import IntArray, Modes

Components = NDArray[np.complex128]


@final
class HalfPlane:
    """Modes sorted into the places of a grid's half spectrum.

    A cosine is half a wave at +q and half its conjugate at -q; of the two, those whose last index is 0
    or above are stored.

    Parameters
    ----------
    grid : Grid
    modes : Modes
        On the box's reciprocal lattice.

    Attributes
    ----------
    q : ndarray, (C, d)
        Wavevector of each stored component.
    omega : ndarray, (C,)
        Its angular frequency; negative where it is the conjugate half.

    Raises
    ------
    InputError
        If a wavevector is off the box's lattice or beyond what the grid carries.
    """

    def __init__(self, grid: Grid, modes: Modes) -> None:
        self.shape = (*grid.shape[:-1], grid.shape[-1] // 2 + 1)
        indices = mode_indices(grid, modes.q)
        at = np.concatenate([indices, -indices])
        coefficient = 0.5 * modes.amplitude * np.exp(1j * modes.phase)
        coefficients = np.concatenate([coefficient, coefficient.conj()]) * _origin_phase(grid, at)
        keep = at[:, -1] >= 0
        flat = np.ravel_multi_index(tuple(at[keep].T % np.array(grid.shape)[:, None]), self.shape)
        order = np.argsort(flat, kind="stable")
        self._coefficients: Components = coefficients[keep][order]
        self.omega: FloatArray = np.concatenate([modes.omega, -modes.omega])[keep][order]
        self.q: FloatArray = np.concatenate([modes.q, -modes.q])[keep][order]
        self._places, self._starts = np.unique(flat[order], return_index=True)

    def at(self, t: float) -> Components:
        """Components at time t, (C,)."""
        return np.asarray(self._coefficients * np.exp(-1j * self.omega * t))

    def fill(self, half: NDArray[np.complexfloating], components: Components) -> None:
        """Write components into a half spectrum of :attr:`shape`, adding those that share a place."""
        half[...] = 0.0
        if self._starts.size:
            half.reshape(-1)[self._places] = np.add.reduceat(components, self._starts)


def mode_indices(grid: Grid, q: FloatArray) -> IntArray:
    """Integer indices, (M, d), of wavevectors on the box's reciprocal lattice.

    Raises
    ------
    InputError
        If a wavevector is off the lattice or beyond what the grid carries.
    """
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


def _origin_phase(grid: Grid, indices: IntArray) -> Components:
    start = np.array([-(n // 2) / n for n in grid.shape])
    return np.asarray(np.exp(2j * np.pi * (indices @ start)))
