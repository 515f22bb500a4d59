"""What is recorded of a wave function: pure functions of arrays on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import j1

from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.packet import ComplexArray

# Share of the half box, and of the largest wavenumber, beyond which lies the edge.
EDGE = 0.9
RETURN_RADIUS = 2.0
# Parts of a cell by which the wave is shifted to sample it between the grid's points. Zeros of the density,
# at which its logarithm is hardest to sum, are common on a line and single points in a plane.
BETWEEN = {1: (0.25, 0.5, 0.75), 2: (0.5,)}


def participation_ratio(density: FloatArray, cell: float) -> float:
    """``1 / integral abs(psi)^4``, from ``abs(psi)^2``: the volume that the packet fills."""
    return float(1.0 / (_overlap(density, density) * cell))


def position_entropy(density: FloatArray, cell: float) -> float:
    """``-integral rho ln rho``, from ``rho = abs(psi)^2``."""
    # Where there is nothing, any finite logarithm serves.
    return float(-_overlap(density, np.log(np.maximum(density, np.finfo(density.dtype).tiny))) * cell)


def ball(grid: Grid, center: Sequence[float], radius: float) -> FloatArray:
    """Weights whose sum with a density is its integral over the ball about `center`, up to the cell.

    Made from the ball's own Fourier transform, ``2 sin(q R) / q`` in one dimension and
    ``2 pi R J1(q R) / q`` in two, so that the result does not depend on how many grid points happen to
    lie within: exact for a density without wavenumbers above the grid's largest.

    Parameters
    ----------
    grid : Grid
    center : sequence of float, (d,)
    radius : float

    Returns
    -------
    ndarray, ``grid.shape``
        About 1 inside, about 0 outside.
    """
    k = grid.wavenumbers()
    q = np.sqrt(sum((axis**2 for axis in k), start=np.zeros(grid.shape)))
    safe = np.where(q > 0.0, q, 1.0)
    if grid.dimension == 1:
        transform = np.where(q > 0.0, 2.0 * np.sin(safe * radius) / safe, 2.0 * radius)
    else:
        transform = np.where(q > 0.0, 2.0 * np.pi * radius * j1(safe * radius) / safe, np.pi * radius**2)
    # The first grid point lies at -(n // 2) dx, the centre elsewhere.
    origin = [float(x.reshape(-1)[0]) for x in grid.positions()]
    shift = sum(
        (axis * (x - c) for axis, x, c in zip(k, origin, center, strict=True)), start=np.zeros(q.shape)
    )
    weights = np.fft.ifftn(transform * np.exp(1j * shift)).real / grid.cell
    return np.asarray(weights, dtype=np.float64)


@final
class Recorder:
    """Computes the observables of a wave function, launched as `psi0` at `center`.

    Parameters
    ----------
    grid : Grid
    psi0 : ndarray, ``grid.shape``
        Wave function at time 0, for the autocorrelation.
    center : sequence of float
        Launch point; distances from it are to the nearest periodic image.
    width : float
        Standard deviation of the launched packet, for the return probability.
    plans : Plans
        Transforms of the grid's shape; their `psi` buffer is overwritten.
    """

    def __init__(
        self, grid: Grid, psi0: ComplexArray, center: Sequence[float], width: float, plans: Plans
    ) -> None:
        self.grid = grid
        self._psi0 = np.array(psi0)
        self._plans = plans
        self._offsets = [x.reshape(-1) for x in grid.displacements(center)]
        self._k = grid.wavenumbers()
        self._near = ball(grid, center, RETURN_RADIUS * width)
        self._edge = [
            np.abs(x) > EDGE * extent / 2.0 for x, extent in zip(self._offsets, grid.length, strict=True)
        ]
        self._tail = [np.abs(k.reshape(-1)) > EDGE * grid.k_max for k in self._k]
        self._between = [self._phase_of(part, plans) for part in BETWEEN[grid.dimension]]
        k2 = sum((k**2 for k in self._k), start=np.zeros(grid.shape))
        modulus = np.sqrt(np.where(k2 > 0.0, k2, 1.0))
        self._direction = [np.where(k2 > 0.0, k / modulus, 0.0) for k in self._k]

    def __call__(self, psi: ComplexArray, potential: FloatArray) -> dict[str, float]:
        """Observables of `psi`, by column name, natural units.

        Parameters
        ----------
        psi : ndarray of complex128, ``grid.shape``
        potential : ndarray, ``grid.shape``
            V(r, t) at the same time.
        """
        record = self._in_space(psi, potential) | self._in_momentum(psi)
        return record | self._nonlinear(psi)

    def _phase_of(self, part: float, plans: Plans) -> ComplexArray:
        """Turns transforms into those of the wave shifted by a part of a cell along every axis."""
        axes = zip(self._k, self.grid.spacing, strict=True)
        angle = sum((part * k * dx for k, dx in axes), start=np.zeros(self.grid.shape))
        # FFTW's pair multiplies by the number of points, undone here.
        return np.asarray(np.exp(1j * angle) / angle.size, dtype=plans.psi.dtype)

    def _nonlinear(self, psi: ComplexArray) -> dict[str, float]:
        """What is not linear in the density, which holds twice the wavenumbers of the wave function.

        The sum of its square over the grid alone is aliased for waves from half the grid's largest
        wavenumber on. With the points between it is exact on a line, and in a plane up to 0.7 of it.
        """
        cell = self.grid.cell
        amplitude = np.array(self._plans.psi)
        inverse, entropy = [], []
        for shift in (None, *self._between):
            wave = psi if shift is None else self._shifted(amplitude, shift)
            density = wave.real**2 + wave.imag**2
            inverse.append(1.0 / participation_ratio(density, cell))
            entropy.append(position_entropy(density, cell))
        return {"participation_ratio": 1.0 / float(np.mean(inverse)), "entropy": float(np.mean(entropy))}

    def _shifted(self, amplitude: ComplexArray, shift: ComplexArray) -> ComplexArray:
        np.multiply(amplitude, shift, out=self._plans.psi)
        self._plans.backward()
        return self._plans.psi

    def _in_space(self, psi: ComplexArray, potential: FloatArray) -> dict[str, float]:
        cell = self.grid.cell
        density = psi.real**2 + psi.imag**2
        along = marginals(density)
        norm = float(np.sum(along[0]) * cell)
        overlap = complex(_overlap(self._psi0.conj(), psi)) * cell
        record = {
            "norm": norm,
            "autocorrelation_re": overlap.real,
            "autocorrelation_im": overlap.imag,
            "return_probability": float(_overlap(density, self._near) * cell),
            "edge_probability": beyond(density, self._edge) * cell,
            "potential_energy": float(_overlap(density, potential) * cell),
            "msd_raw": 0.0,
        }
        for name, x, shares in zip("xy", self._offsets, along, strict=False):
            mean = float(np.sum(shares * x) * cell / norm)
            square = float(np.sum(shares * x**2) * cell / norm)
            record[f"mean_{name}"] = mean
            record[f"variance_{name}"] = square - mean**2
            record["msd_raw"] += square
        return record

    def _in_momentum(self, psi: ComplexArray) -> dict[str, float]:
        self._plans.psi[...] = psi
        self._plans.forward()
        amplitude = self._plans.psi
        weight = amplitude.real**2 + amplitude.imag**2
        along = marginals(weight)
        total = float(np.sum(along[0]))
        # Circular variance: 0 for one direction, 1 for a ring evenly filled.
        resultant = [float(_overlap(weight, direction)) / total for direction in self._direction]
        record = {
            "kinetic_energy": 0.0,
            "momentum_spread": 1.0 - float(np.hypot.reduce(resultant)),
            "spectral_tail": beyond(weight, self._tail) / total,
        }
        for name, k, shares in zip("xy", self._k, along, strict=False):
            record[f"momentum_{name}"] = float(np.sum(shares * k.reshape(-1)) / total)
            record["kinetic_energy"] += float(np.sum(shares * k.reshape(-1) ** 2) / (2.0 * total))
        return record


def marginals(density: FloatArray) -> list[FloatArray]:
    """Sums over all axes but one, for each axis."""
    if density.ndim == 1:
        return [density]
    return [np.einsum("ij->i", density), np.einsum("ij->j", density)]


def beyond(density: FloatArray, outside: Sequence[NDArray[np.bool_]]) -> float:
    """Sum where any of the coordinates is outside, given as a mask per axis."""
    if density.ndim == 1:
        return float(np.sum(density[outside[0]]))
    rows = np.where(
        outside[0], np.einsum("ij->i", density), np.einsum("ij,j->i", density, outside[1].astype(np.float64))
    )
    return float(np.sum(rows))


def _overlap(a: NDArray[Any], b: NDArray[Any]) -> Any:  # noqa: ANN401  # a real or complex number
    """``sum a b``, without an array of products and without BLAS, whose threads cost more than the sum."""
    indices = "ij"[: a.ndim]
    return np.einsum(f"{indices},{indices}->", a, b)
