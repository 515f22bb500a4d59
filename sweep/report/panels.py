"""The map on the page: one panel over one or two axes, three slices over more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from learn import RegimeMap
from sweep.axes import SweptAxis
from sweep.figures.style import AXIS_LABELS
from sweep.report.frame import Frame, drawing, framed
from sweep.report.marks import kind
from sweep.report.markup import Markup, element
from sweep.report.points import Points, ReportPoint
from sweep.report.scale import Ends
from sweep.report.scene import Scene, line_scene, plane_scene
from sweep.report.words import named, number, plain_label

PLANE = (500.0, 430.0)
STRIP = (500.0, 300.0)
SLICE = (330.0, 320.0)
SLICES = 3
# Nodes along an axis of a panel: of the map as it is, and of one as it was.
FINE = {"strip": 257, "plane": 81, "slice": 41}
COARSE = {"strip": 129, "plane": 41, "slice": 25}
# From so many points on a panel marks are smaller.
CROWD = 150
# Under a strip, in shares of its height: where the points are.
STRIP_FOOT = 0.14


@final
@dataclass(frozen=True)
class Panel:
    """One drawing of a map.

    Attributes
    ----------
    frame : Frame
    kind : str
        "strip", "plane" or "slice".
    heights : tuple of float
        Where the axes beyond the second are held, as shares of their lengths.
    """

    frame: Frame
    kind: str
    heights: tuple[float, ...] = ()

    def scene(self, found: RegimeMap, nodes: Mapping[str, int]) -> Scene:
        """What the map looks like here."""
        if self.kind == "strip":
            return line_scene(found, self.frame.across, self.frame.up, nodes[self.kind])
        return plane_scene(found, self.heights, self.frame.across, self.frame.up, nodes[self.kind])


@final
@dataclass(frozen=True)
class Placed:
    """A point on a panel."""

    number: int
    panel: int
    x: float
    y: float


def axis_label(name: str, units: Mapping[str, str]) -> str:
    """How an axis is called, with its unit."""
    return AXIS_LABELS.get(name) or named(name, units)


def panels_of(axes: Sequence[SweptAxis], labels: Sequence[str], *, probabilities: bool) -> list[Panel]:
    """Panels for a map over these axes.

    Parameters
    ----------
    axes : sequence of SweptAxis
    labels : sequence of str
    probabilities : bool
        Whether over one axis there is something to show upwards.
    """
    ends = [_ends(axis) for axis in axes]
    if len(axes) == 1:
        width, height = STRIP if probabilities else (STRIP[0], 110.0)
        low = -STRIP_FOOT if probabilities else -1.0
        up = "probability" if probabilities else ""
        frame = framed(width, height, ends[0], (low, 1.0, "linear"), (labels[0], up))
        return [Panel(frame, "strip")]
    if len(axes) == 2:
        return [Panel(framed(*PLANE, ends[0], ends[1], (labels[0], labels[1])), "plane")]
    panels = []
    rest = (0.5,) * (len(axes) - 3)
    for place in range(SLICES):
        height = (place + 0.5) / SLICES
        title = f"{labels[2]} = {number(_at(axes[2], height))}"
        frame = framed(*SLICE, ends[0], ends[1], (labels[0], labels[1]), title=title)
        panels.append(Panel(frame, "slice", (height, *rest)))
    return panels


def placed(points: Points, axes: Sequence[SweptAxis], panels: Sequence[Panel]) -> Iterator[Placed]:
    """Where the points are; those of which the store does not know it are nowhere."""
    for place, point in enumerate(points.shown):
        drawn = point.at[: min(3, len(axes))]
        if any(value is None for value in drawn):
            continue
        panel = 0
        if len(axes) > 2:
            panel = int(np.clip(int(_share(axes[2], point.at[2] or 0.0) * SLICES), 0, SLICES - 1))
        frame = panels[panel].frame
        x = float(frame.across.place(point.at[0] or 0.0))
        y = frame.up.start - 9.0 if len(axes) == 1 else float(frame.up.place(point.at[1] or 0.0))
        yield Placed(place, panel, x, y)


def drawn_panel(panel: Panel, scene: Scene | None, marks: Sequence[Markup], says: str) -> Markup:
    """The panel as it is before any script runs."""
    inside = element("rect", **panel.frame.box(), class_="ground")
    layers = [inside] if scene is None else [inside, *drawn_scene(scene)]
    group = element("g", *marks, class_="points many" if len(marks) > CROWD else "points")
    return drawing(panel.frame, *layers, panel.frame.drawn(), group, says=says, class_=f"panel {panel.kind}")


def drawn_scene(scene: Scene) -> Iterator[Markup]:
    """Regions with their hatches, the veil of doubt, the boundary."""
    for regime, d in enumerate(scene.regions):
        yield element("path", d=d, class_=f"region {kind(regime)}", data_layer=f"region {regime}")
    for regime, d in enumerate(scene.regions):
        hatch = f"url(#hatch-{kind(regime)})"
        yield element("path", d=d, fill=hatch, class_="texture", data_layer=f"region {regime}")
    veils = [
        element("path", d=d, class_="veil" if place else "veil band", data_layer=f"doubt {place}")
        for place, d in enumerate(scene.doubts)
    ]
    yield element("g", *veils, class_="doubt")
    yield element("path", d=scene.boundary, class_="boundary", data_layer="boundary")


def mark_of(point: ReportPoint, place: Placed, names: Sequence[str], text: str) -> Markup:
    """A point's mark, which says what it is when it is looked at closely."""
    landed = point.lattices[0]
    found = kind(landed.regime)
    if not names:
        found = kind(0 if landed.whole else None)
    return element(
        "g",
        element("title", text),
        element("circle", r="10", class_="hit"),
        element("use", href=f"#mark-{found}", class_=f"mark {found}"),
        class_="point",
        transform=f"translate({place.x:.1f} {place.y:.1f})",
        data_point=place.number,
    )


def spoken(point: ReportPoint, number_: int, labels: Sequence[str], names: Sequence[str]) -> str:
    """A point in a line of text."""
    at = ", ".join(
        f"{plain_label(label)} {number(value)}" for label, value in zip(labels, point.at, strict=True)
    )
    parts = [f"point {number_ + 1}", at]
    for lattice, landed in zip(("", "frozen: "), point.lattices, strict=False):
        if names:
            parts.append(lattice + ("no regime" if landed.regime is None else names[landed.regime]))
    landed = point.lattices[0]
    if not names:
        parts.append(f"{landed.with_data} of {len(landed.trials)} trials with data")
    return "; ".join(parts)


def _ends(axis: SweptAxis) -> Ends:
    if axis.low < axis.high:
        return axis.low, axis.high, axis.scale
    # A single value has an axis of some length too.
    margin = abs(axis.low) / 2 or 0.5
    return axis.low - margin, axis.high + margin, "linear"


def _at(axis: SweptAxis, share: float) -> float:
    low, high, scale = _ends(axis)
    return float(low * (high / low) ** share) if scale == "log" else low + (high - low) * share


def _share(axis: SweptAxis, value: float) -> float:
    low, high, scale = _ends(axis)
    if scale == "log":
        return float(np.log(value / low) / np.log(high / low))
    return (value - low) / (high - low)
