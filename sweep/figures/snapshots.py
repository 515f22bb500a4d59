"""The packet over its landscape at chosen times, side by side, for print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from physics import Scenario, Trajectory, resolve
from physics.launch import lattice
from sweep.errors import PictureError
from sweep.figures.movie import Shot, shots
from sweep.figures.picture import MM, ROOMY, Picture, checked_width, new_figure
from sweep.figures.stage import DENSITY_LABEL, LANDSCAPE_LABEL, LineStage, PlaneStage
from sweep.figures.style import FONT, FONT_IN_PRINT, house_style
from sweep.figures.window import Window, window_around

# Inches of a panel on a screen, and the least in print; of its height, beyond the width; of the bars.
WIDTH, NARROW = 3.4, 1.6
ABOVE = {1: 0.2, 2: 0.4}
BARS = 0.65


def density_figure(
    trajectory: Trajectory, times: Sequence[float], *, width_mm: float | None = None
) -> Picture:
    """Draw the density over the landscape at some times, as frames of the movie.

    The packet is propagated anew up to the last of them.

    Parameters
    ----------
    trajectory : Trajectory
    times : sequence of float
        Natural units; the samples nearest to them are drawn.
    width_mm : float, optional
        Width in print: 86 is a column of a journal, 178 its page. By default as for a screen.

    Returns
    -------
    Picture
        A matplotlib Figure.

    Raises
    ------
    PictureError
        If there are no times, or some that the trajectory does not reach; or for a width that cannot be had.
    """
    taken = _taken(trajectory, times)
    scenario = trajectory.scenario
    grid = resolve(scenario, trajectory.numerics).grid
    window = window_around(scenario, grid, [shot.density for shot in taken])
    field = lattice(scenario, grid)
    inches = WIDTH * len(taken) if width_mm is None else checked_width(width_mm) * MM
    columns = len(taken) if width_mm is None else min(len(taken), int(inches / NARROW))
    rows = -(-len(taken) // columns)
    with house_style(FONT if width_mm is None or inches >= ROOMY else FONT_IN_PRINT):
        figure = new_figure(inches, rows * (inches / columns + ABOVE[scenario.dimension]))
        if scenario.dimension == 1:
            highest = max(float(shot.density.max()) for shot in taken)
            stages: list[LineStage | PlaneStage] = [
                LineStage(pair, scenario, window, highest)
                for pair in _strips(figure, rows, columns, len(taken))
            ]
        else:
            stages = [*_planes(figure, rows, columns, len(taken), scenario, window)]
        for stage, shot in zip(stages, taken, strict=True):
            stage.show(shot.t, window.cut(shot.density), window.cut(field(shot.t)))
    return figure


def _taken(trajectory: Trajectory, times: Sequence[float]) -> list[Shot]:
    """Shots at the samples nearest to some times."""
    last = float(trajectory.t[-1])
    if not len(times) or min(times) < 0.0 or max(times) > last * (1.0 + 1e-9):
        raise PictureError(f"density: expected times from 0 to {last:.4g}, got {list(times)}")
    nearest = {int(np.argmin(np.abs(trajectory.t - time))) for time in times}
    kept = []
    for number, shot in enumerate(shots(trajectory)):
        if number in nearest:
            kept.append(shot)
        if number == max(nearest):
            break
    return kept


def _strips(figure: Picture, rows: int, columns: int, count: int) -> list[tuple[Axes, Axes]]:
    """Axes for the density over axes for the landscape."""
    parts = _parts(figure.subfigures(rows, columns, squeeze=False))
    pairs = []
    for part in parts[:count]:
        upper, lower = part.subplots(2, 1, sharex=True, height_ratios=(1.3, 1.0))
        pairs.append((upper, lower))
    return pairs


def _planes(
    figure: Picture, rows: int, columns: int, count: int, scenario: Scenario, window: Window
) -> list[PlaneStage]:
    """Panels, and below them what their colours mean."""
    height = figure.get_figheight()
    figure.set_figheight(height + BARS)
    above, below = _parts(figure.subfigures(2, 1, squeeze=False, height_ratios=(height, BARS)))
    drawn = above.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for spare in drawn[count:]:
        spare.set_axis_off()
    stages = [PlaneStage(axes, scenario, window) for axes in drawn[:count]]
    for axes in drawn[:count]:
        axes.label_outer()
    bars = below.subplots(1, 2)
    figure.colorbar(stages[0].density, cax=bars[0], label=DENSITY_LABEL, orientation="horizontal")
    figure.colorbar(stages[0].landscape, cax=bars[1], label=LANDSCAPE_LABEL, orientation="horizontal")
    return stages


def _parts(grid: Any) -> list[SubFigure]:  # noqa: ANN401 - an array, of which matplotlib's types know nothing
    return list(grid.ravel())
