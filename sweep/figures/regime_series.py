"""What the regimes look like in time: each one's typical series."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sweep.figures.style import SETTINGS, new_figure, regime_colour

CHANNELS = (
    "$\\ln(1 + \\mathrm{MSD}\\,/\\,\\mathrm{MSD}_{raw}(0))$",
    "$\\ln(\\mathrm{PR}\\,/\\,\\mathrm{PR}(0))$",
)


def series_figure(times: Sequence[float], medoids: NDArray[np.float64], names: Sequence[str]) -> Figure:
    """Draw the medoid series of each regime.

    Parameters
    ----------
    times : sequence of float, (T,)
        Natural units.
    medoids : ndarray, (k, T, 2)
        Growth of the MSD and of the participation ratio, scaled as they were compared.
    names : sequence of str, (k,)
    """
    figure = new_figure(8.4, 3.4)
    with mpl.rc_context(SETTINGS):
        panels = figure.subplots(1, 2, sharex=True)
        for channel, (axes, label) in enumerate(zip(panels, CHANNELS, strict=True)):
            for regime, name in enumerate(names):
                axes.plot(
                    times, medoids[regime, :, channel], color=regime_colour(regime), linewidth=2.0, label=name
                )
            axes.set_xlabel("time  ($m^*/\\hbar q_D^2$)")
            axes.set_title(f"{label}, scaled")
        panels[0].legend()
    return figure
