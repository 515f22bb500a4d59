"""Series as drawings: those of the regimes, those of one point, and how a campaign went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from sweep.report.account import Decision
from sweep.report.frame import Frame, drawing, framed
from sweep.report.marks import kind
from sweep.report.markup import Markup, element
from sweep.report.points import Points
from sweep.report.recordings import Recording, Recordings
from sweep.report.scale import Ends, Kind
from sweep.report.scene import path
from sweep.report.words import named, plain_label

CHART = (400.0, 235.0)
HISTORY = (400.0, 260.0)
SPARK = (64.0, 18.0)
SPREAD = (0.16, 0.84)  # shares of a regime's series that lie below its band and below its top
LOG_FROM = 20.0  # ratio of the largest to the smallest value from which on a chart is logarithmic
LEAST = {"linear": -np.inf, "log": 0.0, "log1p": -1.0}  # above which values have a place
COLUMN_LABELS = {
    "msd": "mean squared displacement  ($q_D^{-2}$)",
    "participation_ratio": "participation ratio",
}
NATURAL_TIME = "time  ($m^*\\,/\\,\\hbar q_D^2$)"

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True)
class SeriesChart:
    """A chart of one column; all its series have one frame, so that they can be compared.

    Attributes
    ----------
    frame : Frame
    column : int
        Of the recordings.
    """

    frame: Frame
    column: int

    def line(self, recording: Recording) -> str:
        """The mean, as the `d` of a path."""
        return path([self._places(recording.times, recording.mean[self.column])])

    def band(self, times: Floats, low: Floats, high: Floats) -> str:
        """What lies between two series, as the `d` of a path."""
        below, above = self._places(times, low), self._places(times, high)
        known = np.isfinite(below).all(axis=1) & np.isfinite(above).all(axis=1)
        return path([np.vstack([below[known], above[known][::-1]])], closed=True)

    def _places(self, times: Floats, values: Floats) -> Floats:
        return np.column_stack([self.frame.across.place(times), self.frame.up.place(values)])


def series_charts(
    recordings: Recordings, units: Mapping[str, str], scales: Mapping[str, Kind], *, own: bool
) -> list[SeriesChart]:
    """A chart for each column, large enough for all series.

    Parameters
    ----------
    recordings : Recordings
    units : mapping of str to str
        Of columns.
    scales : mapping of str to {"linear", "log", "log1p"}
        On which columns were compared: they are drawn on these, others as their values ask for.
    own : bool
        Whether they are of a user's model.
    """
    labels = {} if own else COLUMN_LABELS
    time = named("t", units) if own else NATURAL_TIME
    return [
        SeriesChart(
            _frame(recordings, column, (time, labels.get(name) or named(name, units)), scales.get(name)),
            column,
        )
        for column, name in enumerate(recordings.columns)
    ]


def regime_chart(chart: SeriesChart, points: Points, recordings: Recordings) -> Markup:
    """Median and spread of the series of each regime; of all points where there are no regimes."""
    layers = [layer for regime in _groups(points) for layer in _regime(chart, points, recordings, regime)]
    named = ", ".join(points.regimes) or "all points"
    says = f"{plain_label(chart.frame.label_up)} against time: {named}"
    own = element("g", class_="own")
    return drawing(chart.frame, chart.frame.drawn(), *layers, own, says=says, class_="chart")


def spark(chart: SeriesChart, recording: Recording | None) -> Markup:
    """A series small enough for a table, in its chart's frame."""
    if recording is None:
        return Markup("")
    x, y = chart.frame.across, chart.frame.up
    width, height = SPARK
    places = np.column_stack(
        [
            (x.place(recording.times) - x.start) / (x.end - x.start) * width,
            height - (y.place(recording.mean[chart.column]) - y.start) / (y.end - y.start) * height,
        ]
    )
    return element(
        "svg",
        element("path", d=path([places])),
        viewBox=f"0 -1 {width:g} {height + 2:g}",
        class_="spark",
        aria_hidden="true",
    )


def history_charts(decisions: Sequence[Decision], target: float | None) -> Iterator[Markup]:
    """Expected wrong area and change of the map, in percent, against the points that had been chosen."""
    named = (
        ("wrong_area", "label expected wrong  (% of the box)", target),
        ("changed_area", "changed since the map before  (% of the box)", None),
    )
    for name, label, level in named:
        known = [(each.points, getattr(each, name)) for each in decisions if getattr(each, name) is not None]
        if len(known) > 1:
            yield _history(known, label, level)


