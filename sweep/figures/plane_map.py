"""The map over two axes: regions, the boundary with its credible band, and the simulated points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from scipy.ndimage import distance_transform_edt

from learn import RegimeMap
from sweep.figures.map_parts import (
    LEVEL,
    SampledPoint,
    draw_legend,
    draw_points,
    draw_rounds,
    label_axis,
    pale,
    rounds,
)
from sweep.figures.style import INK, new_figure, regime_colour

NODES = 128
NAME_NODES = 64


def plane_figure(regime_map: RegimeMap, points: Sequence[SampledPoint], title: str) -> Figure:
    """Draw a map over two axes."""
    figure = new_figure(8.4, 6.0)
    axes = figure.add_subplot()
    across, up = regime_map.space.axes
    axes.set_xscale(across.scale)
    axes.set_yscale(up.scale)
    _draw_regions(axes, regime_map)
    _draw_boundary(axes, regime_map)
    draw_points(axes, points, [(point.at[0], point.at[1]) for point in points], rounds(points))
    draw_rounds(figure, [axes], points)
    _draw_names(axes, regime_map)
    label_axis(axes.xaxis, across, axes.set_xlim)
    label_axis(axes.yaxis, up, axes.set_ylim)
    axes.set_title(title)
    draw_legend(figure, regime_map, points)
    return figure


def _draw_regions(axes: Axes, regime_map: RegimeMap) -> None:
    unit = np.linspace(0.0, 1.0, NODES)
    x, y = regime_map.space.from_unit(np.stack([unit, unit], axis=1)).T
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    regions = regime_map.predict(grid).reshape(NODES, NODES)
    colours = ListedColormap([pale(regime_colour(regime)) for regime in range(regime_map.K)])
    axes.pcolormesh(
        x, y, regions, cmap=colours, vmin=-0.5, vmax=regime_map.K - 0.5, shading="nearest", rasterized=True
    )


def _draw_boundary(axes: Axes, regime_map: RegimeMap) -> None:
    rings = [Path(ring, closed=True) for region in regime_map.credible_band(LEVEL) for ring in region.rings]
    if rings:
        # One path, so that the bands of three regimes do not whiten each other where they meet.
        band = Path.make_compound_path(*rings)
        axes.add_patch(PathPatch(band, facecolor="white", edgecolor="none", alpha=0.55))
        axes.add_patch(PathPatch(band, fill=False, edgecolor=INK, linewidth=0.7, linestyle="dotted"))
    for line in regime_map.boundary():
        axes.plot(line.points[:, 0], line.points[:, 1], color=INK, linewidth=2.0, solid_capstyle="round")


def _draw_names(axes: Axes, regime_map: RegimeMap) -> None:
    """Write each regime's name where its region is widest: farthest from any other label."""
    unit = (np.arange(NAME_NODES) + 0.5) / NAME_NODES
    grid = np.stack(np.meshgrid(unit, unit), axis=-1).reshape(-1, 2)
    places = regime_map.space.from_unit(grid)
    regions = regime_map.predict(places).reshape(NAME_NODES, NAME_NODES)
    for regime, name in enumerate(regime_map.names or ()):
        inside = np.pad(regions == regime, 1)
        if not inside.any():
            continue
        depth = distance_transform_edt(inside)[1:-1, 1:-1]
        x, y = places[int(np.argmax(depth))]
        text = axes.text(x, y, name, ha="center", va="center", weight="bold", size=11.0, zorder=4)
        text.set_path_effects([withStroke(linewidth=3.5, foreground="white", alpha=0.85)])
