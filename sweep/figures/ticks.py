"""Ticks of a logarithmic axis that read as plain numbers."""

from __future__ import annotations

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

# Ratios of an axis' ends: below the first numbers are spaced evenly, from the others on there are fewer.
EVEN_TO, SOME_FROM, FEW_FROM = 6.0, 100.0, 1e4


def plain_ticks(axis: Axis, low: float, high: float) -> None:
    """Write plain numbers along a logarithmic axis, fewer where it spans more.

    Parameters
    ----------
    axis : Axis
    low, high : float
        Its ends.
    """
    span = high / low if low > 0.0 else FEW_FROM
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    if span < EVEN_TO:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        return
    subs = (1.0,) if span >= FEW_FROM else (1.0, 3.0) if span >= SOME_FROM else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=subs))