def _history(known: Sequence[tuple[int, float]], label: str, level: float | None) -> Markup:
    at, share = (np.array(each, dtype=float) for each in zip(*known, strict=True))
    top = max([*(100 * share), 100 * (level or 0.0), 1.0]) * 1.1
    margin = max(1.0, 0.04 * (at.max() - at.min()))
    frame = framed(
        *HISTORY,
        (at.min() - margin, at.max() + margin, "linear"),
        (0.0, top, "linear"),
        ("points chosen", label),
        ruled=True,
    )
    x, y = frame.across.place(at), frame.up.place(100 * share)
    layers = [frame.drawn(), element("path", d=path([np.column_stack([x, y])]), class_="course")]
    if level is not None:
        height = float(frame.up.place(100 * level))
        layers.append(
            element("path", d=f"M{frame.across.start:g} {height:.1f}H{frame.across.end:g}", class_="target")
        )
        words = element("text", "target", x=f"{frame.across.end:g}", y=f"{height - 5:.1f}", class_="tick up")
        layers.append(words)
    for points, value, px, py in zip(at, share, x, y, strict=True):
        title = element("title", f"{points:.0f} points: {100 * value:.1f}%")
        layers.append(element("circle", title, cx=f"{px:.1f}", cy=f"{py:.1f}", r="3.5", class_="course"))
    return drawing(frame, *layers, says=f"{label} against points chosen", class_="chart")


def _groups(points: Points) -> list[int | None]:
    return [*range(len(points.regimes))] or [None]


def _regime(
    chart: SeriesChart, points: Points, recordings: Recordings, regime: int | None
) -> Iterator[Markup]:
    found = kind(0 if regime is None else regime)
    members = _members(points, recordings, regime)
    if not members:
        return
    times = max((recording.times for recording in members), key=len)
    table = np.array([_on(times, each.times, each.mean[chart.column]) for each in members])
    # Where fewer than half still have a value a quantile would be one over survivors.
    enough = np.isfinite(table).sum(axis=0) * 2 >= len(members)
    kept = table[:, enough]
    low, middle, high = np.nanquantile(kept, [SPREAD[0], 0.5, SPREAD[1]], axis=0)
    if len(members) > 1:
        yield element("path", d=chart.band(times[enough], low, high), class_=f"spread {found}")
    whole = np.array([middle] * (chart.column + 1))
    line = chart.line(Recording(times[enough], whole, whole, whole))
    yield element("path", d=line, class_=f"median {found}")


def _members(points: Points, recordings: Recordings, regime: int | None) -> list[Recording]:
    keys = [
        (point.point_id, bool(frozen))
        for point in points.shown
        for frozen, landed in enumerate(point.lattices)
        if landed.regime == regime
    ]
    return [recordings.by_key[key] for key in dict.fromkeys(keys) if key in recordings.by_key]


def _on(times: Floats, given: Floats, values: Floats) -> Floats:
    """Values at other times, none beyond the last."""
    inside = np.interp(times, given, values) if len(given) else np.full(times.shape, np.nan)
    return np.where(times <= given[-1] * (1 + 1e-9), inside, np.nan)


def _frame(recordings: Recordings, column: int, labels: tuple[str, str], scale: Kind | None) -> Frame:
    if scale is not None:
        return _compared(recordings, column, labels, scale)
    series = list(recordings.by_key.values())
    # Growth begins at zero, which has no place on a logarithmic axis.
    values = _finite(each.mean[column, 1:] for each in series)
    times = _finite(each.times[1:] for each in series)
    positive = bool(values.size) and values.min() > 0 and times.min() > 0
    if positive and values.max() / values.min() > LOG_FROM and times.max() > times.min():
        across: Ends = (float(times.min()), float(times.max()), "log")
        up: Ends = (float(values.min()) / 1.15, float(values.max()) * 1.15, "log")
    else:
        across = _linear(_finite(each.times for each in series), margin=0.0)
        up = _linear(_finite(each.mean[column] for each in series), margin=0.05)
    return framed(*CHART, across, up, labels, ruled=True)


def _compared(recordings: Recordings, column: int, labels: tuple[str, str], scale: Kind) -> Frame:
    """Series are compared along time itself, whatever the scale of their values."""
    series = list(recordings.by_key.values())
    across = _linear(_finite(each.times for each in series), margin=0.0)
    values = _finite(each.mean[column] for each in series)
    placed = values[values > LEAST[scale]]
    up: Ends = _linear(placed, margin=0.05)
    if scale != "linear" and placed.size and placed.min() < placed.max():
        low, high = float(placed.min()), float(placed.max()) * 1.15
        # Below 1 there is little more to an axis of ln(1 + value) than its foot.
        up = (low / 1.15 if scale == "log" else low if not 0.0 < low < 1.0 else 0.0, high, scale)
    return framed(*CHART, across, up, labels, ruled=True)


def _linear(values: Floats, *, margin: float) -> Ends:
    if not values.size:
        return 0.0, 1.0, "linear"
    low, high = float(values.min()), float(values.max())
    if low == high:
        margin, high = 0.0, low + (abs(low) or 1.0)
    wider = margin * (high - low)
    return low - wider, high + wider, "linear"


def _finite(parts: Iterable[Floats]) -> Floats:
    found = [part[np.isfinite(part)] for part in parts]
    return np.concatenate(found) if found else np.zeros(0)
