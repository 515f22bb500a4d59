"""The part of the page with every point in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweep.report.charts import SeriesChart, spark
from sweep.report.marks import swatch
from sweep.report.markup import Markup, element, joined
from sweep.report.points import Landed, Points, ReportPoint
from sweep.report.recordings import Recordings
from sweep.report.tables import folded, paragraph, section, table
from sweep.report.words import counted, html_label, number


def points_section(
    points: Points, recordings: Recordings, charts: Sequence[SeriesChart], labels: Sequence[str]
) -> Markup:
    """Every point in numbers."""
    header = ["point", *(html_label(label) for label in labels)]
    chosen = any(point.why for point in points.shown)
    header += ["round", "why"] if chosen else []
    if points.regimes:
        header += ["regime", "frozen"] if points.twins else ["regime"]
    header += ["with data", *(recordings.columns[:1])]
    rows = (
        tuple(_point_row(place, point, points, recordings, charts, chosen=chosen))
        for place, point in enumerate(points.shown)
    )
    left = (
        paragraph(f"{points.left_out:,} more points are not on this page; `regimap query` has them all.")
        if points.left_out
        else Markup("")
    )
    return section(
        "points",
        "The points",
        left,
        folded(f"All {counted(len(points.shown), 'point')}", table(header, rows, class_="points")),
    )


def _point_row(
    place: int,
    point: ReportPoint,
    points: Points,
    recordings: Recordings,
    charts: Sequence[SeriesChart],
    *,
    chosen: bool,
) -> Iterator[str]:
    yield element("a", str(place + 1), href="#map", data_show=place)
    yield from (number(value) for value in point.at)
    if chosen:
        yield str(point.round)
        yield point.why
    if points.regimes:
        yield from (_regime(landed, points.regimes) for landed in point.lattices)
    trials = [trial for landed in point.lattices for trial in landed.trials]
    yield f"{sum(landed.with_data for landed in point.lattices)}/{len(trials)}"
    if charts:
        yield spark(charts[0], recordings.by_key.get((point.point_id, False)))


def _regime(landed: Landed, names: Sequence[str]) -> Markup:
    if landed.regime is None:
        return joined([swatch(None), " none"])
    share = f" {landed.membership[landed.regime]:.0%}" if landed.membership else ""
    return joined([swatch(landed.regime), f" {names[landed.regime]}{share}"])
