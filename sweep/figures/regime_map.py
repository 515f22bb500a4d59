"""The regime map: regions, the boundary with its uncertainty, and the points that were simulated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis as MatplotlibAxis
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from learn import Axis, RegimeMap
from sweep.figures.style import AXIS_LABELS, INK, REGIME_MARKERS, SETTINGS, new_figure, regime_colour

NODES = 128
NAME_NODES = 64
# Inside the band the label is wrong with at least this probability.
BAND = 0.25
PALE = 0.38


@final
@dataclass(frozen=True)
class SampledPoint:
    """A simulated point.

    Attributes
    ----------
    x, y : float
        In axis units.
    round : int
        In which it was proposed.
    regime : int or None
        None where its series name no regime.
    """

    x: float
    y: float
    round: int
    regime: int | None


def map_figure(regime_map: RegimeMap, points: Sequence[SampledPoint], title: str = "") -> Figure:
    """Draw a map over two axes.

    Parameters
    ----------
    regime_map : RegimeMap
        Over two axes.
    points : sequence of SampledPoint
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the map has not two axes.
    """
    if len(regime_map.space.axes) != 2:
        raise ValueError(
            f"map: expected two swept axes to draw, got {len(regime_map.space.axes)}; "
            "ask for --json, or fix the others"
        )
    figure = new_figure(8.4, 6.0)
    with mpl.rc_context(SETTINGS):
        axes = figure.add_subplot()
        x, y, nodes = _nodes(regime_map)
        axes.set_xscale(regime_map.space.axes[0].scale)
        axes.set_yscale(regime_map.space.axes[1].scale)
        _draw_regions(axes, regime_map, x, y, nodes)
        _draw_boundary(axes, regime_map, x, y, nodes)
        _draw_points(figure, axes, points)
        _draw_names(axes, regime_map)
        across, up = regime_map.space.axes
        _label(axes.xaxis, across, axes.set_xlim)
        _label(axes.yaxis, up, axes.set_ylim)
        axes.set_title(title)
        _draw_legend(figure, regime_map, points)
    return figure


def _nodes(regime_map: RegimeMap) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    unit = np.linspace(0.0, 1.0, NODES)
    corners = regime_map.space.from_unit(np.stack([unit, unit], axis=1))
    grid = np.stack(np.meshgrid(corners[:, 0], corners[:, 1]), axis=-1).reshape(-1, 2)
    return corners[:, 0], corners[:, 1], grid


def _draw_regions(
    axes: Axes,
    regime_map: RegimeMap,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    nodes: NDArray[np.float64],
) -> None:
    regions = regime_map.predict(nodes).reshape(NODES, NODES)
    colours = ListedColormap([_pale(regime_colour(regime)) for regime in range(regime_map.K)])
    axes.pcolormesh(
        x, y, regions, cmap=colours, vmin=-0.5, vmax=regime_map.K - 0.5, shading="nearest", rasterized=True
    )


def _draw_boundary(
    axes: Axes,
    regime_map: RegimeMap,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    nodes: NDArray[np.float64],
) -> None:
    doubt = regime_map.uncertainty(nodes).reshape(NODES, NODES)
    if doubt.max() > BAND:
        band = axes.contourf(x, y, doubt, levels=[BAND, 1.0], colors=["white"], alpha=0.55)
        band.set_edgecolor(INK)
        axes.contour(x, y, doubt, levels=[BAND], colors=[INK], linewidths=0.7, linestyles="dotted")
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


def _draw_points(figure: Figure, axes: Axes, points: Sequence[SampledPoint]) -> None:
    if not points:
        return
    last = max(point.round for point in points)
    scale = mpl.colors.Normalize(vmin=0, vmax=max(last, 1))
    for regime in sorted({point.regime for point in points}, key=lambda r: -1 if r is None else r):
        chosen = [point for point in points if point.regime == regime]
        axes.scatter(
            [point.x for point in chosen],
            [point.y for point in chosen],
            c=[point.round for point in chosen],
            marker="x" if regime is None else REGIME_MARKERS[regime % len(REGIME_MARKERS)],
            cmap="magma",
            norm=scale,
            s=46,
            linewidths=1.0,
            edgecolors=None if regime is None else "white",
            zorder=3,
            clip_on=False,
        )
    colours = mpl.cm.ScalarMappable(norm=scale, cmap="magma")
    bar = figure.colorbar(colours, ax=axes, shrink=0.7, pad=0.02)
    bar.set_label("round in which a point was chosen")
    bar.outline.set_visible(False)


def _draw_legend(figure: Figure, regime_map: RegimeMap, points: Sequence[SampledPoint]) -> None:
    names = regime_map.names or tuple(f"regime {regime}" for regime in range(regime_map.K))
    entries: list[Line2D | Patch] = [
        Line2D(
            [],
            [],
            color=_pale(regime_colour(regime)),
            marker=REGIME_MARKERS[regime % len(REGIME_MARKERS)],
            markerfacecolor=INK,
            markeredgecolor="white",
            markersize=7,
            linewidth=11,
            label=f"{name}, points: {sum(point.regime == regime for point in points)}",
        )
        for regime, name in enumerate(names)
    ]
    if any(point.regime is None for point in points):
        entries.append(Line2D([], [], color=INK, marker="x", linewidth=0, label="names no regime"))
    if regime_map.K > 1:
        entries.append(Line2D([], [], color=INK, linewidth=2.0, label="boundary"))
        entries.append(
            Patch(
                facecolor="white",
                edgecolor=INK,
                linestyle="dotted",
                label=f"label in doubt (over {BAND:.0%})",
            )
        )
    figure.legend(handles=entries, loc="outside lower center", ncols=min(len(entries), 3))


def _label(place: MatplotlibAxis, axis: Axis, set_limits: Callable[[float, float], object]) -> None:
    place.set_label_text(AXIS_LABELS.get(axis.name, axis.name))
    set_limits(axis.low, axis.high)
    if axis.scale == "log":
        place.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        place.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        place.set_minor_formatter(NullFormatter())


def _pale(colour: str) -> tuple[float, float, float]:
    red, green, blue = to_rgb(colour)
    return (1.0 - PALE * (1.0 - red), 1.0 - PALE * (1.0 - green), 1.0 - PALE * (1.0 - blue))
