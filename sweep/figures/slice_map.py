"""The map over three axes: slices through it at three values of the last one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from learn import RegimeMap
from sweep.errors import PictureError
from sweep.figures.plane import Plane
from sweep.figures.plane_map import draw_plane
from sweep.figures.style import axis_label
from sweep.sampled_point import SampledPoint

SLICES = 3


def draw_slice(
    axes: Axes,
    regime_map: RegimeMap,
    points: Sequence[SampledPoint],
    at: float,
    *,
    scale: Normalize | None = None,
) -> tuple[Plane, list[SampledPoint]]:
    """Draw a slice of a map over three axes, and return it with the points that are within half a slice.

    Raises
    ------
    PictureError
        If there is no slice at that value of the last axis.
    """
    last = regime_map.space.axes[2]
    if not last.low <= at <= last.high:
        raise PictureError(
            f"map: expected a slice at {last.name} from {last.low:g} to {last.high:g}, got {at:g}"
        )
    ends = np.array([at, *(point.at[2] for point in points)])
    height, *depths = last.to_unit(ends).tolist()
    near = [point for point, depth in zip(points, depths, strict=True) if abs(depth - height) <= 0.5 / SLICES]
    plane = draw_plane(axes, regime_map, near, height=height, scale=scale)
    axes.set_title(f"{axis_label(last.name)} = {at:.3g}")
    return plane, near


def slice_places(regime_map: RegimeMap) -> list[float]:
    """Values of the last axis at which a map is sliced: the middles of its thirds."""
    middles = (np.arange(SLICES) + 0.5) / SLICES
    return [float(value) for value in regime_map.space.axes[2].from_unit(middles)]
