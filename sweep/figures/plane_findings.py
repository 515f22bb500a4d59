"""What closed forms, twins and other conditions say of a map over two axes, drawn on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from learn import RegimeMap
from sweep.figures.backdrop import Dashes, draw_backdrop, draw_theory_lines
from sweep.figures.map_parts import regime_entries
from sweep.figures.picture import Picture, drawing, finished
from sweep.figures.plane import plane_of
from sweep.figures.style import INK, REGIME_COLOURS, scaled

FloatArray = NDArray[np.float64]
# Width and height of the panel, inches.
PLANE = (7.4, 4.8)
MARKERS = MappingProxyType({"held": "s", "released": "*", "driven": "^", "free": "o"})
DIAMETERS = MappingProxyType({"held": 7.4, "released": 12.2, "driven": 7.7, "free": 6.7})
WORDS = MappingProxyType(
    {
        "held": "held, frozen and moving",
        "released": "held when frozen, released when moving",
        "driven": "the same, and heated",
        "free": "not held by the frozen lattice",
    }
)
BOUNDARIES: tuple[tuple[Dashes, str], ...] = (
    ("solid", INK),
    ("dotted", INK),
    ("dashed", REGIME_COLOURS[0]),
    ("dashdot", REGIME_COLOURS[3]),
)


def lines_figure(
    regime_map: RegimeMap,
    points: FloatArray,
    nodes: tuple[FloatArray, FloatArray],
    ratios: Mapping[str, FloatArray],
    title: str,
    *,
    width_mm: float | None = None,
) -> Picture:
    """Draw a map with the lines of closed forms, beyond which it cannot be read.

    Parameters
    ----------
    regime_map, points, nodes, ratios
        As for :func:`draw_lines`.
    title : str
    width_mm : float, optional
        Width in print.
    """
    return _plane_figure(width_mm, title, lambda axes: draw_lines(axes, regime_map, points, nodes, ratios))


def draw_lines(
    axes: Axes,
    regime_map: RegimeMap,
    points: FloatArray,
    nodes: tuple[FloatArray, FloatArray],
    ratios: Mapping[str, FloatArray],
) -> list[Artist]:
    """Draw a map with the lines of closed forms into axes, and return a legend's entries.

    Parameters
    ----------
    axes : Axes
    regime_map : RegimeMap
    points : ndarray, (n, 2)
        In axis units.
    nodes : tuple of ndarray, (m,)
        Along the two axes.
    ratios : mapping of str to ndarray, (m, m)
        1 on the line, rows along the second axis.
    """
    draw_backdrop(axes, regime_map)
    axes.scatter(points[:, 0], points[:, 1], color=INK, s=scaled(3.0) ** 2, clip_on=False, zorder=3)
    return [*regime_entries(regime_map), *draw_theory_lines(axes, *nodes, ratios)]


def twins_figure(
    regime_map: RegimeMap,
    points: FloatArray,
    verdicts: Sequence[str],
    sure: Sequence[bool],
    title: str,
    *,
    width_mm: float | None = None,
) -> Picture:
    """Draw what the twins say at each point over the regimes that the series gave.

    Parameters
    ----------
    regime_map, points, verdicts, sure
        As for :func:`draw_twins`.
    title : str
    width_mm : float, optional
        Width in print.
    """
    return _plane_figure(width_mm, title, lambda axes: draw_twins(axes, regime_map, points, verdicts, sure))


def draw_twins(
    axes: Axes,
    regime_map: RegimeMap,
    points: FloatArray,
    verdicts: Sequence[str],
    sure: Sequence[bool],
) -> list[Artist]:
    """Draw what the twins say at each point into axes, and return a legend's entries.

    Parameters
    ----------
    axes : Axes
    regime_map : RegimeMap
    points : ndarray, (n, 2)
        In axis units.
    verdicts : sequence of str, (n,)
        "held", "released", "driven" or "free".
    sure : sequence of bool, (n,)
        Others are drawn hollow.
    """
    draw_backdrop(axes, regime_map)
    entries = regime_entries(regime_map)
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
                s=scaled(DIAMETERS[verdict]) ** 2,
                facecolor=INK if filled else "white",
                edgecolor=INK if not filled else "white",
                linewidths=scaled(1.0),
                clip_on=False,
                zorder=3,
            )
        entries.append(_mark(marker, WORDS[verdict]))
    return [*entries, _mark("o", "hollow: fewer than 9 in 10", face="white")]


def drift_figure(
    maps: Mapping[str, RegimeMap], labels: Mapping[str, str], *, width_mm: float | None = None
) -> Picture:
    """Draw the boundaries of the same points under other conditions over the first one's regions.

    Parameters
    ----------
    maps, labels
        As for :func:`draw_drift`.
    width_mm : float, optional
        Width in print.
    """
    return _plane_figure(width_mm, "", lambda axes: draw_drift(axes, maps, labels))


def draw_drift(axes: Axes, maps: Mapping[str, RegimeMap], labels: Mapping[str, str]) -> list[Artist]:
    """Draw boundaries under several conditions into axes, and return a legend's entries.

    Parameters
    ----------
    axes : Axes
    maps : mapping of str to RegimeMap
        Over two axes, regimes numbered alike; at most four.
    labels : mapping of str to str
        For the legend.
    """
    base = next(iter(maps.values()))
    draw_backdrop(axes, base)
    entries = regime_entries(base)
    for (name, regime_map), (style, colour) in zip(maps.items(), BOUNDARIES, strict=False):
        for line in plane_of(regime_map).boundary():
            axes.plot(line[:, 0], line[:, 1], color=colour, linestyle=style, linewidth=scaled(2.0))
        entries.append(
            Line2D([], [], color=colour, linestyle=style, linewidth=scaled(2.0), label=labels[name])
        )
    return entries


def _plane_figure(width_mm: float | None, title: str, draw: Callable[[Axes], list[Artist]]) -> Picture:
    with drawing(PLANE[0], width_mm) as figure:
        finished(figure, PLANE, title, draw(figure.add_subplot()))
    return figure


def _mark(marker: str, label: str, face: str = INK) -> Line2D:
    return Line2D(
        [],
        [],
        color=INK,
        marker=marker,
        markerfacecolor=face,
        linewidth=0,
        markersize=scaled(8.0),
        label=label,
    )
