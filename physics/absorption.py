"""An absorbing layer at the box's edge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from physics.errors import InputError, require_positive, require_vector
from physics.grid import FloatArray, Grid

# Lemniscate constant: where the potential of the layer, and so the wave's decay, becomes infinite.
LEMNISCATE = 2.62205755429212
# Steepness: 0.2 turns back 1% of the probability at the slowest wavenumber, 4e-5 at twice that.
STEEPNESS = 0.2
# Share of the layer, at its end, over which the rate is held at a finite value.
PLATEAU = 0.02


def absorber(grid: Grid, slowest: float, center: Sequence[float] | None = None) -> FloatArray:
    """Rate at which an absorbing layer at the box's edge takes amplitude from a wave.

    The layer is ``layer_width(slowest)`` deep on each side, 1.04 wavelengths of the slowest wave. Of
    the probability that arrives with normal wavenumber `slowest`, 1% is left at most; of a faster wave less
    (4e-5 at twice that wavenumber), of a slower one more (15% at half of it). What is left has been
    turned back, or has passed to the other side of the periodic box.

    The box has no edge of its own: its edge is what lies half a box from `center`.

    Parameters
    ----------
    grid : Grid
    slowest : float
        Smallest wavenumber, normal to the edge, that is to be absorbed; in q_D.
    center : sequence of float, (d,), optional
        Point that is farthest from the layer, the launch point; the origin by default.

    Returns
    -------
    ndarray, ``grid.shape``
        eta(r), 0 or above: ``d psi / dt = -eta psi`` in addition to the Schroedinger equation.

    Raises
    ------
    InputError
        If `slowest` is not above 0 and within the grid's wavenumbers, the layers fill more than half
        of an axis, or `center` is not a point of the box's dimension.

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
    check_layers(min(grid.length), slowest)
    middle = (0.0,) * grid.dimension if center is None else require_vector("center", center, grid.dimension)
    width = layer_width(slowest)
    rate = np.zeros(grid.shape)
    for x, extent, dx in zip(grid.displacements(middle), grid.length, grid.spacing, strict=True):
        depth = 1.0 - (extent / 2.0 - np.abs(x)) / width
        inside = np.clip(depth, 0.0, 1.0 - max(PLATEAU, 0.25 * dx / width))
        rate = rate + slowest**2 / 2.0 * _profile(LEMNISCATE * inside)
    return np.asarray(rate)


def layer_width(slowest: float) -> float:
    """Depth ``c / (2 delta k)`` of the layer: 1.04 wavelengths of the slowest wave."""
    return LEMNISCATE / (2.0 * STEEPNESS * slowest)


def check_layers(length: float, slowest: float) -> None:
    """Refuse a box too short for its absorbing layers.

    Raises
    ------
    InputError
        If the two layers of an axis fill more than half of it.
    """
    width = layer_width(slowest)
    if 4.0 * width > length:
        raise InputError(
            f"absorber: expected layers that fill at most half of the box {length:.4g}, got "
            f"2 x {width:.4g} for wavenumber {slowest:g}; use a box of {4.0 * width:.4g} or more"
        )


def _profile(x: FloatArray) -> FloatArray:
    c = LEMNISCATE
    linear, cubic = 1.0 - 16.0 / c**3, (1.0 - 17.0 / c**3) / c**2
    return linear * x - cubic * x**3 + 4.0 / (c - x) ** 2 - 4.0 / (c + x) ** 2
