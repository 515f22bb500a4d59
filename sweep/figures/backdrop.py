"""A map over two axes as a backdrop, on which measured quantities and closed forms are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from learn import RegimeMap
from sweep.figures.map_parts import set_axis
from sweep.figures.plane import plane_of
from sweep.figures.plane_map import draw_boundary, draw_regions
from sweep.figures.style import scaled

FloatArray = NDArray[np.float64]
Dashes = Literal["solid", "dashed", "dotted", "dashdot"]
# Name of a closed form's line: how it is written, and drawn.
LINES: Mapping[str, tuple[str, Dashes, str]] = MappingProxyType(
    {
        "tau_tr = t_final": ("$\\tau_{tr} = t_{final}$", "dashed", "#7a1f3d"),
        "5 tau_tr = t_final": ("$5\\,\\tau_{tr} = t_{final}$", "dotted", "#7a1f3d"),
        "w_D t_final = 1": ("$\\omega_D t_{final} = 1$", "dashed", "#1b3a6b"),
        "w_D t_final = 5": ("$\\omega_D t_{final} = 5$", "dotted", "#1b3a6b"),
        "xi = L/6": ("$\\xi = L/6$", "dashdot", "#111111"),
    }
)


def draw_backdrop(axes: Axes, regime_map: RegimeMap) -> None:
    """Regions and their boundary, and the two axes with their labels."""
    across, up = regime_map.space.axes
    set_axis(axes, "x", across)
    set_axis(axes, "y", up)
    plane = plane_of(regime_map)
    draw_regions(axes, plane)
    draw_boundary(axes, plane, width=1.2)


def draw_theory_lines(
    axes: Axes, x: FloatArray, y: FloatArray, ratios: Mapping[str, FloatArray]
) -> list[Artist]:
    """Draw the lines on which ratios (n, n) are 1, and return a legend's entries, those off the map too."""
    entries: list[Artist] = []
    for name, values in ratios.items():
        label, style, colour = LINES[name]
        known = values[np.isfinite(values)]
        crosses = bool(known.size and known.min() < 1.0 < known.max())
        width = scaled(1.6)
        if crosses:
            # Infinite where nothing scatters: contours need a number.
            finite = np.log(np.where(np.isfinite(values), values, known.max()))
            axes.contour(x, y, finite, levels=[0.0], colors=[colour], linestyles=[style], linewidths=width)
        elif known.size:
            label += " (off the map)"
        else:
            continue
        shown = 1.0 if crosses else 0.35
        entries.append(
            Line2D([], [], color=colour, linestyle=style, linewidth=width, alpha=shown, label=label)
        )
    return entries
