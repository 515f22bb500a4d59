"""What a movie shows: a packet over its landscape, in the part of the box around its launch point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from physics import Grid, Scenario
from sweep.figures.style import INK, REGIME_COLOURS, new_figure

# The window holds this much of the packet along each axis, at every frame.
HELD = 0.999
MARGIN = 0.08
# The landscape's grey scale, in V_rms.
SPAN = 3.0

DENSITY_LABEL = "$|\\psi|\\,/\\,\\max|\\psi|$"
FILL = "#d9dbe0"
HALO = [withStroke(linewidth=3.0, foreground="white")]
# Pale, so that the packet stands out; and clear where there is no packet, so that the relief shows.
RELIEF = LinearSegmentedColormap.from_list("relief", ["#9a9ea6", "#d7d9dd", "#ffffff"])
GLOW = LinearSegmentedColormap.from_list(
    "glow",
    [
        (0.0, (1.0, 0.75, 0.35, 0.0)),
        (0.2, (1.0, 0.7, 0.3, 0.55)),
        (0.5, (0.88, 0.35, 0.15, 0.9)),
        (0.8, (0.5, 0.05, 0.3, 1.0)),
        (1.0, (0.15, 0.0, 0.25, 1.0)),
    ],
)

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


@final
class LineStage:
    """One dimension: the density above, the landscape that it moves in below.

    Parameters
    ----------
    scenario : Scenario
    window : Window
    highest : float
        Largest density of all times, which sets one scale for them.
    """

    def __init__(self, scenario: Scenario, window: Window, highest: float) -> None:
        self._energy = scenario.fermi_energy
        (x,) = window.coordinates
        self.figure = new_figure(7.2, 4.6)
        upper, lower = self.figure.subplots(2, 1, sharex=True, height_ratios=(1.3, 1.0))
        self._density = upper.fill_between(
            x, np.zeros(x.size), color=REGIME_COLOURS[0], alpha=0.55, linewidth=0.0
        )
        (self._curve,) = upper.plot(x, np.zeros(x.size), color=REGIME_COLOURS[0], linewidth=1.4)
        upper.set(ylim=(0.0, 1.05 * highest), ylabel="$|\\psi|^2$  ($q_D$)")
        (self._landscape,) = lower.plot(x, np.zeros(x.size), color=INK, linewidth=1.2)
        self._ground = lower.fill_between(x, np.zeros(x.size), color=FILL, linewidth=0.0)
        span = max(1.15, 4.0 * scenario.rms / self._energy)
        lower.axhline(1.0, color=REGIME_COLOURS[3], linewidth=1.0, linestyle="--")
        lower.annotate("$E_F$", (1.0, 1.0), (4, -3), ("axes fraction", "data"), "offset points")
        lower.set(ylim=(-span, span), ylabel="$V\\,/\\,E_F$", xlabel="$x - x_0$  ($1/q_D$)")
        lower.set_xlim(x[0], x[-1])
        for axes in (upper, lower):
            axes.axvline(0.0, color=INK, linewidth=0.8, linestyle=":")
        self._title = upper.set_title(" ")
        _freeze(self.figure)

    def show(self, t: float, density: NDArray[np.floating], potential: NDArray[np.floating]) -> None:
        """Draw the packet and the landscape, both as the window cuts them, at one time."""
        x = np.asarray(self._curve.get_xdata())
        self._curve.set_ydata(density)
        self._density.set_data(x, density, np.zeros(x.size))
        self._landscape.set_ydata(potential / self._energy)
        floor = self._landscape.axes.get_ylim()[0] if self._landscape.axes else 0.0
        self._ground.set_data(x, potential / self._energy, np.full(x.size, floor))
        self._title.set_text(_time(t))


@final
class PlaneStage:
    """Two dimensions: the packet over the landscape in grey, its modulus relative to the frame's largest.

    Parameters
    ----------
    scenario : Scenario
    window : Window
    """

    def __init__(self, scenario: Scenario, window: Window) -> None:
        self._rms = scenario.rms
        self.figure = new_figure(7.0, 5.6)
        axes = self.figure.subplots()
        blank = np.zeros([x.size for x in window.coordinates]).T
        ends = window.extent

        def image(colours: LinearSegmentedColormap, low: float, high: float) -> AxesImage:
            return axes.imshow(
                blank, colours, vmin=low, vmax=high, origin="lower", extent=ends, interpolation="bilinear"
            )

        self._landscape, self._density = image(RELIEF, -SPAN, SPAN), image(GLOW, 0.0, 1.0)
        axes.plot(0.0, 0.0, marker="+", color=INK, markersize=10, markeredgewidth=1.6, path_effects=HALO)
        axes.set(xlabel="$x - x_0$  ($1/q_D$)", ylabel="$y - y_0$  ($1/q_D$)")
        self.figure.colorbar(self._density, ax=axes, shrink=0.8, pad=0.02, label=DENSITY_LABEL)
        self.figure.colorbar(self._landscape, ax=axes, shrink=0.8, pad=0.03, label="$V\\,/\\,V_{rms}$")
        self._title = axes.set_title(" ")
        _freeze(self.figure)

    def show(self, t: float, density: NDArray[np.floating], potential: NDArray[np.floating]) -> None:
        """Draw the packet and the landscape, both as the window cuts them, at one time."""
        self._landscape.set_data(potential.T / (self._rms or 1.0))
        self._density.set_data(np.sqrt(density.T / density.max()))
        self._title.set_text(_time(t))


def _time(t: float) -> str:
    return f"$t$ = {t:.1f}  $m^*/\\hbar q_D^2$"


def _freeze(figure: Figure) -> None:
    """Lay the figure out once: a layout for each frame would make it tremble."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
