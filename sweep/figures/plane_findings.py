"""What was measured at the points of a map over two axes, drawn on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from learn import RegimeMap
from sweep.figures.backdrop import draw_backdrop, draw_theory_lines, regime_patches
from sweep.figures.style import INK, SETTINGS, new_figure

FloatArray = NDArray[np.float64]
MARKERS = MappingProxyType({"held": "s", "released": "*", "driven": "^", "free": "o"})
SIZES = MappingProxyType({"held": 55.0, "released": 150.0, "driven": 60.0, "free": 45.0})
WORDS = MappingProxyType(
    {
        "held": "held, frozen and moving",
        "released": "held when frozen, released when moving",
        "driven": "the same, and heated",
        "free": "not held by the frozen lattice",
    }
)


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


def lines_figure(
    regime_map: RegimeMap,
    points: FloatArray,
    nodes: tuple[FloatArray, FloatArray],
    ratios: Mapping[str, FloatArray],
    title: str,
) -> Figure:
    """Draw a map with the lines of closed forms, beyond which it cannot be read.

    Parameters
    ----------
    regime_map : RegimeMap
    points : ndarray, (n, 2)
        In axis units.
    nodes : tuple of ndarray, (m,)
        Along the two axes.
    ratios : mapping of str to ndarray, (m, m)
        1 on the line, rows along the second axis.
    title : str
    """
    figure = new_figure(7.0, 5.6)
    with mpl.rc_context(SETTINGS):
        axes = figure.add_subplot()
        draw_backdrop(axes, regime_map)
        axes.scatter(points[:, 0], points[:, 1], color=INK, s=9.0, clip_on=False, zorder=3)
        entries = [*regime_patches(regime_map), *draw_theory_lines(axes, *nodes, ratios)]
        axes.set_title(title)
        figure.legend(handles=entries, loc="outside lower center", ncols=3)
    return figure


def quantity_figure(
    regime_map: RegimeMap,
    points: FloatArray,
    quantities: Sequence[Quantity],
    *,
    contours: tuple[FloatArray, FloatArray, FloatArray, str] | None = None,
) -> Figure:
    """Draw quantities at the points of a map, a panel for each, all on one logarithmic scale of colour.

    Parameters
    ----------
    regime_map : RegimeMap
    points : ndarray, (n, 2)
        In axis units.
    quantities : sequence of Quantity
    contours : tuple of (x, y, values, name), optional
        A closed form over the plane, as labelled lines.
    """
    figure = new_figure(5.4 * len(quantities) + 1.0, 5.2)
    known = np.concatenate([each.values[each.values > 0.0] for each in quantities])
    norm = LogNorm(*(np.quantile(known, [0.02, 0.98]) if known.size else (0.1, 10.0)))
    with mpl.rc_context(SETTINGS):
        panels = figure.subplots(1, len(quantities), squeeze=False)[0]
        for axes, quantity in zip(panels, quantities, strict=True):
            draw_backdrop(axes, regime_map)
            _draw_quantity(axes, points, quantity, norm)
            if contours is not None:
                _draw_contours(axes, *contours[:3])
        bar = figure.colorbar(
            mpl.cm.ScalarMappable(norm=norm, cmap="viridis"), ax=list(panels), shrink=0.8, extend="both"
        )
        bar.set_label(quantities[0].label)
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        bar.ax.yaxis.set_minor_formatter(NullFormatter())
        entries = regime_patches(regime_map)
        if contours is not None:
            entries.append(Line2D([], [], color=INK, linestyle="dashed", linewidth=0.9, label=contours[3]))
        figure.legend(handles=entries, loc="outside lower center", ncols=4)
    return figure


def twins_figure(
    regime_map: RegimeMap,
    points: FloatArray,
    verdicts: Sequence[str],
    sure: Sequence[bool],
    title: str,
) -> Figure:
    """Draw what the twins say at each point over the regimes that the series gave.

    Parameters
    ----------
    regime_map : RegimeMap
    points : ndarray, (n, 2)
        In axis units.
    verdicts : sequence of str, (n,)
        "held", "released", "driven" or "free".
    sure : sequence of bool, (n,)
        Others are drawn hollow.
    title : str
    """
    figure = new_figure(7.4, 6.0)
    with mpl.rc_context(SETTINGS):
        axes = figure.add_subplot()
        draw_backdrop(axes, regime_map)
        for verdict, marker in MARKERS.items():
            for filled in (True, False):
                chosen = [
                    place
                    for place, (said, known) in enumerate(zip(verdicts, sure, strict=True))
                    if said == verdict and known == filled
                ]
                axes.scatter(
                    points[chosen, 0],
                    points[chosen, 1],
                    marker=marker,
                    s=SIZES[verdict],
                    facecolor=INK if filled else "white",
                    edgecolor=INK if not filled else "white",
                    linewidths=1.0,
                    clip_on=False,
                    zorder=3,
                )
        axes.set_title(title)
        figure.legend(handles=_verdict_entries(regime_map), loc="outside lower center", ncols=2)
    return figure


def _verdict_entries(regime_map: RegimeMap) -> list[object]:
    marks = [
        Line2D([], [], color=INK, marker=marker, linewidth=0, markersize=8, label=WORDS[verdict])
        for verdict, marker in MARKERS.items()
    ]
    hollow = Line2D(
        [],
        [],
        color=INK,
        marker="o",
        markerfacecolor="white",
        linewidth=0,
        label="hollow: fewer than 9 in 10",
    )
    return [*regime_patches(regime_map), *marks, hollow]


def _draw_quantity(axes: Axes, points: FloatArray, quantity: Quantity, norm: LogNorm) -> None:
    positive = quantity.values > 0.0
    axes.scatter(
        points[positive, 0],
        points[positive, 1],
        c=quantity.values[positive],
        norm=norm,
        cmap="viridis",
        s=60.0,
        edgecolors="white",
        linewidths=0.8,
        clip_on=False,
        zorder=3,
    )
    axes.scatter(
        points[~positive, 0], points[~positive, 1], color=INK, marker="x", s=30.0, clip_on=False, zorder=3
    )
    share = quantity.errors[positive] / quantity.values[positive]
    error = f", error {np.nanmedian(share):.0%} (median)" if np.isfinite(share).any() else ""
    crosses = f"; crosses: not above 0 ({int((~positive).sum())})" if not positive.all() else ""
    axes.set_title(f"{quantity.title}{error}{crosses}", fontsize=10.0)


def _draw_contours(axes: Axes, x: FloatArray, y: FloatArray, values: FloatArray) -> None:
    levels = np.geomspace(values.min(), values.max(), 7)[1:-1]
    lines = axes.contour(x, y, values, levels=levels, colors=[INK], linestyles="dashed", linewidths=0.9)
    axes.clabel(lines, fmt=lambda value: f"{value:.2g}", fontsize=8.0)
