"""The part of the page with the map, its controls, and what is told of a point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweep.report.charts import SeriesChart, regime_chart
from sweep.report.layers import Layers
from sweep.report.marks import swatch
from sweep.report.markup import Markup, element, joined
from sweep.report.panels import Panel, drawn_panel, mark_of, placed, spoken
from sweep.report.points import Points
from sweep.report.recordings import Recordings
from sweep.report.scene import LEVEL
from sweep.report.subject import Subject
from sweep.report.tables import figure, section
from sweep.report.words import html_label, plain_label

KEYS = (
    "Point at a mark, or reach it by Tab and the arrow keys, for its series, its trials and why it was "
    "chosen; a click or Enter holds it, Escape goes back to the series of all."
)


def map_section(
    subject: Subject,
    points: Points,
    recordings: Recordings,
    charts: Sequence[SeriesChart],
    panels: Sequence[Panel],
    layers: Layers | None,
    labels: Sequence[str],
) -> Markup:
    """The map, or the points alone where there is none."""
    drawings = _drawings(subject, points, panels, layers, labels)
    title = "The map" if layers is not None else "The points"
    return section(
        "map",
        title,
        figure(
            _legend(points, layers),
            _controls(points, layers),
            element("div", *drawings, class_=f"panels of-{len(panels)}"),
            _detail(points, recordings, charts),
            caption=joined(_sentences(subject, points, recordings, panels, layers, labels)),
            class_="map slices" if len(panels) > 1 else "map",
        ),
    )


def _drawings(
    subject: Subject,
    points: Points,
    panels: Sequence[Panel],
    layers: Layers | None,
    labels: Sequence[str],
) -> Iterator[Markup]:
    marks: list[list[Markup]] = [[] for _ in panels]
    for each in placed(points, subject.spec.axes, panels):
        point = points.shown[each.number]
        text = spoken(point, each.number, labels, points.regimes)
        marks[each.panel].append(mark_of(point, each, points.regimes, text))
    scenes = [None] * len(panels) if layers is None else layers.moving[-1].scenes
    kind = "Regime map" if layers is not None else "Points"
    over = " and ".join(plain_label(label) for label in labels)
    for panel, scene, inside in zip(panels, scenes, marks, strict=True):
        title = f", {plain_label(panel.frame.title)}" if panel.frame.title else ""
        says = f"{kind} over {over}{title}; the table of points below has its numbers"
        yield drawn_panel(panel, scene, inside, says)


def _legend(points: Points, layers: Layers | None) -> Markup:
    entries = [element("li", swatch(regime), " ", name) for regime, name in enumerate(points.regimes)]
    if not points.regimes:
        entries.append(element("li", swatch(0, mark_only=True), " all trials have data"))
        entries.append(element("li", swatch(None), " a trial has none"))
    elif any(landed.regime is None for point in points.shown for landed in point.lattices):
        entries.append(element("li", swatch(None), " names no regime"))
    if layers is not None and len(points.regimes) > 1:
        line = _sign(element("path", d="M0 8H26", class_="boundary"))
        veil = _sign(element("rect", x="0.5", y="1.5", width="25", height="13", class_="veil band"))
        entries += [element("li", line, " boundary"), element("li", veil, f" its {LEVEL:.0%} band")]
    return element("ul", *entries, class_="legend", aria_label="Legend")


def _sign(drawn: Markup) -> Markup:
    return element("svg", drawn, class_="swatch", viewBox="0 0 26 16", aria_hidden="true")


def _controls(points: Points, layers: Layers | None) -> Markup:
    """What the script answers to; hidden without it."""
    parts = []
    if points.twins:
        choices = [
            element(
                "label",
                element("input", type="radio", name="lattice", value=place, checked=place == 0),
                f" {name}",
            )
            for place, name in enumerate(("moving", "frozen"))
        ]
        parts.append(element("fieldset", element("legend", "Lattice"), *choices))
    if layers is not None and len(points.regimes) > 1:
        box = element("input", type="checkbox", id_="doubt", checked=True)
        parts.append(element("label", box, " uncertainty"))
    rounds = sorted({point.round for point in points.shown})
    if len(rounds) > 1:
        slider = element(
            "input", type="range", id_="round", min=rounds[0], max=rounds[-1], value=rounds[-1], step="1"
        )
        parts.append(
            element("label", "Rounds ", slider, element("output", for_="round", id_="upto"), class_="rounds")
        )
    return element("div", *parts, class_="controls", hidden=True)


def _detail(points: Points, recordings: Recordings, charts: Sequence[SeriesChart]) -> Markup:
    drawings = [regime_chart(chart, points, recordings) for chart in charts]
    what = "Series of the regimes" if points.regimes else "Series"
    return element(
        "div",
        element("div", *([element("h3", what)] if drawings else []), id_="told", aria_live="polite"),
        element("div", *drawings, class_="charts"),
        element("div", id_="more"),
        class_="detail",
    )


def _sentences(
    subject: Subject,
    points: Points,
    recordings: Recordings,
    panels: Sequence[Panel],
    layers: Layers | None,
    labels: Sequence[str],
) -> Iterator[str]:
    if layers is None:
        yield "The points that were simulated"
        yield f" (no map: {subject.note}). " if subject.note else ". "
    elif panels[0].kind == "strip":
        yield (
            "The probability of each regime, one upon the other; below, the simulated points. Lines mark "
            "where the regime changes; the dotted band holds the true place with a probability of "
            f"{LEVEL:.0%}. "
        )
    else:
        yield (
            "Regions bear the most probable regime; marks are simulated points, each with the regime of its "
            f"own series. The dotted band holds the true boundary on {LEVEL:.0%} of its length; the paler, "
            "the less sure. "
        )
    if len(panels) > 1:
        yield "Slices at three values of "
        yield html_label(labels[2])
        yield ", each with the points nearest to it"
        held = ", ".join(plain_label(label) for label in labels[3:])
        yield f"; {held} in the middle of its interval, points at all its values. " if held else ". "
    if layers is not None and layers.frozen:
        yield (
            "The map of the frozen lattice is drawn from the same points' frozen twins, and that of an "
            "earlier round from the points known then, both with the regimes and length scales of the whole. "
        )
    whose = "each regime's points" if points.regimes else "all points"
    if recordings.columns:
        yield f"Series: the median over {whose}, and the band of two thirds of them. "
    if recordings.shown < recordings.samples:
        yield f"They are drawn from {recordings.shown} of {recordings.samples} samples each. "
    yield element("span", KEYS, class_="scripted", hidden=True)
