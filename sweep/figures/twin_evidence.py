"""What twins say, one panel each: interference against classical trajectories, and times of release."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sweep.figures.picture import Picture, drawing, finished
from sweep.figures.style import FAINT, INK, REGIME_COLOURS, axis_label, scaled
from sweep.figures.ticks import plain_ticks

HOLD_MARKERS = {"trapped": "s", "Anderson-localized": "*", "spreading": "o"}
# Exponents beyond these are drawn at the edge.
LOW, HIGH = -0.5, 2.0
# Width and height of a panel, inches.
SQUARE, FLAT = (6.4, 4.6), (6.8, 4.2)
FloatArray = NDArray[np.float64]
# t = factor speed^exponent: factor, exponent and its error.
Law = tuple[float, float, float]


def interference_figure(
    wave: FloatArray,
    classical: FloatArray,
    verdicts: Sequence[str],
    limit: float,
    *,
    width_mm: float | None = None,
) -> Picture:
    """Draw the late exponent of each frozen wave's MSD against that of its classical twin.

    Parameters
    ----------
    wave, classical, verdicts, limit
        As for :func:`draw_interference`.
    width_mm : float, optional
        Width in print.
    """
    with drawing(SQUARE[0], width_mm) as figure:
        axes = figure.add_subplot()
        draw_interference(axes, wave, classical, verdicts, limit)
        title = "frozen lattice: 0 is held, 1 diffuses; shaded: held by interference"
        finished(figure, SQUARE, title, *axes.get_legend_handles_labels())
    return figure


def draw_interference(
    axes: Axes, wave: FloatArray, classical: FloatArray, verdicts: Sequence[str], limit: float
) -> None:
    """Draw the late exponent of each frozen wave's MSD against that of its classical twin.

    Parameters
    ----------
    axes : Axes
    wave, classical : ndarray, (n, 2)
        Values and standard errors; what lies outside of the picture is drawn at its edge.
    verdicts : sequence of str, (n,)
        "trapped", "Anderson-localized" or "spreading".
    limit : float
        Exponent below which a packet is called held.
    """
    share = (limit - LOW) / (HIGH - LOW)
    axes.axhspan(LOW, limit, xmin=share, color=REGIME_COLOURS[2], alpha=0.12, linewidth=0)
    axes.axhline(limit, color=INK, linewidth=scaled(0.8), linestyle="dotted")
    axes.axvline(limit, color=INK, linewidth=scaled(0.8), linestyle="dotted")
    x, y = (np.clip(each[:, 0], LOW, HIGH) for each in (classical, wave))
    for number, (verdict, marker) in enumerate(HOLD_MARKERS.items()):
        chosen = np.array([said == verdict for said in verdicts], dtype=bool)
        if not chosen.any():
            continue
        axes.errorbar(
            x[chosen],
            y[chosen],
            yerr=wave[chosen, 1],
            xerr=classical[chosen, 1],
            marker=marker,
            markersize=scaled(11.0 if marker == "*" else 6.0),
            color=REGIME_COLOURS[number],
            linestyle="none",
            elinewidth=scaled(0.9),
            label=f"{verdict}: {int(chosen.sum())} points",
        )
    axes.set(xlim=(LOW, HIGH), ylim=(LOW, HIGH))
    axes.set(xlabel="late exponent, classical twin's MSD", ylabel="late exponent, wave's MSD")


def release_figure(
    speed: FloatArray,
    times: FloatArray,
    other: FloatArray,
    other_label: str,
    law: Law | None,
    *,
    width_mm: float | None = None,
) -> Picture:
    """Draw release times against the sound speed.

    Parameters
    ----------
    speed, times, other, other_label, law
        As for :func:`draw_release`.
    width_mm : float, optional
        Width in print.
    """
    with drawing(FLAT[0], width_mm) as figure:
        draw_release(figure.add_subplot(), speed, times, other, other_label, law)
        finished(figure, FLAT)
    return figure


def draw_release(
    axes: Axes, speed: FloatArray, times: FloatArray, other: FloatArray, other_label: str, law: Law | None
) -> None:
    """Draw release times against the sound speed.

    Parameters
    ----------
    axes : Axes
    speed : ndarray, (n,)
    times : ndarray, (n, 3)
        Median and the ends of its interval; a median that is infinite is drawn as a mark at the top.
    other : ndarray, (n,)
        Another axis, by which points are coloured; a bar beside the axes says how.
    other_label : str
    law : tuple of (factor, exponent, error), optional
        Of ``t = factor speed^exponent``.
    """
    parted = np.isfinite(times[:, 0])
    top = float(times[parted, 0].max()) * 1.6 if parted.any() else 1.0
    middle, low, high = times[parted].T
    ends = [middle - low, np.where(np.isfinite(high), high, top) - middle]
    axes.errorbar(speed[parted], middle, ends, linestyle="none", color=FAINT, elinewidth=scaled(1.0))
    drawn = axes.scatter(
        speed[parted],
        middle,
        c=other[parted],
        cmap="viridis",
        s=scaled(6.5) ** 2,
        edgecolors=INK,
        linewidths=scaled(0.6),
        zorder=3,
    )
    if not parted.all():
        never = speed[~parted]
        axes.scatter(
            never, np.full(never.size, top), marker="^", color=INK, s=scaled(5.5) ** 2, label="not parted"
        )
    if law is not None:
        factor, exponent, error = law
        span = np.geomspace(float(speed.min()), float(speed.max()), 2)
        label = f"$t \\propto v_s^{{{exponent:.2f} \\pm {error:.2f}}}$"
        axes.plot(span, factor * span**exponent, color=INK, linewidth=scaled(1.4), label=label)
    axes.set(xscale="log", yscale="log")
    if parted.any():
        # A law may leave the panel.
        axes.set_ylim(0.7 * float(np.min(low)), 1.3 * top)
    axes.set(xlabel=axis_label("sound_speed"), ylabel="twin-release time  ($m^*/\\hbar q_D^2$)")
    plain_ticks(axes.xaxis, *axes.get_xlim())
    plain_ticks(axes.yaxis, *axes.get_ylim())
    figure = axes.get_figure(root=True)
    if figure is not None and parted.any():
        figure.colorbar(drawn, ax=axes).set_label(other_label)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
