"""Numbers that were measured at the points of a map over two axes, drawn on it by colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from learn import RegimeMap
from sweep.figures.backdrop import draw_backdrop
from sweep.figures.map_parts import regime_entries
from sweep.figures.picture import Picture, finished, panels, wrapped
from sweep.figures.style import INK, scaled
from sweep.figures.ticks import plain_ticks

FloatArray = NDArray[np.float64]
# Inches of a panel, and of its width in print.
WIDTH, HEIGHT, LEAST = 5.6, 3.9, 2.6
COLOURS = "viridis"


@final
@dataclass(frozen=True, eq=False)
class Quantity:
    """Numbers at the points of a map.

    Attributes
    ----------
    title, label : str
        Of the panel, and of the colour bar.
    values, errors : ndarray, (n,)
        Positive values; others are drawn as crosses.
    """

    title: str
    label: str
    values: FloatArray
    errors: FloatArray


def quantity_figure(
    regime_map: RegimeMap,
    points: FloatArray,
    quantities: Sequence[Quantity],
    *,
    contours: tuple[FloatArray, FloatArray, FloatArray, str] | None = None,
    width_mm: float | None = None,
) -> Picture:
    """Draw quantities at the points of a map, a panel for each, all on one logarithmic scale of colour.

    Parameters
    ----------
    regime_map : RegimeMap
    points : ndarray, (n, 2)
        In axis units.
    quantities : sequence of Quantity
    contours : tuple of (x, y, values, name), optional
        A closed form over the plane, as labelled lines.
    width_mm : float, optional
        Width in print.
    """
    norm = scale_of(quantities)
    with panels(len(quantities), WIDTH, width_mm, least=LEAST) as (figure, drawn):
        for axes, quantity in zip(drawn, quantities, strict=True):
            draw_quantity(axes, regime_map, points, quantity, norm)
            axes.set_title(wrapped(_title(quantity), 0.9 * figure.get_figwidth() / len(drawn)))
            if contours is not None:
                _draw_contours(axes, *contours[:3])
        bar = figure.colorbar(
            mpl.cm.ScalarMappable(norm=norm, cmap=COLOURS), ax=list(drawn), shrink=0.8, extend="both"
        )
        bar.set_label(quantities[0].label)
        plain_ticks(bar.ax.yaxis, float(norm.vmin or 0.0), float(norm.vmax or 0.0))
        entries = regime_entries(regime_map)
        if contours is not None:
            entries.append(
                Line2D([], [], color=INK, linestyle="dashed", linewidth=scaled(0.9), label=contours[3])
            )
        finished(figure, (WIDTH, HEIGHT), "", entries)
    return figure


def scale_of(quantities: Sequence[Quantity]) -> LogNorm:
    """One scale for quantities, the outermost hundredths off it."""
    known = np.concatenate([each.values[each.values > 0.0] for each in quantities])
    return LogNorm(*(np.quantile(known, [0.02, 0.98]) if known.size else (0.1, 10.0)))


def draw_quantity(
    axes: Axes, regime_map: RegimeMap, points: FloatArray, quantity: Quantity, norm: LogNorm | None = None
) -> None:
    """Draw a quantity at the points of a map into axes.

    Parameters
    ----------
    axes : Axes
    regime_map : RegimeMap
    points : ndarray, (n, 2)
        In axis units.
    quantity : Quantity
    norm : LogNorm, optional
        Its scale, such as :func:`scale_of` gives; by default its own.
    """
    draw_backdrop(axes, regime_map)
    positive = quantity.values > 0.0
    axes.scatter(
        points[positive, 0],
        points[positive, 1],
        c=quantity.values[positive],
        norm=scale_of([quantity]) if norm is None else norm,
        cmap=COLOURS,
        s=scaled(7.7) ** 2,
        edgecolors=INK,
        linewidths=scaled(0.7),
        clip_on=False,
        zorder=3,
    )
    rest = points[~positive]
    axes.scatter(rest[:, 0], rest[:, 1], color=INK, marker="x", s=scaled(5.5) ** 2, clip_on=False, zorder=3)


def _title(quantity: Quantity) -> str:
    positive = quantity.values > 0.0
    share = quantity.errors[positive] / quantity.values[positive]
    error = f", error {np.nanmedian(share):.0%} (median)" if np.isfinite(share).any() else ""
    crosses = f"; crosses: not above 0 ({int((~positive).sum())})" if not positive.all() else ""
    return f"{quantity.title}{error}{crosses}"


def _draw_contours(axes: Axes, x: FloatArray, y: FloatArray, values: FloatArray) -> None:
    levels = np.geomspace(values.min(), values.max(), 7)[1:-1]
    lines = axes.contour(
        x, y, values, levels=levels, colors=[INK], linestyles="dashed", linewidths=scaled(0.9)
    )
    for text in axes.clabel(lines, fmt=lambda value: f"{value:.2g}", fontsize=scaled(8.0)):
        text.set_bbox({"boxstyle": "round,pad=0.1", "facecolor": "white", "alpha": 0.8, "linewidth": 0.0})
