"""What is recorded of a wave function: pure functions of arrays on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.packet import ComplexArray

# Share of the half box, and of the largest wavenumber, beyond which lies the edge.
EDGE = 0.9
RETURN_RADIUS = 2.0


def participation_ratio(density: FloatArray, cell: float) -> float:
    """``1 / integral abs(psi)^4``, from ``abs(psi)^2``: the volume that the packet fills."""
    return float(1.0 / (np.sum(density**2) * cell))


def position_entropy(density: FloatArray, cell: float) -> float:
    """``-integral rho ln rho``, from ``rho = abs(psi)^2``."""
    positive = density[density > 0.0]
    return float(-np.sum(positive * np.log(positive)) * cell)


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
        self._center = tuple(center)
        self._plans = plans
        self._offsets = grid.displacements(center)
        self._k = grid.wavenumbers()
        squared = sum((x**2 for x in self._offsets), start=np.zeros(grid.shape))
        self._near = squared <= (RETURN_RADIUS * width) ** 2
        self._edge = _outside(self._offsets, [EDGE * extent / 2.0 for extent in grid.length])
        self._tail = _outside(self._k, [EDGE * grid.k_max] * grid.dimension)
        k2 = sum((k**2 for k in self._k), start=np.zeros(grid.shape))
        self._energy = k2 / 2.0
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
        return self._in_space(psi, potential) | self._in_momentum(psi)

    def _in_space(self, psi: ComplexArray, potential: FloatArray) -> dict[str, float]:
        cell = self.grid.cell
        density = psi.real**2 + psi.imag**2
        norm = float(np.sum(density) * cell)
        overlap = np.sum(self._psi0.conj() * psi) * cell
        record = {
            "norm": norm,
            "participation_ratio": participation_ratio(density, cell),
            "autocorrelation_re": float(overlap.real),
            "autocorrelation_im": float(overlap.imag),
            "return_probability": float(np.sum(density[self._near]) * cell),
            "edge_probability": float(np.sum(density[self._edge]) * cell),
            "entropy": position_entropy(density, cell),
            "potential_energy": float(np.sum(density * potential) * cell),
            "msd_raw": 0.0,
        }
        for axis, name in enumerate("xy"[: self.grid.dimension]):
            x = self._offsets[axis]
            mean = float(np.sum(density * x) * cell / norm)
            square = float(np.sum(density * x**2) * cell / norm)
            record[f"mean_{name}"] = self._center[axis] + mean
            record[f"variance_{name}"] = square - mean**2
            record["msd_raw"] += square
        return record

    def _in_momentum(self, psi: ComplexArray) -> dict[str, float]:
        self._plans.psi[...] = psi
        self._plans.forward()
        amplitude = self._plans.psi
        weight = amplitude.real**2 + amplitude.imag**2
        weight /= np.sum(weight)
        # Circular variance: 0 for one direction, 1 for a ring evenly filled.
        resultant = [float(np.sum(weight * direction)) for direction in self._direction]
        record = {
            "kinetic_energy": float(np.sum(weight * self._energy)),
            "momentum_spread": 1.0 - float(np.hypot.reduce(resultant)),
            "spectral_tail": float(np.sum(weight[self._tail])),
        }
        for axis, name in enumerate("xy"[: self.grid.dimension]):
            record[f"momentum_{name}"] = float(np.sum(weight * self._k[axis]))
        return record


def _outside(coordinates: Sequence[FloatArray], limits: Sequence[float]) -> NDArray[np.bool_]:
    beyond = [np.abs(x) > limit for x, limit in zip(coordinates, limits, strict=True)]
    return np.asarray(beyond[0] if len(beyond) == 1 else beyond[0] | beyond[1])
