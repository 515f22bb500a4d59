"""A map over two axes as a pale backdrop, on which measured quantities are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from learn import RegimeMap
from sweep.figures.map_parts import label_axis, pale, regime_names
from sweep.figures.style import INK, regime_colour

NODES = 128
FloatArray = NDArray[np.float64]
Dashes = Literal["solid", "dashed", "dotted", "dashdot"]
# What functions of this package return, by a name that those may use who know nothing of matplotlib.
Picture = Figure
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
    """Regions and their boundary, pale, and the two axes with their labels."""
    across, up = regime_map.space.axes
    axes.set_xscale(across.scale)
    axes.set_yscale(up.scale)
    unit = np.linspace(0.0, 1.0, NODES)
    x, y = regime_map.space.from_unit(np.stack([unit, unit], axis=1)).T
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    regions = regime_map.predict(grid).reshape(NODES, NODES)
    colours = ListedColormap([pale(regime_colour(regime)) for regime in range(regime_map.K)])
    axes.pcolormesh(
        x, y, regions, cmap=colours, vmin=-0.5, vmax=regime_map.K - 0.5, shading="nearest", rasterized=True
    )
    for line in regime_map.boundary():
        axes.plot(line.points[:, 0], line.points[:, 1], color=INK, linewidth=1.2)
    label_axis(axes.xaxis, across, axes.set_xlim)
    label_axis(axes.yaxis, up, axes.set_ylim)


def regime_patches(regime_map: RegimeMap) -> list[Patch | Line2D]:
    """Entries of a legend that name the regions."""
    return [
        Patch(facecolor=pale(regime_colour(regime)), label=name)
        for regime, name in enumerate(regime_names(regime_map))
    ]


def draw_theory_lines(
    axes: Axes, x: FloatArray, y: FloatArray, ratios: Mapping[str, FloatArray]
) -> list[Line2D]:
    """Draw the lines on which ratios (n, n) are 1, and return a legend's entries, those off the map too."""
    entries = []
    for name, values in ratios.items():
        label, style, colour = LINES[name]
        known = values[np.isfinite(values)]
        crosses = bool(known.size and known.min() < 1.0 < known.max())
        if crosses:
            # Infinite where nothing scatters: contours need a number.
            finite = np.log(np.where(np.isfinite(values), values, known.max()))
            axes.contour(x, y, finite, levels=[0.0], colors=[colour], linestyles=[style], linewidths=1.5)
        elif known.size:
            label += " (off the map)"
        else:
            continue
        entries.append(
            Line2D([], [], color=colour, linestyle=style, alpha=1.0 if crosses else 0.35, label=label)
        )
    return entries
