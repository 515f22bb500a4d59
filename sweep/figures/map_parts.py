"""What the maps over one, two and three axes have in common: points, shapes, names, axes, legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap, Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from learn import Axis, RegimeMap
from sweep.figures.plane import LEVEL
from sweep.figures.style import INK, axis_label, regime_colour, regime_hatch, regime_marker, scaled
from sweep.figures.ticks import plain_ticks
from sweep.sampled_point import SampledPoint

PALE = 0.38
POINT = 7.0  # diameter of a mark


def rounds(points: Sequence[SampledPoint]) -> Normalize:
    """The scale on which rounds are coloured."""
    return Normalize(vmin=0, vmax=max([1, *(point.round for point in points)]))


def round_colours() -> Colormap:
    """From dark to light, but not as light as paper."""
    return ListedColormap(mpl.colormaps["magma"](np.linspace(0.0, 0.92, 256)))


def draw_points(
    axes: Axes,
    points: Sequence[SampledPoint],
    places: Sequence[tuple[float, float]],
    scale: Normalize | None,
) -> None:
    """Mark points at places of the picture, by regime, and by round on a scale of colour."""
    for regime in sorted({point.regime for point in points}, key=lambda r: -1 if r is None else r):
        chosen = [i for i, point in enumerate(points) if point.regime == regime]
        known = regime is not None
        axes.scatter(
            [places[i][0] for i in chosen],
            [places[i][1] for i in chosen],
            c=INK if scale is None else [points[i].round for i in chosen],
            cmap=None if scale is None else round_colours(),
            norm=scale,
            marker=regime_marker(regime),
            s=scaled(POINT) ** 2,
            linewidths=scaled(0.7 if known else 1.6),
            edgecolors=("white" if scale is None else INK) if known else None,
            zorder=3,
            clip_on=False,
        )


def draw_rounds(figure: Figure, axes: Sequence[Axes], points: Sequence[SampledPoint]) -> None:
    """The bar that says what the colour of a point means."""
    if not points:
        return
    colours = mpl.cm.ScalarMappable(norm=rounds(points), cmap=round_colours())
    bar = figure.colorbar(
        colours, ax=list(axes), shrink=0.7, pad=0.02, aspect=30, ticks=MaxNLocator(integer=True)
    )
    bar.set_label("point chosen in round")
    bar.outline.set_visible(False)


def region_patch(regime: int, label: str = "") -> Patch:
    """A piece of a regime's region."""
    colour = regime_colour(regime)
    return Patch(
        facecolor=pale(colour), edgecolor=colour, hatch=regime_hatch(regime), linewidth=0.0, label=label
    )


def regime_entries(regime_map: RegimeMap) -> list[Artist]:
    """Entries of a legend that name the regions."""
    return [region_patch(regime, name) for regime, name in enumerate(regime_names(regime_map))]


def map_entries(regime_map: RegimeMap, points: Sequence[SampledPoint]) -> tuple[list[Any], list[str]]:
    """Handles and labels of a legend: regimes with their marks and numbers of points, boundary, band."""
    handles: list[Any] = []
    labels = []
    for regime, name in enumerate(regime_names(regime_map)):
        mark = Line2D(
            [],
            [],
            linestyle="none",
            marker=regime_marker(regime),
            markersize=scaled(POINT),
            markerfacecolor=INK,
            markeredgecolor="white",
        )
        handles.append((region_patch(regime), mark))
        count = sum(point.regime == regime for point in points)
        labels.append(f"{name} ({count} point{'' if count == 1 else 's'})" if points else name)
    if any(point.regime is None for point in points):
        handles.append(Line2D([], [], color=INK, marker="x", linewidth=0, markersize=scaled(POINT)))
        labels.append("names no regime")
    if regime_map.K > 1:
        handles.append(Line2D([], [], color=INK, linewidth=scaled(2.0)))
        handles.append(Patch(facecolor="white", edgecolor=INK, linestyle="dotted", linewidth=scaled(0.8)))
        labels += ["boundary", f"{LEVEL:.0%} band"]
    return handles, labels


def regime_names(regime_map: RegimeMap) -> tuple[str, ...]:
    """Names of the regimes, or their numbers."""
    return regime_map.names or tuple(f"regime {regime}" for regime in range(regime_map.K))


def set_axis(axes: Axes, which: str, axis: Axis) -> None:
    """Give the horizontal ("x") or the vertical ("y") axis its scale, label, limits and readable ticks."""
    margin = 0.5 if axis.integer else 0.0
    axes.set(
        **{
            f"{which}scale": axis.scale,
            f"{which}label": axis_label(axis.name),
            f"{which}lim": (axis.low - margin, axis.high + margin),
        }
    )
    place = axes.xaxis if which == "x" else axes.yaxis
    if axis.scale == "log":
        plain_ticks(place, axis.low, axis.high)
    elif axis.integer:
        place.set_major_locator(MaxNLocator(integer=True))


def pale(colour: str) -> tuple[float, float, float]:
    """The colour of a region, on which points and lines stand out."""
    red, green, blue = to_rgb(colour)
    return (1.0 - PALE * (1.0 - red), 1.0 - PALE * (1.0 - green), 1.0 - PALE * (1.0 - blue))
