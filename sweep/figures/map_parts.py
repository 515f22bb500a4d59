"""What the maps over one, two and three axes have in common: points, colours, axes, legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis as MatplotlibAxis
from matplotlib.collections import PathCollection
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from learn import Axis, RegimeMap
from sweep.figures.style import AXIS_LABELS, INK, REGIME_MARKERS, regime_colour

LEVEL = 0.9  # of the credible band
PALE = 0.38


@final
@dataclass(frozen=True)
class SampledPoint:
    """A simulated point.

    Attributes
    ----------
    at : tuple of float
        In axis units, an entry for each axis.
    round : int
        In which it was proposed.
    regime : int or None
        None where its series name no regime.
    """

    at: tuple[float, ...]
    round: int
    regime: int | None


def rounds(points: Sequence[SampledPoint]) -> Normalize:
    """The scale on which rounds are coloured."""
    return Normalize(vmin=0, vmax=max([1, *(point.round for point in points)]))


def draw_points(
    axes: Axes, points: Sequence[SampledPoint], places: Sequence[tuple[float, float]], scale: Normalize
) -> None:
    """Mark points at places of the picture, by regime and round."""
    for regime in sorted({point.regime for point in points}, key=lambda r: -1 if r is None else r):
        chosen = [i for i, point in enumerate(points) if point.regime == regime]
        _scatter(axes, [points[i] for i in chosen], [places[i] for i in chosen], regime, scale)


def _scatter(
    axes: Axes,
    points: Sequence[SampledPoint],
    places: Sequence[tuple[float, float]],
    regime: int | None,
    scale: Normalize,
) -> PathCollection:
    return axes.scatter(
        [x for x, _ in places],
        [y for _, y in places],
        c=[point.round for point in points],
        marker="x" if regime is None else REGIME_MARKERS[regime % len(REGIME_MARKERS)],
        cmap="magma",
        norm=scale,
        s=46,
        linewidths=1.0,
        edgecolors=None if regime is None else "white",
        zorder=3,
        clip_on=False,
    )


def draw_rounds(figure: Figure, axes: Sequence[Axes], points: Sequence[SampledPoint]) -> None:
    """The bar that says what the colour of a point means."""
    if not points:
        return
    colours = mpl.cm.ScalarMappable(norm=rounds(points), cmap="magma")
    bar = figure.colorbar(colours, ax=list(axes), shrink=0.7, pad=0.02, ticks=MaxNLocator(integer=True))
    bar.set_label("round in which a point was chosen")
    bar.outline.set_visible(False)


def draw_legend(figure: Figure, regime_map: RegimeMap, points: Sequence[SampledPoint]) -> None:
    """Regimes with their points, the boundary and its band, below the picture."""
    names = regime_names(regime_map)
    entries: list[Line2D | Patch] = [
        Line2D(
            [],
            [],
            color=pale(regime_colour(regime)),
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
                label=f"{LEVEL:.0%} band of the boundary",
            )
        )
    figure.legend(handles=entries, loc="outside lower center", ncols=min(len(entries), 3))


def regime_names(regime_map: RegimeMap) -> tuple[str, ...]:
    """Names of the regimes, or their numbers."""
    return regime_map.names or tuple(f"regime {regime}" for regime in range(regime_map.K))


def label_axis(place: MatplotlibAxis, axis: Axis, set_limits: Callable[[float, float], object]) -> None:
    """Label an axis, and give it its limits and readable ticks."""
    place.set_label_text(AXIS_LABELS.get(axis.name, axis.name))
    set_limits(axis.low, axis.high)
    if axis.scale == "log":
        place.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        place.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        place.set_minor_formatter(NullFormatter())


def pale(colour: str) -> tuple[float, float, float]:
    """The colour of a region, on which points and lines stand out."""
    red, green, blue = to_rgb(colour)
    return (1.0 - PALE * (1.0 - red), 1.0 - PALE * (1.0 - green), 1.0 - PALE * (1.0 - blue))
