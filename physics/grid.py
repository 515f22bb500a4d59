"""The periodic box: positions and wavenumbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from physics.errors import InputError, require_positive, require_whole

FloatArray = NDArray[np.float64]


@final
@dataclass(frozen=True)
class Grid:
    """A periodic box in one or two dimensions, sampled evenly.

    Parameters
    ----------
    shape : sequence of int
        Points per axis, each 4 or more.
    length : sequence of float
        Box length per axis, in units of 1/q_D.

    Raises
    ------
    InputError
        If the box has not one or two axes, or an axis is too short.

    Notes
    -----
    Positions are ``x_i = (i - n // 2) dx``, so the origin is a grid point.
    """

    shape: tuple[int, ...]
    length: tuple[float, ...]

    def __init__(self, shape: Sequence[int], length: Sequence[float]) -> None:
        if not (np.iterable(shape) and np.iterable(length)):
            raise InputError(
                f"grid: expected shape and length with an entry for each axis, such as (64,) and (10.0,), "
                f"got {shape!r} and {length!r}"
            )
        shape, length = tuple(shape), tuple(length)
        if len(shape) != len(length) or len(shape) not in (1, 2):
            raise InputError(
                f"grid: expected one or two axes with a length each, got shape {shape} and length "
                f"{length}; give as many lengths as axes"
            )
        for n, extent in zip(shape, length, strict=True):
            require_positive("box length", extent)
            require_positive("grid points", n)
            require_whole("grid points", int(n) if int(n) == n else n, minimum=4)
        object.__setattr__(self, "shape", tuple(int(n) for n in shape))
        object.__setattr__(self, "length", tuple(float(extent) for extent in length))

    @property
    def dimension(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def spacing(self) -> tuple[float, ...]:
        """Distance dx between neighbouring points, per axis."""
        return tuple(extent / n for extent, n in zip(self.length, self.shape, strict=True))

    @property
    def cell(self) -> float:
        """Volume that one point stands for."""
        return float(np.prod(self.spacing))

    @property
    def k_max(self) -> float:
        """Largest wavenumber that every axis can carry (its Nyquist wavenumber)."""
        return float(min(np.pi / dx for dx in self.spacing))

    def positions(self) -> tuple[FloatArray, ...]:
        """Coordinates per axis, each shaped to broadcast over the grid."""
        axes = zip(self.shape, self.spacing, strict=True)
        return self._broadcast(*((np.arange(n) - n // 2) * dx for n, dx in axes))

    def displacements(self, center: Sequence[float]) -> tuple[FloatArray, ...]:
        """Coordinates relative to `center`, by the nearest periodic image, shaped to broadcast."""
        shifted = [x - c for x, c in zip(self.positions(), center, strict=True)]
        return tuple(x - size * np.round(x / size) for x, size in zip(shifted, self.length, strict=True))

    def wavenumbers(self) -> tuple[FloatArray, ...]:
        """Wavenumbers per axis in FFT order, each shaped to broadcast over the grid."""
        axes = zip(self.shape, self.spacing, strict=True)
        return self._broadcast(*(2.0 * np.pi * np.fft.fftfreq(n, dx) for n, dx in axes))

    def _broadcast(self, *axes: NDArray[np.floating]) -> tuple[FloatArray, ...]:
        if self.dimension == 1:
            return (np.asarray(axes[0], dtype=np.float64),)
        x, y = (np.asarray(axis, dtype=np.float64) for axis in axes)
        return (x[:, None], y[None, :])
