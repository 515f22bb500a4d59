"""A map that a campaign found, beside the grid that would have told as much."""

from __future__ import annotations

import numpy as np

from sweep.analysis import CampaignResult
from sweep.figures.map_names import name_plane
from sweep.figures.map_parts import map_entries, set_axis
from sweep.figures.picture import Picture, finished, panels
from sweep.figures.plane import plane_of
from sweep.figures.plane_map import draw_boundary, draw_plane, draw_regions
from sweep.figures.style import INK, scaled


def beside_grid_figure(result: CampaignResult, nodes: int, *, width_mm: float | None = None) -> Picture:
    """Draw the points that a campaign over two axes simulated, and the nodes of a grid.

    Parameters
    ----------
    result : CampaignResult
    nodes : int
        Of the grid, along each axis; :func:`sweep.equal_grid.equal_grid` has it.
    width_mm : float, optional
        Width in print; by default as for a screen.

    Returns
    -------
    Picture
        A matplotlib Figure.
    """
    found = result.regime_map
    points = result.points()
    with panels(2, 4.9, width_mm) as (figure, (left, right)):
        plane = draw_plane(left, found, points)
        left.set_title(f"{len(points)} simulated points")
        for name, axis in zip("xy", found.space.axes, strict=True):
            set_axis(right, name, axis)
        whole = plane_of(found)
        draw_regions(right, whole, hatched=False)
        draw_boundary(right, whole)
        across, up = _nodes(result, nodes)
        right.plot(across, up, linestyle="none", marker="o", markersize=scaled(1.3), color=INK)
        right.set_title(f"a grid that tells as much: {nodes} \u00d7 {nodes} = {nodes**2:,} points")
        right.label_outer()
        finished(figure, (4.9, 3.7), "", *map_entries(found, points))
        figure.draw_without_rendering()
        name_plane(left, plane, found.names or (), points)
    return figure


def _nodes(result: CampaignResult, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """The middles of equal cells, in axis units."""
    middles = (np.arange(nodes) + 0.5) / nodes
    flat = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    across, up = result.regime_map.space.from_unit(flat).T
    return across, up
