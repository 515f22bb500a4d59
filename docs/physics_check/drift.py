"""How far the pilot map's boundaries move at twice the time, twice the box, and with other lattices."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from keeping import Record
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy.optimize import linear_sum_assignment

from learn import RegimeClassifier, RegimeMap
from learn.boundary import changed_area
from store import ExperimentStore
from sweep import SweepSpec, run
from sweep.figures.picture import new_figure
from sweep.figures.style import AXIS_LABELS, INK, REGIME_COLOURS, REGIME_MARKERS, SETTINGS
from sweep.labelling import Labelling, label_trials
from sweep.planning import design_trials
from sweep.rounds import search_space

SPEC = Path(__file__).with_name("drift.toml")
LABELS = {"base": "t, L", "seed": "t, L, other lattices", "time": "2 t, L", "box": "t, 2 L"}
FEWER = 3


def measure() -> Record:
    """Labels of the same grid of points in four runs: with the first run's number of regimes, and with 3."""
    base = SweepSpec.from_toml(SPEC)
    numerics = base.numerics
    assert numerics.box_length is not None
    specs = {
        "base": base,
        "seed": replace(base, seed=1),
        "time": replace(base, numerics=replace(numerics, t_final=2.0 * numerics.t_final)),
        "box": replace(base, numerics=replace(numerics, box_length=2.0 * numerics.box_length)),
    }
    runs: dict[str, Any] = {}
    found: dict[str, list[Labelling]] = {}
    k: int | None = None
    for name, spec in specs.items():
        started = time.process_time()
        found[name], statuses = _labelled(spec, k)
        k = len(found["base"][0].names)
        runs[name] = {"statuses": statuses, "cpu_s": time.process_time() - started}
    chosen = {f"k = {k}": 0} | ({f"k = {FEWER}": 1} if k != FEWER else {})
    values = {
        title: _compared(specs, {name: each[place] for name, each in found.items()})
        for title, place in chosen.items()
    }
    return {"parameters": {"spec": SPEC.name, "text": base.to_text()}, "values": {"runs": runs, **values}}


def _labelled(spec: SweepSpec, k: int | None) -> tuple[list[Labelling], dict[str, int]]:
    """Labels with `k` regimes, or as many as the series say, and with three."""
    ids = [trial.trial_id for trial in design_trials(spec)]
    with tempfile.TemporaryDirectory() as directory:
        store = ExperimentStore.create(Path(directory) / "store", model="deformation-potential")
        outcome = run(spec, store, backend="serial")
        labellings = [label_trials(store, ids, k=number, seed=0) for number in (k, FEWER)]
    known = [labelling for labelling in labellings if labelling is not None]
    if len(known) < len(labellings):
        raise RuntimeError(f"{spec.name}: no series to compare, {outcome.statuses}")
    return known, dict(outcome.statuses)


def _compared(specs: dict[str, SweepSpec], labellings: dict[str, Labelling]) -> dict[str, Any]:
    """Maps of the runs, their regimes paired with the first run's where they overlap most."""
    columns = {name: _memberships(specs[name], labelling) for name, labelling in labellings.items()}
    maps, rows = {}, {}
    for name, labelling in labellings.items():
        order = _pairing(columns["base"], columns[name])
        paired = [None if each is None else [each[i] for i in order] for each in columns[name]]
        names = [labelling.names[i] for i in order]
        maps[name] = _map(specs[name], paired)
        clustering = labelling.clustering
        rows[name] = {
            "names": names,
            "silhouette": clustering.silhouettes.get(clustering.k),
            "areas": maps[name].areas().share,
            "areas_err": maps[name].areas().deviation,
            "wrong_area": maps[name].wrong_area(),
            "changed_area": changed_area(maps["base"], maps[name]),
            "changed_points": _changed(columns["base"], paired),
            "points": _points(specs[name]),
            "memberships": paired,
            "boundary": [
                {"between": line.regimes, "points": line.points} for line in maps[name].boundary(96)
            ],
        }
    return rows


