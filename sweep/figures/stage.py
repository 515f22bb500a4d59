"""What a movie shows: a packet over its landscape, drawn into given axes and moved from time to time."""

from __future__ import annotations

from typing import final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.image import AxesImage
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from physics import Scenario
from sweep.figures.style import INK, REGIME_COLOURS, scaled
from sweep.figures.window import Window

# The landscape's grey scale, in V_rms.
SPAN = 3.0

DENSITY_LABEL = "$|\\psi|\\,/\\,\\max|\\psi|$"
LANDSCAPE_LABEL = "$V\\,/\\,V_{rms}$"
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


@final
class LineStage:
    """One dimension: the density above, the landscape that it moves in below.

    Parameters
    ----------
    axes : tuple of Axes
        The upper and the lower.
    scenario : Scenario
    window : Window
    highest : float
        Largest density of all times, which sets one scale for them.
    """

    def __init__(self, axes: tuple[Axes, Axes], scenario: Scenario, window: Window, highest: float) -> None:
        self._energy = scenario.fermi_energy
        (x,) = window.coordinates
        upper, lower = axes
        blue, width = REGIME_COLOURS[0], scaled(1.4)
        self._density = upper.fill_between(x, np.zeros(x.size), color=blue, alpha=0.55, linewidth=0.0)
        (self._curve,) = upper.plot(x, np.zeros(x.size), color=blue, linewidth=width)
        upper.set(ylim=(0.0, 1.05 * highest), ylabel="$|\\psi|^2$  ($q_D$)")
        (self._landscape,) = lower.plot(x, np.zeros(x.size), color=INK, linewidth=width)
        self._ground = lower.fill_between(x, np.zeros(x.size), color=FILL, linewidth=0.0)
        self._floor = -max(1.15, 4.0 * scenario.rms / self._energy)
        lower.axhline(1.0, color=REGIME_COLOURS[3], linewidth=scaled(1.0), linestyle="--")
        lower.annotate("$E_F$", (1.0, 1.0), (4, -3), ("axes fraction", "data"), "offset points")
        lower.set(ylim=(self._floor, -self._floor), ylabel="$V\\,/\\,E_F$", xlabel="$x - x_0$  ($1/q_D$)")
        lower.set_xlim(x[0], x[-1])
        upper.set_xlim(x[0], x[-1])
        for each in axes:
            each.axvline(0.0, color=INK, linewidth=scaled(0.8), linestyle=":")
        self._title = upper.set_title(time_title(0.0))

    def show(self, t: float, density: NDArray[np.floating], potential: NDArray[np.floating]) -> None:
        """Draw the packet and the landscape, both as the window cuts them, at one time."""
        x = np.asarray(self._curve.get_xdata())
        self._curve.set_ydata(density)
        self._density.set_data(x, density, np.zeros(x.size))
        self._landscape.set_ydata(potential / self._energy)
        self._ground.set_data(x, potential / self._energy, np.full(x.size, self._floor))
        self._title.set_text(time_title(t))


@final
class PlaneStage:
    """Two dimensions: the packet over the landscape in grey, its modulus relative to the frame's largest.

    Parameters
    ----------
    axes : Axes
    scenario : Scenario
    window : Window

    Attributes
    ----------
    density, landscape : AxesImage
        For bars that say what their colours mean.
    """

    def __init__(self, axes: Axes, scenario: Scenario, window: Window) -> None:
        self._rms = scenario.rms
        blank = np.zeros([x.size for x in window.coordinates]).T
        ends = window.extent

        def image(colours: LinearSegmentedColormap, low: float, high: float) -> AxesImage:
            return axes.imshow(
                blank, colours, vmin=low, vmax=high, origin="lower", extent=ends, interpolation="bilinear"
            )

        self.landscape, self.density = image(RELIEF, -SPAN, SPAN), image(GLOW, 0.0, 1.0)
        axes.plot(
            0.0,
            0.0,
            marker="+",
            color=INK,
            markersize=scaled(10.0),
            markeredgewidth=scaled(1.6),
            path_effects=HALO,
        )
        axes.set(xlabel="$x - x_0$  ($1/q_D$)", ylabel="$y - y_0$  ($1/q_D$)")
        self._title = axes.set_title(time_title(0.0))

    def show(self, t: float, density: NDArray[np.floating], potential: NDArray[np.floating]) -> None:
        """Draw the packet and the landscape, both as the window cuts them, at one time."""
        self.landscape.set_data(potential.T / (self._rms or 1.0))
        self.density.set_data(np.sqrt(density.T / density.max()))
        self._title.set_text(time_title(t))


def time_title(t: float) -> str:
    """The time of a frame, with its unit."""
    return f"$t$ = {t:.1f}  $m^*/\\hbar q_D^2$"
