"""The launched electron: a Gaussian wave packet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from physics.errors import InputError, require_positive, require_vector
from physics.grid import Grid

ComplexArray = NDArray[np.complex128]

# Standard deviations between a packet's centre and the nearest edge of its box.
CLEARANCE = 4.0


def gaussian_packet(
    grid: Grid, wavevector: Sequence[float], width: float, center: Sequence[float] | None = None
) -> ComplexArray:
    """Gaussian packet, ``psi`` proportional to ``exp(-(r - r_c)^2 / (4 width^2) + i k.r)``.

    Parameters
    ----------
    grid : Grid
    wavevector : sequence of float, (d,)
        Mean wavevector k, in q_D.
    width : float
        Standard deviation of ``abs(psi)^2`` along each axis, in 1/q_D.
    center : sequence of float, (d,), optional
        Launch point; the origin by default.

    Returns
    -------
    ndarray of complex128, ``grid.shape``
        Normalised: ``integral abs(psi)^2 = 1``.

    Raises
    ------
    InputError
        If the box cannot hold the packet or the grid cannot carry its wavenumbers.
    """
    require_positive("width", width)
    wavevector = require_vector("wavevector", wavevector, grid.dimension)
    center = (0.0,) * grid.dimension if center is None else require_vector("center", center, grid.dimension)
    check_room(min(grid.length), width)
    reach = max(abs(k) for k in wavevector) + CLEARANCE / (2.0 * width)
    if reach > grid.k_max:
        raise InputError(
            f"wavevector: expected abs(k) + {CLEARANCE:g} / (2 width) within the grid's {grid.k_max:g}, "
            f"got {reach:g}; use more grid points"
        )
    offsets = grid.displacements(center)
    exponent = sum(
        (-(x**2) / (4.0 * width**2) + 1j * k * x for x, k in zip(offsets, wavevector, strict=True)),
        start=np.zeros(grid.shape, dtype=np.complex128),
    )
    psi = np.exp(exponent)
    return np.asarray(psi / np.sqrt(np.sum(np.abs(psi) ** 2) * grid.cell), dtype=np.complex128)


def check_room(length: float, width: float) -> None:
    """Refuse a box too short for a packet of this width.

    Raises
    ------
    InputError
        If the box is shorter than eight widths.
    """
    if 2.0 * CLEARANCE * width > length:
        raise InputError(
            f"width: expected at most 1/{2 * CLEARANCE:g} of the box {length:.4g}, got {width:.4g}; "
            "use a longer box or a narrower packet"
        )
