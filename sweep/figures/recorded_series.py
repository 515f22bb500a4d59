"""One trial's series as they were recorded, whatever the model: a panel for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweep.figures.picture import Picture, finished, panels
from sweep.figures.style import REGIME_COLOURS, scaled

# Inches of a panel.
WIDTH, HEIGHT = 3.7, 1.9


def recorded_figure(
    series: Mapping[str, Sequence[float]],
    units: Mapping[str, str],
    title: str,
    *,
    width_mm: float | None = None,
) -> Picture:
    """Draw each series over the time.

    Parameters
    ----------
    series : mapping of str to sequence of float, each of shape (n,)
        By column; ``t`` are the times.
    units : mapping of str to str
        Of the columns; empty where the unit is not known, "1" for a pure number.
    title : str
    width_mm : float, optional
        Width in print: 86 is a column of a journal, 178 its page. By default as for a screen.

    Returns
    -------
    Picture
        A matplotlib Figure.
    """
    names = [name for name in series if name != "t"]
    with panels(len(names), WIDTH, width_mm) as (figure, drawn):
        for name, axes in zip(names, drawn, strict=True):
            axes.plot(series["t"], series[name], color=REGIME_COLOURS[0], linewidth=scaled(1.8))
            axes.set(title=name, xlabel=_label("t", units), ylabel=_label(name, units))
        finished(figure, (WIDTH, HEIGHT), title)
    return figure


def _label(name: str, units: Mapping[str, str]) -> str:
    unit = units.get(name, "")
    return f"{name}  ({unit})" if unit not in ("", "1") else name
