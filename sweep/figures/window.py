"""The part of the box that a movie shows: around the launch point, as wide as the packet becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from physics import Grid, Scenario

# The window holds this much of the packet along each axis, at every frame.
HELD = 0.999
MARGIN = 0.08

FloatArray = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Window:
    """The part of the box around the launch point that is shown.

    Attributes
    ----------
    places : tuple of ndarray of int
        Grid indices along each axis, in the order of the distance from the launch point.
    coordinates : tuple of ndarray
        That signed distance.
    """

    places: tuple[NDArray[np.intp], ...]
    coordinates: tuple[FloatArray, ...]

    def cut(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """What the window shows of values on the grid."""
        return values[np.ix_(*self.places)]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top: half a cell beyond the outer points."""
        half = [(x[1] - x[0]) / 2.0 for x in self.coordinates]
        ends = [(x[0] - h, x[-1] + h) for x, h in zip(self.coordinates, half, strict=True)]
        (left, right), (bottom, top) = ends
        return float(left), float(right), float(bottom), float(top)


def window_around(scenario: Scenario, grid: Grid, densities: Sequence[NDArray[np.floating]]) -> Window:
    """The window that always holds the packet, the launch point and a margin, equally long on each axis.

    Parameters
    ----------
    scenario : Scenario
    grid : Grid
    densities : sequence of ndarray, ``grid.shape``
        ``abs(psi)^2`` at the times shown.
    """
    distances = [x.ravel() for x in grid.displacements(scenario.launch_point(grid.length))]
    orders = [np.argsort(distance) for distance in distances]
    reach = [
        _reach(distance[order], [_along(density, axis)[order] for density in densities])
        for axis, (distance, order) in enumerate(zip(distances, orders, strict=True))
    ]
    side = (1.0 + 2.0 * MARGIN) * max(high - low for low, high in reach)
    places = []
    for distance, order, (low, high) in zip(distances, orders, reach, strict=True):
        room = max(float(np.ptp(distance)) - side, 0.0) / 2.0
        # No part of the window lies beyond the box.
        middle = float(np.clip((low + high) / 2.0, -room, room))
        places.append(order[np.abs(distance[order] - middle) <= side / 2.0])
    shown = (distance[place] for distance, place in zip(distances, places, strict=True))
    return Window(tuple(places), tuple(shown))


def _along(density: NDArray[np.floating], axis: int) -> FloatArray:
    """Share of the packet at each point of an axis."""
    others = tuple(i for i in range(density.ndim) if i != axis)
    return np.asarray(density.sum(axis=others, dtype=np.float64))


def _reach(distance: FloatArray, shares: Sequence[FloatArray]) -> tuple[float, float]:
    """Ends of what holds `HELD` of the packet at all times, and the launch point."""
    ends = [0.0]
    for share in shares:
        held = np.cumsum(share)
        tail = (1.0 - HELD) / 2.0 * held[-1]
        ends += [float(x) for x in distance[np.searchsorted(held, [tail, held[-1] - tail])]]
    return min(ends), max(ends)
