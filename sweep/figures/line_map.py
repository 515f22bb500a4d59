"""The map over one axis: the probability of each regime, and the places at which it changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from learn import RegimeMap
from sweep.figures.map_parts import draw_points, pale, set_axis
from sweep.figures.plane import LEVEL, stretched
from sweep.figures.style import INK, regime_colour, regime_hatch, scaled
from sweep.sampled_point import SampledPoint

NODES = 512
POINTS_AT = -0.06  # below the strip, in units of its height


def draw_line(
    axes: Axes,
    regime_map: RegimeMap,
    points: Sequence[SampledPoint],
    *,
    scale: Normalize | None = None,
) -> None:
    """Draw a map over one axis: shares of the regimes stacked, the points below."""
    (along,) = regime_map.space.axes
    set_axis(axes, "x", along)
    _draw_shares(axes, regime_map)
    _draw_places(axes, regime_map)
    draw_points(axes, points, [(point.at[0], POINTS_AT) for point in points], scale)
    axes.set_ylim(2 * POINTS_AT, 1.0)
    axes.set(yticks=[0.0, 0.5, 1.0], ylabel="probability")


def _draw_shares(axes: Axes, regime_map: RegimeMap) -> None:
    unit = np.linspace(0.0, 1.0, NODES)[:, None]
    x = stretched(regime_map.space).from_unit(unit)[:, 0]
    shares = regime_map.predict_proba(regime_map.space.from_unit(unit)).T
    ends = np.concatenate([np.zeros((1, NODES)), np.cumsum(shares, axis=0)])
    for regime in range(regime_map.K):
        colour = regime_colour(regime)
        axes.fill_between(
            x,
            ends[regime],
            ends[regime + 1],
            facecolor=pale(colour),
            edgecolor=colour,
            hatch=regime_hatch(regime),
            linewidth=0.0,
        )


def _draw_places(axes: Axes, regime_map: RegimeMap) -> None:
    places = regime_map.places(LEVEL)
    for low, high in sorted({(place.low, place.high) for place in places}):
        axes.fill_betweenx([0.0, 1.0], low, high, facecolor="white", edgecolor="none", alpha=0.6)
        for edge in (low, high):
            axes.plot([edge, edge], [0.0, 1.0], color=INK, linewidth=scaled(0.9), linestyle="dotted")
    for place in places:
        axes.plot([place.at, place.at], [0.0, 1.0], color=INK, linewidth=scaled(2.0))
