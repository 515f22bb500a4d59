"""The frame of a drawing: axes, ticks, labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from sweep.report.markup import Markup, element, joined
from sweep.report.scale import Ends, Scale
from sweep.report.words import svg_label, tick

LEFT, RIGHT, BELOW = 54.0, 14.0, 50.0
ABOVE, ABOVE_TITLED = 10.0, 30.0


@final
@dataclass(frozen=True)
class Frame:
    """A drawing's place and scales.

    Parameters
    ----------
    width, height : float
        Of the whole drawing, labels included.
    across, up : Scale
    label_across, label_up : str
        With ``$...$`` around mathematics.
    title : str
    ruled : bool
        Whether lines run through the drawing at the ticks, and the label of the axis upwards stands above it.
    """

    width: float
    height: float
    across: Scale
    up: Scale
    label_across: str
    label_up: str
    title: str = ""
    ruled: bool = False

    def drawn(self) -> Markup:
        """The axes."""
        return element("g", *self._rules(), *self._across(), *self._up(), *self._words(), class_="frame")

    def box(self) -> dict[str, str]:
        """Attributes of a rectangle that fills the inside."""
        x, y = self.across, self.up
        return {
            "x": f"{x.start:g}",
            "y": f"{y.end:g}",
            "width": f"{x.end - x.start:g}",
            "height": f"{y.start - y.end:g}",
        }

    def _rules(self) -> Iterator[Markup]:
        if self.ruled:
            x0, x1 = self.across.start, self.across.end
            for y in self.up.place(self.up.ticks()):
                yield element("path", d=f"M{x0:g} {y:.1f}H{x1:g}", class_="rule")
        yield element("path", d=self._corner(), class_="axis")

    def _corner(self) -> str:
        x, y = self.across, self.up
        return f"M{x.start:g} {y.end:g}V{y.start:g}H{x.end:g}"

    def _across(self) -> Iterator[Markup]:
        foot = self.up.start
        values = self.across.ticks()
        for value, x in zip(values, self.across.place(values), strict=True):
            yield element("path", d=f"M{x:.1f} {foot:g}v4", class_="axis")
            yield element("text", tick(value), x=f"{x:.1f}", y=f"{foot + 17:g}", class_="tick across")

    def _up(self) -> Iterator[Markup]:
        side = self.across.start
        # Where nothing is shown upwards, heights mean nothing.
        values = self.up.ticks() if self.label_up else []
        for value, y in zip(values, self.up.place(values), strict=True):
            yield element("path", d=f"M{side:g} {y:.1f}h-4", class_="axis")
            yield element("text", tick(value), x=f"{side - 7:g}", y=f"{y + 4:.1f}", class_="tick up")

    def _words(self) -> Iterator[Markup]:
        x, y = self.across, self.up
        middle = (y.start + y.end) / 2
        yield element(
            "text",
            svg_label(self.label_across),
            x=f"{(x.start + x.end) / 2:g}",
            y=f"{self.height - 10:g}",
            class_="label",
        )
        if self.ruled:
            yield element("text", svg_label(self.label_up), x="2", y="18", class_="label above")
        elif self.label_up:
            turned = f"rotate(-90 14 {middle:g})"
            yield element(
                "text", svg_label(self.label_up), x="14", y=f"{middle:g}", transform=turned, class_="label"
            )
        if self.title:
            yield element("text", svg_label(self.title), x=f"{x.start:g}", y="18", class_="title")


def framed(
    width: float,
    height: float,
    across: Ends,
    up: Ends,
    labels: tuple[str, str],
    *,
    title: str = "",
    ruled: bool = False,
) -> Frame:
    """A frame whose axes have the given ends and kinds.

    Parameters
    ----------
    width, height : float
    across, up : (low, high, kind)
        Kind as of :class:`Scale`.
    labels : (str, str)
        Across, up.
    title : str
    ruled : bool
    """
    top = ABOVE_TITLED if title or ruled else ABOVE
    return Frame(
        width,
        height,
        _scale(across, LEFT, width - RIGHT),
        _scale(up, height - BELOW, top),
        *labels,
        title=title,
        ruled=ruled,
    )


def _scale(ends: Ends, start: float, end: float) -> Scale:
    low, high, kind = ends
    return Scale(low, high, kind, start, end)


def drawing(frame: Frame, *layers: Markup, says: str, **attributes: object) -> Markup:
    """An SVG element of a frame's size, described in words for who cannot see it."""
    size = {"viewBox": f"0 0 {frame.width:g} {frame.height:g}"}
    return element("svg", joined(layers), **size, role="img", aria_label=says, **attributes)
