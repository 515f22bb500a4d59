"""Names of regimes, written into their regions where there is room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from learn import RegimeMap
from sweep.figures.picture import LETTER
from sweep.figures.plane import Plane
from sweep.figures.style import FONT, scaled
from sweep.sampled_point import SampledPoint

NODES = 512
# Height of a name's box in sizes of the font, and how much of the box must be within the region.
BOX, WITHIN = 1.6, 0.8
# Share of a regime's largest probability above which it is written about its middle.
REIGNS = 0.9


def name_plane(axes: Axes, plane: Plane, names: Sequence[str], points: Sequence[SampledPoint]) -> None:
    """Write each regime's name where it has most room, clear of points where that can be.

    Parameters
    ----------
    axes : Axes
        As large as they will be.
    plane : Plane
    names : sequence of str
    points : sequence of SampledPoint
        Drawn on the plane.
    """
    marks = np.zeros(plane.doubt.shape, dtype=bool)
    if points:
        unit = plane.space.to_unit(np.array([point.at[:2] for point in points]))
        places = np.rint(unit * (plane.nodes.size - 1)).astype(int)
        marks[places[:, 1], places[:, 0]] = True
    for regime, name in enumerate(names):
        inside = plane.regimes == regime
        place = _roomiest(axes, inside & ~marks, name) or _roomiest(axes, inside, name)
        if place is not None:
            row, column = place
            ((x, y),) = plane.space.from_unit(np.array([[plane.nodes[column], plane.nodes[row]]]))
            _write(axes, float(x), float(y), name)


def name_line(axes: Axes, regime_map: RegimeMap) -> None:
    """Write each regime's name where it reigns along a map over one axis."""
    nodes = regime_map.space.from_unit(np.linspace(0.0, 1.0, NODES)[:, None])
    shares = regime_map.predict_proba(nodes)
    floors = np.cumsum(shares, axis=1) - shares
    width, _ = _size(axes)
    for regime, name in enumerate(regime_map.names or ()):
        share = shares[:, regime]
        reign = np.flatnonzero(share > REIGNS * share.max())
        if share.max() > 0.5 and WITHIN * _length(name) < width * reign.size / NODES:
            place = reign[reign.size // 2]
            _write(axes, float(nodes[place, 0]), float(floors[place, regime] + share[place] / 2.0), name)


def _write(axes: Axes, x: float, y: float, name: str) -> None:
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "alpha": 0.8, "linewidth": 0.0}
    axes.text(x, y, name, ha="center", va="center", weight="bold", zorder=4, bbox=box)


def _roomiest(axes: Axes, free: NDArray[np.bool_], name: str) -> tuple[int, int] | None:
    """Row and column of the middle of the widest place for a name, none where there is not room for it."""
    width, height = _size(axes)
    rows, columns = free.shape
    # A cell in halves of the name's box: its ellipse becomes a circle of radius 1.
    across = 2.0 * width / columns / (WITHIN * _length(name))
    up = 2.0 * height / rows / (WITHIN * BOX * scaled(FONT))
    depth = distance_transform_edt(np.pad(free, 1), sampling=(up, across))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return (int(row), int(column)) if depth[row, column] >= 1.0 else None


def _length(name: str) -> float:
    """Of a name in bold with its box, points."""
    return 1.15 * LETTER * scaled(FONT) * (len(name) + 1.0)


def _size(axes: Axes) -> tuple[float, float]:
    """Width and height of axes, points."""
    box = axes.get_window_extent()
    figure = axes.get_figure(root=True)
    dpi = 72.0 if figure is None else figure.dpi
    return box.width / dpi * 72.0, box.height / dpi * 72.0
