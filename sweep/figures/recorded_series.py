"""One trial's series as they were recorded, whatever the model: a panel for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import matplotlib as mpl
from matplotlib.figure import Figure

from sweep.figures.style import REGIME_COLOURS, SETTINGS, new_figure

# Panels in a row, and inches of each.
ACROSS, WIDTH, HEIGHT = 3, 3.7, 2.5


def recorded_figure(series: Mapping[str, Sequence[float]], units: Mapping[str, str], title: str) -> Figure:
    """Draw each series over the time.

    Parameters
    ----------
    series : mapping of str to sequence of float, each of shape (n,)
        By column; ``t`` are the times.
    units : mapping of str to str
        Of the columns; empty where the unit is not known, "1" for a pure number.
    title : str

    Returns
    -------
    Figure
    """
    names = [name for name in series if name != "t"]
    across, down = max(1, min(ACROSS, len(names))), max(1, ceil(len(names) / ACROSS))
    figure = new_figure(max(WIDTH * across, 5.5), HEIGHT * down + 0.6)
    with mpl.rc_context(SETTINGS):
        panels = figure.subplots(down, across, squeeze=False).ravel()
        for name, axes in zip(names, panels, strict=False):
            axes.plot(series["t"], series[name], color=REGIME_COLOURS[0], linewidth=1.8)
            axes.set(title=name, xlabel=_label("t", units), ylabel=_label(name, units))
        for axes in panels[len(names) :]:
            axes.set_axis_off()
        figure.suptitle(title, x=0.01, ha="left", size=10.0)
    return figure


def _label(name: str, units: Mapping[str, str]) -> str:
    unit = units.get(name, "")
    return f"{name}  ({unit})" if unit not in ("", "1") else name
