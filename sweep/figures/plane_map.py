"""The map over two axes: regions, the boundary with its credible band, and the simulated points."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import PathPatch

from learn import RegimeMap
from sweep.figures.map_parts import draw_points, pale, set_axis
from sweep.figures.plane import Plane, plane_of
from sweep.figures.style import INK, regime_colour, regime_hatch, scaled
from sweep.sampled_point import SampledPoint


def draw_plane(
    axes: Axes,
    regime_map: RegimeMap,
    points: Sequence[SampledPoint],
    *,
    height: float | None = None,
    scale: Normalize | None = None,
) -> Plane:
    """Draw a map over its first two axes, the third held at a height from 0 to 1."""
    plane = plane_of(regime_map, height)
    across, up = regime_map.space.axes[:2]
    set_axis(axes, "x", across)
    set_axis(axes, "y", up)
    draw_regions(axes, plane)
    draw_band(axes, plane)
    draw_boundary(axes, plane)
    draw_points(axes, points, [(point.at[0], point.at[1]) for point in points], scale)
    return plane


def draw_regions(axes: Axes, plane: Plane, *, hatched: bool = True) -> None:
    """A pale region for each regime, hatched unless marks are to stand out on it."""
    regimes = range(plane.shares.shape[2])
    for regime in regimes if len(regimes) > 2 else ():
        shape = plane.underlay(regime)
        if shape is not None:
            axes.add_patch(PathPatch(shape, facecolor=pale(regime_colour(regime)), linewidth=0.0, zorder=0.9))
    for regime in regimes:
        shape = plane.region(regime)
        if shape is not None:
            colour = regime_colour(regime)
            hatch = regime_hatch(regime) if hatched else None
            axes.add_patch(
                PathPatch(shape, facecolor=pale(colour), edgecolor=colour, hatch=hatch, linewidth=0.0)
            )


def draw_band(axes: Axes, plane: Plane) -> None:
    """The credible band of the boundary, whitened."""
    band = plane.band()
    if band is not None:
        axes.add_patch(PathPatch(band, facecolor="white", edgecolor="none", alpha=0.6, linewidth=0.0))
    for line in plane.band_edges():
        axes.plot(line[:, 0], line[:, 1], color=INK, linewidth=scaled(0.9), linestyle="dotted")


def draw_boundary(axes: Axes, plane: Plane, *, width: float = 2.0) -> None:
    """The lines at which the most probable regime changes."""
    for line in plane.boundary():
        axes.plot(line[:, 0], line[:, 1], color=INK, linewidth=scaled(width), solid_capstyle="round")
