"""The field between grid points: a periodic cubic spline made from its modes."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import final

import numpy as np
from scipy.fft import irfftn

from physics.errors import InputError
from physics.fourier import fast_size
from physics.grid import FloatArray, Grid
from physics.halfplane import HalfPlane, mode_indices
from physics.modes import Modes
from physics.potential import DeformationPotential

# Points per shortest wavelength: what a cubic spline adds to a wave of n of them has its gradient
# off by 1 / (n - 1)^3, here 0.3% for the shortest wave and less, as q^3, for the others.
POINTS_PER_WAVE = 8
FEWEST_POINTS = 32
# Phase that the fastest wave may turn through between two syntheses: a straight line between them
# is off by its square over 8, 0.13% of that wave.
PHASE_BETWEEN = 0.1


@final
class PeriodicSpline:
    """Cubic spline on a periodic grid; its gradient is that of the spline itself, so energy has a meaning.

    Parameters
    ----------
    grid : Grid
    coefficients : ndarray, ``grid.shape``
        Of the B-splines centred on the grid's points.
    """

    def __init__(self, grid: Grid, coefficients: FloatArray) -> None:
        self.grid = grid
        self._coefficients = coefficients.reshape(-1)

    def __call__(self, positions: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Value and gradient at positions anywhere, by their periodic image in the box.

        Parameters
        ----------
        positions : ndarray, (N, d)

        Returns
        -------
        value : ndarray, (N,)
        gradient : ndarray, (N, d)
        """
        shape, spacing = np.array(self.grid.shape), np.array(self.grid.spacing)
        scaled = positions / spacing + shape // 2
        cell = np.floor(scaled)
        weights, slopes = _weights(scaled - cell)
        places = (cell[:, :, None] + np.arange(-1.0, 3.0)).astype(np.int64) % shape[:, None]
        gathered = self._gather(places)
        axes = range(self.grid.dimension)
        value = _contract(gathered, [weights[:, a] for a in axes])
        gradient = [
            _contract(gathered, [(slopes if a == along else weights)[:, a] for a in axes]) / spacing[along]
            for along in axes
        ]
        return value, np.stack(gradient, axis=-1)

    def toward(self, other: PeriodicSpline, share: float) -> PeriodicSpline:
        """The spline this share of the way to another on the same grid."""
        between = (1.0 - share) * self._coefficients + share * other._coefficients
        return PeriodicSpline(self.grid, between)

    def _gather(self, places: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> FloatArray:
        if self.grid.dimension == 1:
            return np.asarray(self._coefficients[places[:, 0]])
        rows = places[:, 0] * self.grid.shape[1]
        return np.asarray(self._coefficients[rows[:, :, None] + places[:, 1, None, :]])


@final
class FieldSpline:
    """Splines of a deformation potential at any time, on a grid fine enough for its shortest wave.

    Made from the modes, not from the field's values on the electron's grid, so it does not depend on
    that grid. The transform is SciPy's: always the same in the last bits, which chaos would amplify.

    Parameters
    ----------
    field : DeformationPotential

    Raises
    ------
    InputError
        If no grid of a usable size is fine enough.
    """

    def __init__(self, field: DeformationPotential) -> None:
        modes = field.modes
        self.grid = _fine_grid(field)
        # A spline through the samples of exp(iqx) has coefficients exp(iqx) / (2 + cos(q dx)) * 3.
        filters = (2.0 + np.cos(modes.q * np.array(self.grid.spacing))) / 3.0
        amplitude = modes.amplitude / np.prod(filters, axis=1)
        self._waves = HalfPlane(self.grid, Modes(modes.q, amplitude, modes.omega, modes.phase))
        self._half = np.zeros(self._waves.shape, dtype=np.complex128)
        self._still = self._spline(0.0) if field.is_static else None
        self._fastest = float(np.abs(modes.omega).max(initial=0.0))

    def __call__(self, t: float) -> PeriodicSpline:
        """The field at time t."""
        return self._still if self._still is not None else self._spline(t)

    def steps(self, start: float, end: float, count: int) -> Iterator[PeriodicSpline]:
        """The field at the ends of `count` equal steps from start to end.

        Synthesised anew as often as the fastest wave needs, a straight line in between.
        """
        dt = (end - start) / count
        stride = 1 if self._fastest == 0.0 else max(1, int(PHASE_BETWEEN / (self._fastest * abs(dt))))
        if self._still is not None or stride == 1:
            yield from (self(start + step * dt) for step in range(1, count + 1))
            return
        pieces = ceil(count / stride)
        last = self(start)
        for piece in range(pieces):
            begin, close = piece * count // pieces, (piece + 1) * count // pieces
            following = self(start + close * dt)
            for step in range(begin + 1, close + 1):
                yield last.toward(following, (step - begin) / (close - begin))
            last = following

    def _spline(self, t: float) -> PeriodicSpline:
        self._waves.fill(self._half, self._waves.at(t))
        values = irfftn(self._half, s=self.grid.shape, norm="forward")
        return PeriodicSpline(self.grid, np.asarray(values, dtype=np.float64))


def fine_size(highest: int) -> int | None:
    """Points of an axis whose shortest wave fits into the box so many times; None past the largest."""
    return fast_size(max(FEWEST_POINTS, POINTS_PER_WAVE * highest))


def _fine_grid(field: DeformationPotential) -> Grid:
    highest = np.abs(mode_indices(field.grid, field.modes.q)).max(axis=0, initial=0)
    sizes = [fine_size(int(n)) for n in highest]
    points = [n for n in sizes if n is not None]
    if len(points) < len(sizes):
        raise InputError(
            f"field: expected modes up to a multiple of 2 pi / length that a spline grid can carry, got "
            f"{highest.tolist()}; use a shorter box or longer waves"
        )
    return Grid(points, field.grid.length)


def _weights(u: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weights of the four nearest B-splines and their derivatives, (N, d, 4) each, at offsets u (N, d)."""
    v = 1.0 - u
    values = [v**3, 4.0 - 3.0 * u**2 * (1.0 + v), 4.0 - 3.0 * v**2 * (1.0 + u), u**3]
    slopes = [-(v**2), u * (3.0 * u - 4.0), v * (4.0 - 3.0 * v), u**2]
    return np.stack(values, axis=-1) / 6.0, np.stack(slopes, axis=-1) / 2.0


def _contract(gathered: FloatArray, weights: list[FloatArray]) -> FloatArray:
    for weight in reversed(weights):
        gathered = np.einsum("n...a,na->n...", gathered, weight)
    return gathered
