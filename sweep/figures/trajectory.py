"""One trajectory: its series beside what closed forms say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from physics import Scenario, Trajectory
from sweep.closed_forms import closed_series
from sweep.errors import PictureError
from sweep.figures.picture import Picture, finished, panels
from sweep.figures.series_panels import PANELS, draw_time

# Inches of a panel, and of its width in print.
WIDTH, HEIGHT, LEAST = 3.67, 2.2, 2.6
# A curve may pass behind a legend; its words stay legible.
LEGENDS: dict[Any, Any] = {
    "legend.fontsize": "small",
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "none",
}


def trajectory_figure(
    trajectory: Trajectory, names: Sequence[str] | None = None, *, width_mm: float | None = None
) -> Picture:
    """Draw the recorded series, dashed beside them the closed forms that exist.

    Parameters
    ----------
    trajectory : Trajectory
    names : sequence of str, optional
        Panels, in their order: msd, diffusion (D(t)), participation_ratio, momentum, energy, memory
        (autocorrelation and return probability). By default all of them.
    width_mm : float, optional
        Width in print: 86 is a column of a journal, 178 its page. By default as for a screen.

    Returns
    -------
    Picture
        A matplotlib Figure.

    Raises
    ------
    PictureError
        For a panel that there is not, or a width that cannot be had.
    """
    chosen = tuple(PANELS) if names is None else tuple(names)
    if not chosen:
        raise PictureError(f"trajectory: expected one panel or more of {', '.join(PANELS)}, got none")
    for name in chosen:
        _checked(name)
    with panels(len(chosen), WIDTH, width_mm, least=LEAST) as (figure, drawn):
        for name, axes in zip(chosen, drawn, strict=True):
            draw_series(axes, trajectory, name)
        finished(figure, (WIDTH, HEIGHT), point_title(trajectory))
    return figure


def draw_series(axes: Axes, trajectory: Trajectory, name: str) -> None:
    """Draw one panel of :func:`trajectory_figure` into axes of a figure of one's own.

    Parameters
    ----------
    axes : Axes
        Get a title, labels with units, limits and a legend; text is in the size that matplotlib is set to.
    trajectory : Trajectory
    name : str
        msd, diffusion, participation_ratio, momentum, energy or memory.

    Raises
    ------
    PictureError
        For another name.
    """
    with mpl.rc_context(LEGENDS):
        PANELS[_checked(name)](axes, trajectory, closed_series(trajectory.scenario, trajectory.t))
        draw_time(axes, trajectory)


def _checked(name: str) -> str:
    if name not in PANELS:
        raise PictureError(f"trajectory: expected a panel of {', '.join(PANELS)}, got {name!r}")
    return name


def point_title(trajectory: Trajectory) -> str:
    """Two lines: the point in parameter space; the lattice, how it ended and until when it is valid."""
    scenario, scalars = trajectory.scenario, trajectory.scalars
    strength = "coupling $\\Lambda$" if scenario.disorder is None else "disorder $V_{rms}/E_F$"
    value = scenario.coupling if scenario.disorder is None else scenario.disorder
    point = {
        strength: value,
        "sound speed $v_s/v_F$": scenario.sound_speed,
        "temperature $T/T_D$": scenario.temperature,
        "wavenumber $k_F/q_D$": scenario.wavenumber,
    }
    first = ",  ".join(f"{name} = {x:.4g}" for name, x in point.items())
    lattice = "frozen lattice" if scenario.frozen or scenario.sound_speed == 0.0 else "moving lattice"
    verdict = trajectory.status if trajectory.reason is None else f"{trajectory.status}: {trajectory.reason}"
    draw = f"realization {scenario.realization}, seed {scenario.seed}{_launch(scenario)}"
    second = f"{scenario.dimension}-D, {lattice}, {draw}; {verdict}; valid to $t$ = {scalars['t_valid']:.4g}"
    return f"{first}\n{second}"


def _launch(scenario: Scenario) -> str:
    text = "" if scenario.packet == 0 else f", packet {scenario.packet}"
    if scenario.energy_filter is not None:
        energy, delta = scenario.energy_filter
        text += f", launched at ${energy:g} \\pm {delta:g}\\,E_F$"
    return text
