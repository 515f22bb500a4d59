"""The map over one axis: the probability of each regime, and the places at which it changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
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
from sweep.figures.style import INK, new_figure, regime_colour

NODES = 512
POINTS_AT = -0.06  # below the strip, in units of its height


def line_figure(regime_map: RegimeMap, points: Sequence[SampledPoint], title: str) -> Figure:
    """Draw a map over one axis."""
    figure = new_figure(8.4, 4.0)
    axes = figure.add_subplot()
    (along,) = regime_map.space.axes
    axes.set_xscale(along.scale)
    _draw_shares(axes, regime_map)
    _draw_places(axes, regime_map)
    draw_points(axes, points, [(point.at[0], POINTS_AT) for point in points], rounds(points))
    draw_rounds(figure, [axes], points)
    label_axis(axes.xaxis, along, axes.set_xlim)
    axes.set_ylim(2 * POINTS_AT, 1.0)
    axes.set_yticks([0.0, 0.5, 1.0])
    axes.set_ylabel("probability of each regime")
    axes.set_title(title)
    draw_legend(figure, regime_map, points)
    return figure


def _draw_shares(axes: Axes, regime_map: RegimeMap) -> None:
    x = regime_map.space.from_unit(np.linspace(0.0, 1.0, NODES)[:, None])
    shares = regime_map.predict_proba(x).T
    colours = [pale(regime_colour(regime)) for regime in range(regime_map.K)]
    axes.stackplot(x[:, 0], shares, colors=colours)


def _draw_places(axes: Axes, regime_map: RegimeMap) -> None:
    places = regime_map.places(LEVEL)
    for low, high in sorted({(place.low, place.high) for place in places}):
        axes.fill_betweenx(
            [0.0, 1.0], low, high, facecolor="white", edgecolor=INK, alpha=0.55, linestyle="dotted"
        )
    for place in places:
        axes.plot([place.at, place.at], [0.0, 1.0], color=INK, linewidth=2.0)
