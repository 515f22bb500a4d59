"""The regime map as a picture, over one, two or three axes."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from learn import RegimeMap
from sweep.figures.line_map import line_figure
from sweep.figures.map_parts import SampledPoint
from sweep.figures.plane_map import plane_figure
from sweep.figures.slice_map import slice_figure
from sweep.figures.style import SETTINGS

DRAWN = {1: line_figure, 2: plane_figure, 3: slice_figure}
DRAWN_AXES = max(DRAWN)


def map_figure(regime_map: RegimeMap, points: Sequence[SampledPoint], title: str = "") -> Figure:
    """Draw a map: probabilities over one axis, regions over two, slices through three.

    Parameters
    ----------
    regime_map : RegimeMap
    points : sequence of SampledPoint
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the map has more than three axes.
    """
    dimension = regime_map.space.dimension
    if dimension not in DRAWN:
        raise ValueError(
            f"map: expected one to three swept axes to draw, got {dimension}; "
            "ask for --json, or fix the others"
        )
    with mpl.rc_context(SETTINGS):
        return DRAWN[dimension](regime_map, points, title)
