"""Pictures behind the regimes: their courses, and what speaks for their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sweep.figures.picture import Picture, finished, panels
from sweep.figures.style import INK, REGIME_COLOURS, REGIME_DASHES, TIME_LABEL, regime_colour, scaled

CHANNELS = (
    "$\\ln(1 + \\mathrm{MSD}\\,/\\,\\mathrm{MSD}_{raw}(0))$",
    "$\\ln(\\mathrm{PR}\\,/\\,\\mathrm{PR}(0))$",
)
# Inches of a panel, and of its width in print.
WIDTH, HEIGHT, LEAST = 4.5, 2.6, 2.6
FloatArray = NDArray[np.float64]


def courses_figure(
    times: FloatArray,
    centroids: FloatArray,
    mean: FloatArray,
    deviation: FloatArray,
    names: Sequence[str],
    counts: Sequence[int],
    *,
    width_mm: float | None = None,
) -> Picture:
    """Draw each regime's centroid, and the mean and spread of its points.

    Parameters
    ----------
    times : ndarray, (T,)
    centroids, mean, deviation : ndarray, (k, T, 2)
        Growth of the MSD and of the participation ratio.
    names : sequence of str, (k,)
    counts : sequence of int, (k,)
        Points.
    width_mm : float, optional
        Width in print.
    """
    with panels(len(CHANNELS), WIDTH, width_mm, least=LEAST) as (figure, drawn):
        for channel, (axes, label) in enumerate(zip(drawn, CHANNELS, strict=True)):
            for regime, (name, count) in enumerate(zip(names, counts, strict=True)):
                colour = regime_colour(regime)
                middle, spread = mean[regime, :, channel], deviation[regime, :, channel]
                axes.fill_between(
                    times, middle - spread, middle + spread, color=colour, alpha=0.2, linewidth=0.0
                )
                axes.plot(
                    times,
                    centroids[regime, :, channel],
                    color=colour,
                    linewidth=scaled(2.0),
                    linestyle=REGIME_DASHES[regime % len(REGIME_DASHES)],
                    label=f"{name}: {count} series",
                )
            axes.set(xlabel=TIME_LABEL, xlim=(0.0, float(times[-1])), title=label)
        handles, labels = drawn[0].get_legend_handles_labels()
        finished(figure, (WIDTH, HEIGHT), "", handles, labels)
    return figure


def choice_figure(
    tried: Sequence[Mapping[str, Any]], chosen: int, *, width_mm: float | None = None
) -> Picture:
    """Draw what speaks for each number of regimes.

    Parameters
    ----------
    tried : sequence of mapping
        With k, silhouette, gap, gap_err, stability, share_of_resamples; None where one says nothing.
    chosen : int
    width_mm : float, optional
        Width in print.
    """
    k = np.array([each["k"] for each in tried])
    columns = {
        name: np.array([np.nan if each[name] is None else each[name] for each in tried], dtype=float)
        for name in ("silhouette", "stability", "share_of_resamples", "gap", "gap_err")
    }
    with panels(2, WIDTH, width_mm, least=LEAST) as (figure, (left, right)):
        _draw_shares(left, k, columns)
        right.errorbar(
            k, columns["gap"], columns["gap_err"], color=INK, marker="o", markersize=scaled(6.0), capsize=3
        )
        right.set_ylabel("gap statistic")
        for axes in (left, right):
            axes.axvline(chosen, color=INK, linestyle="dotted", linewidth=scaled(1.2))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlabel(f"number of regimes $k$  (chosen: {chosen})")
        finished(figure, (WIDTH, HEIGHT))
    return figure


def _draw_shares(axes: Axes, k: NDArray[np.int64], columns: Mapping[str, FloatArray]) -> None:
    shares = columns["share_of_resamples"]
    axes.bar(k, shares, color="#d8dbe2", width=0.6, label="share of resamples that choose it")
    for name, label, regime, marker, dashes in (
        ("silhouette", "mean silhouette", 0, "o", "solid"),
        ("stability", "stability", 3, "s", "dashed"),
    ):
        axes.plot(
            k,
            columns[name],
            color=REGIME_COLOURS[regime],
            marker=marker,
            markersize=scaled(6.0),
            linestyle=dashes,
            label=label,
        )
    axes.set(ylim=(0.0, 1.5), yticks=(0.0, 0.5, 1.0))
    axes.legend(loc="upper right", fontsize="small", frameon=True, edgecolor="none")
