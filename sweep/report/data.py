"""What the script of the page needs, as JSON; every text in it is ready to be shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.report.charts import SeriesChart
from sweep.report.layers import Layers
from sweep.report.markup import Markup, element
from sweep.report.points import Landed, Points, ReportPoint
from sweep.report.recordings import Recording, Recordings
from sweep.report.scene import Scene
from sweep.report.why import why_words
from sweep.report.words import label_parts, number, with_error

# What could end the element, or the script in an old browser, is spelled otherwise.
_SAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def data_block(content: Mapping[str, Any]) -> Markup:
    """An element that holds the data and that nothing runs."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).translate(_SAFE)
    return element("script", Markup(text), type="application/json", id_="data")


def page_data(
    points: Points,
    recordings: Recordings,
    charts: Sequence[SeriesChart],
    layers: Layers | None,
    labels: Sequence[str],
    expected: Mapping[str, Sequence[str]],
    place: str,
) -> dict[str, Any]:
    """All of it.

    Parameters
    ----------
    points : Points
    recordings : Recordings
    charts : sequence of SeriesChart
    layers : Layers or None
    labels : sequence of str
        Of the axes.
    expected : mapping of str to sequence of str
        Names of the regimes under each version of the labels.
    place : str
        The store, as commands name it, fit for a shell.
    """
    bases = _Bases(charts)
    told = [_point(point, recordings, charts, bases, expected) for point in points.shown]
    return {
        "store": place,
        "axes": [label_parts(label) for label in labels],
        "regimes": list(points.regimes),
        "points": told,
        "bases": bases.found,
        "stages": [] if layers is None else [_stage(s.round, s.scenes) for s in layers.moving],
        "frozen": [] if layers is None else [asdict(scene) for scene in layers.frozen],
    }


def _stage(number_: int, scenes: Iterable[Scene]) -> dict[str, Any]:
    return {"round": number_, "scenes": [asdict(scene) for scene in scenes]}


class _Bases:
    """Horizontal places, which most series share."""

    def __init__(self, charts: Sequence[SeriesChart]) -> None:
        self._charts = charts
        self._known: dict[tuple[int, ...], int] = {}

    @property
    def found(self) -> list[list[int]]:
        return [list(base) for base in self._known]

    def of(self, chart: SeriesChart, times: NDArray[np.float64]) -> int:
        places = tuple(-1 if x is None else x for x in _tenths(chart.frame.across.place(times)))
        return self._known.setdefault(places, len(self._known))


def _point(
    point: ReportPoint,
    recordings: Recordings,
    charts: Sequence[SeriesChart],
    bases: _Bases,
    expected: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    return {
        "id": point.point_id,
        "at": [number(value) for value in point.at],
        "round": point.round if point.why else None,
        "why": why_words(point),
        "expected": list(_expected(point, expected)),
        "lattices": [
            _landed(landed, recordings.by_key.get((point.point_id, bool(frozen))), charts, bases)
            for frozen, landed in enumerate(point.lattices)
        ],
    }


def _expected(point: ReportPoint, names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, float]]:
    """What the map said of the point when it was chosen, the likeliest first."""
    shares = point.proposal.get("membership") or ()
    known = names.get(str(point.proposal.get("label_version")), ())
    called = known if len(known) == len(shares) else [f"regime {n + 1}" for n in range(len(shares))]
    for share, name in sorted(zip(shares, called, strict=True), reverse=True):
        yield name, round(float(share), 3)


def _landed(
    landed: Landed, recording: Recording | None, charts: Sequence[SeriesChart], bases: _Bases
) -> dict[str, Any]:
    return {
        "regime": landed.regime,
        "membership": [round(share, 3) for share in landed.membership],
        "whole": landed.whole,
        "trials": [list(trial) for trial in landed.trials],
        "core_s": number(landed.cpu_s),
        "ran": list(landed.ran),
        "scalars": [[name, with_error(mean, error)] for name, mean, error in landed.scalars],
        "series": [] if recording is None else [_series(chart, recording, bases) for chart in charts],
    }


def _series(chart: SeriesChart, recording: Recording, bases: _Bases) -> list[Any]:
    """Base, and the places of mean, lowest and highest, in tenths of the drawing's unit."""
    up, column = chart.frame.up, chart.column
    rows = (recording.mean[column], recording.low[column], recording.high[column])
    return [bases.of(chart, recording.times), *(_tenths(up.place(row)) for row in rows)]


def _tenths(places: NDArray[np.float64]) -> list[int | None]:
    return [round(10 * place) if np.isfinite(place) else None for place in places.tolist()]
