"""The map over three axes: slices through it at three values of the last one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

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
from sweep.figures.style import AXIS_LABELS, INK, new_figure, regime_colour

NODES = 48
SLICES = 3


def slice_figure(regime_map: RegimeMap, points: Sequence[SampledPoint], title: str) -> Figure:
    """Draw slices of a map over three axes, each with the points that are nearest to it."""
    figure = new_figure(12.0, 5.0)
    panels = figure.subplots(1, SLICES, sharey=True)
    across, up, last = regime_map.space.axes
    depths = last.to_unit(np.array([point.at[2] for point in points]))
    nearest = np.clip((depths * SLICES).astype(int), 0, SLICES - 1).tolist()
    for number, axes in enumerate(panels):
        height = (number + 0.5) / SLICES
        _draw_slice(axes, regime_map, height)
        chosen = [point for point, at in zip(points, nearest, strict=True) if at == number]
        draw_points(axes, chosen, [(point.at[0], point.at[1]) for point in chosen], rounds(points))
        label_axis(axes.xaxis, across, axes.set_xlim)
        value = float(last.from_unit(np.array([height]))[0])
        axes.set_title(f"{AXIS_LABELS.get(last.name, last.name)} = {value:.3g}")
    label_axis(panels[0].yaxis, up, panels[0].set_ylim)
    draw_rounds(figure, list(panels), points)
    figure.suptitle(title, x=0.01, ha="left", size=11.0)
    draw_legend(figure, regime_map, points)
    return figure


def _draw_slice(axes: Axes, regime_map: RegimeMap, height: float) -> None:
    unit = np.linspace(0.0, 1.0, NODES)
    x, y, _ = regime_map.space.from_unit(np.stack([unit, unit, unit], axis=1)).T
    flat = np.stack(np.meshgrid(unit, unit), axis=-1).reshape(-1, 2)
    nodes = regime_map.space.from_unit(np.column_stack([flat, np.full(len(flat), height)]))
    across, up, _ = regime_map.space.axes
    axes.set_xscale(across.scale)
    axes.set_yscale(up.scale)
    shares = regime_map.predict_proba(nodes)
    colours = ListedColormap([pale(regime_colour(regime)) for regime in range(regime_map.K)])
    regions = shares.argmax(axis=1).reshape(NODES, NODES)
    axes.pcolormesh(
        x, y, regions, cmap=colours, vmin=-0.5, vmax=regime_map.K - 0.5, shading="nearest", rasterized=True
    )
    doubt = regime_map.uncertainty(nodes).reshape(NODES, NODES)
    edge = (1 - LEVEL) / 2
    if doubt.min() < edge < doubt.max():
        axes.contourf(x, y, doubt, levels=[edge, 1.0], colors=["white"], alpha=0.55)
        axes.contour(x, y, doubt, levels=[edge], colors=[INK], linewidths=0.7, linestyles="dotted")
    for regime in range(regime_map.K if regime_map.K > 1 else 0):
        others = np.delete(shares, regime, axis=1).max(axis=1)
        excess = (shares[:, regime] - others).reshape(NODES, NODES)
        if excess.min() < 0 < excess.max():
            axes.contour(x, y, excess, levels=[0.0], colors=[INK], linewidths=2.0)
