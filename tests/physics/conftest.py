"""Transforms shared by the tests: planning is the slow part of a small problem."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from physics import DeformationPotential, Grid, Plans, gaussian_packet

TWO_PI = 2.0 * np.pi


@pytest.fixture(scope="session")
def plans_of() -> Callable[[tuple[int, ...]], Plans]:
    """Plans of a shape, made once per session; no two users may hold state in them at a time."""

    @cache
    def plans(shape: tuple[int, ...]) -> Plans:
        return Plans(shape)

    return plans


@pytest.fixture(params=[1, 2], ids=["line", "plane"])
def problem(request, plans_of):
    """Grid, packet and a moving field of strength comparable to the packet's energy.

    The grid ends at four times the launched wavenumber: what is cut off there is below 1e-9.
    """
    dimension = request.param
    count = {1: 40.0, 2: 10.0}[dimension]
    grid = Grid(({1: 320, 2: 80}[dimension],) * dimension, (TWO_PI * count,) * dimension)
    field = DeformationPotential.thermal(
        grid, rms=0.2, temperature=1.0, speed=0.3, seed=3, plans=plans_of(grid.shape)
    )
    psi0 = gaussian_packet(grid, (0.8, -0.3)[:dimension], 4.0)
    return grid, field, psi0, plans_of(grid.shape)
