"""Figures of the boundary benchmark: wrong area against points, and where the points are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from benchmarks.boundary_calibration import Calibration
from benchmarks.boundary_curves import Curves
from benchmarks.boundary_maps import KnownMap
from benchmarks.boundary_measures import yardstick
from benchmarks.boundary_methods import Ours, Sequential, Simulator, Sobol, lattice
from benchmarks.boundary_runs import METHODS, Run, Settings

POINTS = 100
FINE = 256  # cells a side of the drawn map
COLUMNS = 5
PALETTE = ("#c6dbef", "#fdd0a2", "#c7e9c0", "#dadaeb", "#fde0ef")


def curves_figure(runs: Sequence[Run], path: Path) -> None:
    """Draw wrong area against points on every map: medians, and the band of ours and of Sobol."""
    curves = Curves.of([run for run in runs if not issubclass(METHODS[run.job.method], Calibration)])
    if not curves.maps:
        return
    columns = min(COLUMNS, len(curves.maps))
    rows = -(-len(curves.maps) // columns)
    figure = Figure(figsize=(3.4 * columns, 3.1 * rows + 0.8), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, known in zip(axes, curves.maps, strict=False):
        _draw_map(ax, curves, known)
    for ax in axes[len(curves.maps) :]:
        ax.set_visible(False)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)
    figure.savefig(path, dpi=130)


def _draw_map(ax: Axes, curves: Curves, known: str) -> None:
    colours = mpl.colormaps["tab10"]
    for number, name in enumerate(curves.names):
        curve = curves.curve(known, name, lambda each: 100 * each.wrong)
        main, colour = name in (Ours.name, Sobol.name), "black" if name == Ours.name else colours(number % 10)
        medians = [each.median for each in curve.values()]
        ax.plot(list(curve), medians, color=colour, lw=2 if main else 1, label=name, zorder=3 if main else 2)
        if main:
            low, high = [e.low for e in curve.values()], [e.high for e in curve.values()]
            ax.fill_between(list(curve), low, high, color=colour, alpha=0.15, lw=0)
    for target in (5, 2):
        ax.axhline(target, color="grey", lw=0.6, ls=":")
    ax.set(xscale="log", yscale="log", title=known, xlabel="points", ylabel="wrong area (%)")
    for axis, ticks in (
        (ax.xaxis, (16, 32, 64, 128, 256, 512, 1024)),
        (ax.yaxis, (0.2, 0.5, 1, 2, 5, 10, 20)),
    ):
        low, high = axis.get_view_interval()
        axis.set_ticks([tick for tick in ticks if low <= tick <= high])
        axis.set_major_formatter("{x:g}")
        axis.set_minor_locator(NullLocator())


def points_figure(known: KnownMap, settings: Settings, path: Path) -> None:
    """Draw one map twice, with the points of ours and of Sobol, as many of each."""
    if known.dimension != 2:
        raise ValueError(f"expected a map of two dimensions to draw, got {known.name}; choose another")
    figure = Figure(figsize=(9.0, 4.7), layout="constrained")
    for ax, method in zip(figure.subplots(1, 2), (Ours, Sobol), strict=True):
        _draw_points(ax, method(known, 0), known, min(POINTS, settings.budget), settings.batch)
    figure.savefig(path, dpi=150)


def _draw_points(ax: Axes, method: Sequential, known: KnownMap, n: int, batch: int) -> None:
    (reading,) = method.readings(Simulator(known, method.seed), [n], batch)
    fine = lattice(FINE, 2)
    predict = reading.maps[method.name]
    found = np.argmax(predict(fine), axis=1).reshape(FINE, FINE).T
    scores = known.scores(fine)
    ax.imshow(
        found, origin="lower", extent=(0, 1, 0, 1), cmap=mpl.colors.ListedColormap(PALETTE), vmin=0, vmax=4
    )
    centres = (np.arange(FINE) + 0.5) / FINE
    for regime in range(known.regimes):
        excess = scores[:, regime] - np.delete(scores, regime, axis=1).max(axis=1)
        ax.contour(
            centres, centres, excess.reshape(FINE, FINE).T, levels=[0.0], colors="black", linewidths=0.8
        )
    ax.scatter(*method.points.T, s=12, c="crimson", lw=0)
    wrong = yardstick(known.name).figures(method.name, n, 0.0, predict, distance=False).wrong
    ax.set(
        title=f"{method.name}, {n} points: {wrong:.1%} wrong", xticks=[0, 1], yticks=[0, 1], aspect="equal"
    )
