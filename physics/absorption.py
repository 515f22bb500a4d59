"""An absorbing layer at the box's edge."""

from __future__ import annotations

import numpy as np

from physics.errors import InputError, require_positive
from physics.grid import FloatArray, Grid

# Lemniscate constant: where the potential of the layer, and so the wave's decay, becomes infinite.
LEMNISCATE = 2.62205755429212
# Steepness: 0.2 turns back 1% of the probability at the slowest wavenumber, and less above it.
STEEPNESS = 0.2
# Share of the layer, at its end, over which the rate is held at a finite value.
PLATEAU = 0.02


def absorber(grid: Grid, slowest: float) -> FloatArray:
    """Rate at which an absorbing layer around the box's edge takes amplitude from a wave.

    The layer is ``layer_width(slowest)`` deep on each side. A wave arriving with normal wavenumber
    `slowest` returns with 1% of its probability, a faster one with less; a slower one with more (15%
    at half of it). Nothing passes to the other side of the periodic box.

    Parameters
    ----------
    grid : Grid
    slowest : float
        Smallest wavenumber, normal to the edge, that is to be absorbed; in q_D.

    Returns
    -------
    ndarray, ``grid.shape``
        eta(r), 0 or above: ``d psi / dt = -eta psi`` in addition to the Schroedinger equation.

    Raises
    ------
    InputError
        If `slowest` is not above 0 and within the grid's wavenumbers, or the layers fill more than half
        of an axis.

    References
    ----------
    Manolopoulos, J. Chem. Phys. 117, 9552 (2002), doi:10.1063/1.1517042.
    """
    require_positive("slowest", slowest)
    if slowest > grid.k_max:
        raise InputError(
            f"slowest: expected a wavenumber within the grid's {grid.k_max:g}, got {slowest:g}; "
            "give that of the slowest wave to be absorbed"
        )
    width = layer_width(slowest)
    if 4.0 * width > min(grid.length):
        raise InputError(
            f"absorber: expected layers that fill at most half of the box {min(grid.length):.4g}, got "
            f"2 x {width:.4g} for wavenumber {slowest:g}; use a box of {4.0 * width:.4g} or more"
        )
    rate = np.zeros(grid.shape)
    for x, extent, dx in zip(grid.positions(), grid.length, grid.spacing, strict=True):
        depth = 1.0 - (extent / 2.0 - np.abs(x)) / width
        inside = np.clip(depth, 0.0, 1.0 - max(PLATEAU, 0.25 * dx / width))
        rate = rate + slowest**2 / 2.0 * _profile(LEMNISCATE * inside)
    return np.asarray(rate)


def layer_width(slowest: float) -> float:
    """Depth ``c / (2 delta k)`` of the layer, about one wavelength of the slowest wave."""
    return LEMNISCATE / (2.0 * STEEPNESS * slowest)


def _profile(x: FloatArray) -> FloatArray:
    c = LEMNISCATE
    linear, cubic = 1.0 - 16.0 / c**3, (1.0 - 17.0 / c**3) / c**2
    return linear * x - cubic * x**3 + 4.0 / (c - x) ** 2 - 4.0 / (c + x) ** 2