def _points(spec: SweepSpec) -> list[list[float]]:
    """Disorder and sound speed of the points, in the design's order."""
    places = {
        trial.point_id: [trial.scenario.disorder, trial.scenario.sound_speed] for trial in design_trials(spec)
    }
    return [[float(x) for x in place if x is not None] for place in places.values()]


def _memberships(spec: SweepSpec, labelling: Labelling) -> list[Any]:
    ids = dict.fromkeys(trial.point_id for trial in design_trials(spec))
    return [labelling.of(point_id) for point_id in ids]


def _pairing(before: Sequence[Any], now: Sequence[Any]) -> list[int]:
    """Regimes of `now` in the order of those of `before`, by their common membership."""
    both = [(a, b) for a, b in zip(before, now, strict=True) if a is not None and b is not None]
    overlap = np.array([a for a, _ in both]).T @ np.array([b for _, b in both])
    return [int(i) for i in linear_sum_assignment(overlap, maximize=True)[1]]


def _map(spec: SweepSpec, memberships: Sequence[Any]) -> RegimeMap:
    known = [i for i, each in enumerate(memberships) if each is not None]
    space = search_space(spec)
    places = space.to_unit(np.array(_points(spec))[known])
    counts = np.full(len(known), float(spec.realizations))
    return RegimeMap(space, RegimeClassifier.fit(places, [memberships[i] for i in known], counts))


def _changed(before: Sequence[Any], now: Sequence[Any]) -> list[int]:
    """Points whose label differs, and points labelled in both."""
    both = [(a, b) for a, b in zip(before, now, strict=True) if a is not None and b is not None]
    return [sum(int(np.argmax(a)) != int(np.argmax(b)) for a, b in both), len(both)]


def draw(record: Record) -> Figure:
    """The four boundaries over each other, and the first run's labels, for each number of regimes."""
    titles = [title for title in record["values"] if title.startswith("k")]
    figure = new_figure(6.2 * len(titles), 6.6)
    figure.set_layout_engine("constrained", wspace=0.07)
    with mpl.rc_context(SETTINGS):
        for axes, title in zip(figure.subplots(1, len(titles), squeeze=False)[0], titles, strict=True):
            _panel(axes, record["values"][title])
            axes.set_title(title)
            axes.legend(
                loc="upper left", bbox_to_anchor=(0.0, -0.13), fontsize=9.0, ncols=2, columnspacing=1.0
            )
    return figure


def _panel(axes: Axes, rows: dict[str, Any]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    styles = {"base": (INK, "solid"), "seed": (INK, "dotted"), "time": (REGIME_COLOURS[3], "solid")}
    styles["box"] = (REGIME_COLOURS[0], "dashed")
    base = rows["base"]
    colours = [REGIME_COLOURS[i] for i in (1, 4, 2, 5, 0, 3)]
    for regime, name in enumerate(base["names"]):
        chosen = [
            place
            for place, each in zip(base["points"], base["memberships"], strict=True)
            if each is not None and int(np.argmax(each)) == regime
        ]
        x, y = np.array(chosen).T
        axes.plot(
            x,
            y,
            marker=REGIME_MARKERS[regime],
            color=colours[regime],
            linestyle="none",
            clip_on=False,
            label=name,
        )
    for name, (colour, line) in styles.items():
        label = LABELS[name]
        if name != "base":
            label += f": {rows[name]['changed_area']:.0%} of the map differs"
        for part in rows[name]["boundary"]:
            x, y = np.array(part["points"]).T
            axes.plot(x, y, color=colour, linestyle=line, linewidth=1.8, label=label)
            label = "_"
    axes.set_xlabel(AXIS_LABELS["disorder"])
    axes.set_ylabel(AXIS_LABELS["sound_speed"])
    axes.set_xlim(0.2, 4.0)
    axes.set_ylim(0.02, 1.0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
