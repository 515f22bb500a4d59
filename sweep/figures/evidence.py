"""Pictures behind a map: courses of the regimes, choice of k, interference, release times, drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from learn import RegimeMap
from sweep.figures.backdrop import Dashes, draw_backdrop, regime_patches
from sweep.figures.regime_series import CHANNELS
from sweep.figures.style import AXIS_LABELS, INK, REGIME_COLOURS, SETTINGS, new_figure, regime_colour

FloatArray = NDArray[np.float64]
TIME = "time  ($m^*/\\hbar q_D^2$)"
HOLD_MARKERS = {"trapped": "s", "Anderson-localized": "*", "spreading": "o"}
DASHES = ("solid", "dashed", "dotted", "dashdot", (0, (1, 1)), (0, (5, 1)))


def courses_figure(
    times: FloatArray,
    centroids: FloatArray,
    mean: FloatArray,
    deviation: FloatArray,
    names: Sequence[str],
    counts: Sequence[int],
) -> Figure:
    """Draw each regime's centroid, and the mean and spread of its points.

    Parameters
    ----------
    times : ndarray, (T,)
    centroids, mean, deviation : ndarray, (k, T, 2)
        Growth of the MSD and of the participation ratio.
    names : sequence of str, (k,)
    counts : sequence of int, (k,)
        Points.
    """
    figure = new_figure(9.0, 4.0)
    with mpl.rc_context(SETTINGS):
        panels = figure.subplots(1, 2, sharex=True)
        for channel, (axes, label) in enumerate(zip(panels, CHANNELS, strict=True)):
            for regime, (name, count) in enumerate(zip(names, counts, strict=True)):
                colour, middle, spread = (
                    regime_colour(regime),
                    mean[regime, :, channel],
                    deviation[regime, :, channel],
                )
                axes.fill_between(
                    times, middle - spread, middle + spread, color=colour, alpha=0.2, linewidth=0.0
                )
                axes.plot(
                    times,
                    centroids[regime, :, channel],
                    color=colour,
                    linewidth=2.0,
                    linestyle=DASHES[regime % len(DASHES)],
                    label=f"{name}: {count} series",
                )
            axes.set_xlabel(TIME)
            axes.set_xlim(0.0, float(times[-1]))
            axes.set_title(label)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def choice_figure(tried: Sequence[Mapping[str, Any]], chosen: int) -> Figure:
    """Draw what speaks for each number of regimes.

    Parameters
    ----------
    tried : sequence of mapping
        With k, silhouette, gap, gap_err, stability, share_of_resamples; None where one says nothing.
    chosen : int
    """
    figure = new_figure(9.0, 3.4)
    with mpl.rc_context(SETTINGS):
        left, right = figure.subplots(1, 2)
        k = np.array([each["k"] for each in tried])
        columns = {
            name: np.array([np.nan if each[name] is None else each[name] for each in tried], dtype=float)
            for name in ("silhouette", "stability", "share_of_resamples", "gap", "gap_err")
        }
        left.bar(
            k,
            columns["share_of_resamples"],
            color="#d8dbe2",
            width=0.6,
            label="share of resamples that choose it",
        )
        left.plot(k, columns["silhouette"], color=REGIME_COLOURS[0], marker="o", label="mean silhouette")
        left.plot(
            k,
            columns["stability"],
            color=REGIME_COLOURS[3],
            marker="s",
            linestyle="dashed",
            label="stability",
        )
        left.set_ylim(0.0, 1.3)
        left.legend(loc="upper right", fontsize=8.5)
        right.errorbar(k, columns["gap"], columns["gap_err"], color=INK, marker="o", capsize=3)
        right.set_ylabel("gap statistic")
        for axes in (left, right):
            axes.axvline(chosen, color=INK, linestyle="dotted", linewidth=1.2)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlabel(f"number of regimes $k$  (chosen: {chosen})")
    return figure


def interference_figure(
    wave: FloatArray, classical: FloatArray, verdicts: Sequence[str], limit: float
) -> Figure:
    """Draw the late exponent of each frozen wave's MSD against that of its classical twin.

    Parameters
    ----------
    wave, classical : ndarray, (n, 2)
        Values and standard errors; what lies outside of the picture is drawn at its edge.
    verdicts : sequence of str, (n,)
    limit : float
        Exponent below which a packet is called held.
    """
    figure = new_figure(6.4, 5.4)
    low, high = -0.5, 2.0
    with mpl.rc_context(SETTINGS):
        axes = figure.add_subplot()
        axes.axhspan(
            low, limit, xmin=(limit - low) / (high - low), color=REGIME_COLOURS[2], alpha=0.12, linewidth=0
        )
        axes.axhline(limit, color=INK, linewidth=0.8, linestyle="dotted")
        axes.axvline(limit, color=INK, linewidth=0.8, linestyle="dotted")
        x, y = (np.clip(each[:, 0], low, high) for each in (classical, wave))
        for verdict, marker in HOLD_MARKERS.items():
            chosen = np.array([said == verdict for said in verdicts], dtype=bool)
            if not chosen.any():
                continue
            axes.errorbar(
                x[chosen],
                y[chosen],
                yerr=wave[chosen, 1],
                xerr=classical[chosen, 1],
                marker=marker,
                markersize=11 if marker == "*" else 6,
                color=REGIME_COLOURS[list(HOLD_MARKERS).index(verdict)],
                linestyle="none",
                elinewidth=0.9,
                clip_on=True,
                label=f"{verdict}: {int(chosen.sum())} points",
            )
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        axes.set_xlabel("late exponent of the classical twin's MSD")
        axes.set_ylabel("late exponent of the wave's MSD")
        axes.set_title("frozen lattice: 0 is held, 1 diffuses; shaded: held by interference")
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def release_figure(
    speed: FloatArray,
    times: FloatArray,
    other: FloatArray,
    other_label: str,
    law: tuple[float, float, float] | None,
) -> Figure:
    """Draw release times against the sound speed.

    Parameters
    ----------
    speed : ndarray, (n,)
    times : ndarray, (n, 3)
        Median and the ends of its interval; a median that is infinite is drawn as an arrow at the top.
    other : ndarray, (n,)
        Another axis, by which points are coloured.
    other_label : str
    law : tuple of (factor, exponent, error), optional
        Of ``t = factor speed^exponent``.
    """
    figure = new_figure(6.8, 4.8)
    parted = np.isfinite(times[:, 0])
    with mpl.rc_context(SETTINGS):
        axes = figure.add_subplot()
        top = float(times[parted, 0].max()) * 1.6 if parted.any() else 1.0
        below = times[parted, 0] - times[parted, 1]
        above = np.where(np.isfinite(times[parted, 2]), times[parted, 2], top) - times[parted, 0]
        axes.errorbar(
            speed[parted], times[parted, 0], [below, above], linestyle="none", color="#8a8f99", elinewidth=1.0
        )
        drawn = axes.scatter(
            speed[parted],
            times[parted, 0],
            c=other[parted],
            cmap="viridis",
            s=42,
            edgecolors="white",
            zorder=3,
        )
        if not parted.all():
            never = speed[~parted]
            axes.scatter(never, np.full(never.size, top), marker="^", color=INK, s=30, label="not parted")
        if law is not None:
            factor, exponent, error = law
            span = np.geomspace(float(speed.min()), float(speed.max()), 2)
            axes.plot(
                span,
                factor * span**exponent,
                color=INK,
                linewidth=1.4,
                label=f"$t \\propto v_s^{{{exponent:.2f} \\pm {error:.2f}}}$",
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(AXIS_LABELS["sound_speed"])
        axes.set_ylabel("twin-release time  ($m^*/\\hbar q_D^2$)")
        figure.colorbar(drawn, ax=axes).set_label(other_label)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    return figure


def drift_figure(maps: Mapping[str, RegimeMap], labels: Mapping[str, str]) -> Figure:
    """Draw the boundaries of the same points under other conditions over the first one's regions.

    Parameters
    ----------
    maps : mapping of str to RegimeMap
        Over two axes, regimes numbered alike.
    labels : mapping of str to str
        For the legend.
    """
    figure = new_figure(7.4, 6.2)
    styles: tuple[tuple[Dashes, str], ...] = (
        ("solid", INK),
        ("dotted", INK),
        ("dashed", REGIME_COLOURS[0]),
        ("solid", REGIME_COLOURS[3]),
    )
    with mpl.rc_context(SETTINGS):
        axes = figure.add_subplot()
        base = next(iter(maps.values()))
        draw_backdrop(axes, base)
        entries: list[Any] = [*regime_patches(base)]
        for (name, regime_map), (style, colour) in zip(maps.items(), styles, strict=False):
            _draw_boundary(axes, regime_map, style, colour)
            entries.append(Line2D([], [], color=colour, linestyle=style, label=labels[name]))
        figure.legend(handles=entries, loc="outside lower center", ncols=2)
    return figure


def _draw_boundary(axes: Axes, regime_map: RegimeMap, style: Dashes, colour: str) -> None:
    for line in regime_map.boundary():
        axes.plot(line.points[:, 0], line.points[:, 1], color=colour, linestyle=style, linewidth=2.0)
