"""The panels of a trajectory's picture: recorded series solid, closed forms broken."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from physics import Trajectory
from sweep.figures.style import FAINT, INK, REGIME_COLOURS, TIME_LABEL, scaled
from sweep.figures.ticks import plain_ticks

BLUE, ORANGE, GREEN, RED, SKY, _ = REGIME_COLOURS
# Of closed forms: free flight, and the golden rule.
DASHES = MappingProxyType({FAINT: "--", RED: "-."})
# Below this a probability or an overlap is not drawn.
LEAST = 1e-4
# On a curve that bears them.
MARKS = 8
# Room above and below what was simulated, and for an entry of a legend, in shares of its span.
MARGIN, ENTRY = 0.1, 0.14

Series = dict[str, NDArray[np.float64]]
Draw = Callable[[Axes, Trajectory, Series], None]


def _draw_msd(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    _log_log(axes, trajectory.t, trajectory.msd, color=BLUE, linewidth=scaled(2.2), label="simulated")
    if "msd_classical" in trajectory.series:
        classical = trajectory.series["msd_classical"]
        _log_log(
            axes,
            trajectory.t,
            classical,
            color=ORANGE,
            linewidth=scaled(1.6),
            label="classical twin",
            marks="o",
        )
    _closed(axes, trajectory.t, closed, "free_msd", FAINT, "free (ballistic)")
    _closed(axes, trajectory.t, closed, "fuerth_msd", RED, "Fürth, golden rule")
    axes.set(title="mean squared displacement", ylabel="$\\mathrm{MSD}(t) - \\mathrm{MSD}(0)$  ($1/q_D^2$)")
    axes.legend()


def _draw_diffusion(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    t, d = trajectory.t, trajectory.scenario.dimension
    if t.size < 3:
        return
    rate = np.gradient(trajectory.msd, t) / (2 * d)
    # Colours as in the panel of the MSD, whose legend serves both.
    axes.plot(t, rate, color=BLUE, linewidth=scaled(2.2))
    for name, colour in (("free_msd", FAINT), ("fuerth_msd", RED)):
        if name in closed:
            curve = np.gradient(closed[name], t) / (2 * d)
            axes.plot(t, curve, color=colour, linestyle=DASHES[colour], linewidth=scaled(1.4))
    axes.axhline(1.0, color=GREEN, linewidth=scaled(1.2), linestyle=":", label="$\\hbar/m^*$")
    value, error = (float(trajectory.scalars.get(name, np.nan)) for name in ("diffusion", "diffusion_err"))
    if np.isfinite(value) and np.isfinite(error):
        late = [t[-1] / 2.0, t[-1]]
        band = ([value - error] * 2, [value + error] * 2)
        axes.fill_between(late, *band, color=SKY, alpha=0.4, linewidth=0.0, label="late fit")
    _frame(axes, np.append(rate, 1.0))
    axes.set(title="diffusion  $D(t) = (1/2d)\\,d\\,\\mathrm{MSD}/dt$", ylabel="$D$  ($\\hbar/m^*$)")
    axes.legend()


def _draw_participation(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    d = trajectory.scenario.dimension
    axes.plot(
        trajectory.t, trajectory.participation_ratio, color=BLUE, linewidth=scaled(2.2), label="simulated"
    )
    _closed(axes, trajectory.t, closed, "free_participation_ratio", FAINT, "free")
    axes.set_yscale("log")
    plain_ticks(axes.yaxis, *axes.get_ylim())
    unit = "1/q_D" if d == 1 else f"1/q_D^{d}"
    axes.set(title="participation ratio", ylabel=f"$1/\\int|\\psi|^4$  (${unit}$)")
    axes.legend()


def _draw_momentum(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    scenario, series = trajectory.scenario, trajectory.series
    k = np.array(scenario.wavevector)
    along = sum(
        (series[f"momentum_{name}"] * part for name, part in zip("xy", k, strict=False)),
        start=np.zeros(trajectory.t.size),
    )
    along = along / float(k @ k)
    axes.plot(trajectory.t, along, color=BLUE, linewidth=scaled(2.2), label="along the launch")
    if "momentum_share" in closed:
        axes.plot(
            trajectory.t,
            along[0] * closed["momentum_share"],
            color=RED,
            linestyle=DASHES[RED],
            linewidth=scaled(1.4),
            label="$e^{-t/\\tau_{tr}}$, golden rule",
        )
    spread = series["momentum_spread"]
    axes.plot(trajectory.t, spread, color=ORANGE, label="angular spread", **_marked("o", spread.size))
    axes.axhline(0.0, color=FAINT, linewidth=scaled(0.7))
    axes.set(title="mean momentum", ylabel="$\\langle p\\rangle / \\hbar k_F$;  spread, 0 to 1")
    axes.set_yticks([-1.0, -0.5, 0.0, 0.5, 1.0])
    _frame(axes, np.concatenate([along, spread]), entries=3)
    axes.legend()


def _draw_energies(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    scale = trajectory.scenario.fermi_energy
    kinetic, potential = (trajectory.series[f"{name}_energy"] / scale for name in ("kinetic", "potential"))
    axes.plot(trajectory.t, kinetic + potential, color=BLUE, linewidth=scaled(2.2), label="total")
    axes.plot(trajectory.t, kinetic, color=ORANGE, label="kinetic", **_marked("o", kinetic.size))
    axes.plot(trajectory.t, potential, color=GREEN, label="potential", **_marked("^", kinetic.size))
    if "heat" in closed:
        heated = kinetic[0] + potential[0] + closed["heat"] / scale
        axes.plot(
            trajectory.t,
            heated,
            color=RED,
            linestyle=DASHES[RED],
            linewidth=scaled(1.4),
            label="heating, golden rule",
        )
    axes.axhline(0.0, color=FAINT, linewidth=scaled(0.7))
    _frame(axes, np.concatenate([kinetic, potential, kinetic + potential]), entries=3 + ("heat" in closed))
    axes.set(title="energy", ylabel="energy  ($E_F$)")
    axes.legend()


def _draw_memory(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    series = trajectory.series
    overlap = np.hypot(series["autocorrelation_re"], series["autocorrelation_im"])
    axes.plot(
        trajectory.t,
        overlap,
        color=BLUE,
        linewidth=scaled(2.0),
        label="$|\\langle\\psi(0)|\\psi(t)\\rangle|$",
    )
    near = series["return_probability"]
    axes.plot(
        trajectory.t, near, color=ORANGE, label="return probability, $2\\sigma$", **_marked("o", near.size)
    )
    for name, colour in (("free_autocorrelation", BLUE), ("free_return_probability", ORANGE)):
        if name in closed:
            axes.plot(
                trajectory.t, closed[name], color=colour, linestyle="--", linewidth=scaled(1.1), alpha=0.7
            )
    axes.set_yscale("log")
    lowest = max(LEAST, 0.5 * float(min(overlap.min(), near.min())))
    axes.set_ylim(10.0 ** np.floor(np.log10(lowest)), 1.5)
    axes.set(title="memory of the launch  (dashed: free)", ylabel="overlap, probability")
    axes.legend(loc="lower left")


def _log_log(
    axes: Axes,
    t: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    color: str,
    linewidth: float,
    label: str,
    marks: str = "",
) -> None:
    shown = (t > 0.0) & (values > 0.0)
    marked = _marked(marks, int(shown.sum())) if marks else {}
    looks: dict[str, Any] = {"color": color, "linewidth": linewidth, "label": label}
    axes.plot(t[shown], values[shown], **(looks | marked))
    axes.set_xscale("log")
    axes.set_yscale("log")


def _marked(marks: str, samples: int) -> dict[str, Any]:
    """How a recorded series is drawn that is not the first of its panel: known without colour, too."""
    return {
        "linewidth": scaled(1.4),
        "marker": marks,
        "markersize": scaled(5.0),
        "markerfacecolor": "white",
        "markevery": max(1, samples // MARKS),
    }


def _closed(axes: Axes, t: NDArray[np.float64], closed: Series, name: str, colour: str, label: str) -> None:
    if name in closed:
        shown = (t > 0.0) & (closed[name] > 0.0)
        axes.plot(
            t[shown],
            closed[name][shown],
            color=colour,
            linestyle=DASHES[colour],
            linewidth=scaled(1.4),
            label=label,
        )


def _frame(axes: Axes, values: NDArray[np.float64], entries: int = 0) -> None:
    """Limits from what was simulated: a closed form may leave the panel. Above is room for a legend."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    span = high - low or 1.0
    axes.set_ylim(low - MARGIN * span if low < 0.0 else 0.0, high + (MARGIN + ENTRY * entries) * span)


def draw_time(axes: Axes, trajectory: Trajectory) -> None:
    """The time axis to t_final, and what lies past t_valid greyed out."""
    t_final, t_valid = trajectory.numerics.t_final, float(trajectory.scalars["t_valid"])
    first = float(trajectory.t[1]) if trajectory.t.size > 1 else t_final / 100.0
    if axes.get_xscale() == "log":
        plain_ticks(axes.xaxis, *axes.get_xlim())
    axes.set_xlim(first if axes.get_xscale() == "log" else 0.0, t_final)
    axes.set_xlabel(TIME_LABEL)
    if t_valid < t_final * (1.0 - 1e-9):
        axes.axvspan(t_valid, t_final, color=FAINT, alpha=0.18, linewidth=0.0)
        axes.axvline(t_valid, color=INK, linewidth=scaled(1.0), linestyle=":")
        axes.annotate(
            "$t_{valid}$",
            (t_valid, 1.0),
            (3, 2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
        )


PANELS: MappingProxyType[str, Draw] = MappingProxyType(
    {
        "msd": _draw_msd,
        "diffusion": _draw_diffusion,
        "participation_ratio": _draw_participation,
        "momentum": _draw_momentum,
        "energy": _draw_energies,
        "memory": _draw_memory,
    }
)
