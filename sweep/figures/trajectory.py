"""One trajectory: its series beside what closed forms say."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from physics import Scenario, Trajectory
from sweep.closed_forms import closed_series
from sweep.figures.style import INK, REGIME_COLOURS, SETTINGS, new_figure

TIME_LABEL = "time  ($m^*/\\hbar q_D^2$)"
BLUE, ORANGE, GREEN, RED, SKY, PINK = REGIME_COLOURS
FAINT = "#8a8f99"
# Below this a probability or an overlap is not drawn.
LEAST = 1e-4
# A curve may pass behind a legend; its words stay legible.
LEGENDS: dict[Any, Any] = {
    "legend.fontsize": 8.5,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "none",
}

Series = dict[str, NDArray[np.float64]]


def trajectory_figure(trajectory: Trajectory) -> Figure:
    """Draw the recorded series, dashed beside them the closed forms that exist.

    Parameters
    ----------
    trajectory : Trajectory

    Returns
    -------
    Figure
        MSD, D(t) and participation ratio; momentum, energies, autocorrelation and return probability.
    """
    figure = new_figure(11.0, 6.4)
    with mpl.rc_context(SETTINGS | LEGENDS):
        panels = figure.subplots(2, 3).ravel()
        closed = closed_series(trajectory.scenario, trajectory.t)
        for draw, axes in zip(PANELS, panels, strict=True):
            draw(axes, trajectory, closed)
            _draw_time(axes, trajectory)
        figure.suptitle(point_title(trajectory), x=0.01, ha="left", size=11.0)
    return figure


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


def _draw_msd(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    _log_log(axes, trajectory.t, trajectory.msd, color=BLUE, linewidth=2.2, label="simulated")
    if "msd_classical" in trajectory.series:
        classical = trajectory.series["msd_classical"]
        _log_log(axes, trajectory.t, classical, color=ORANGE, linewidth=1.6, label="classical twin")
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
    axes.plot(t, rate, color=BLUE, linewidth=2.2)
    for name, colour in (("free_msd", FAINT), ("fuerth_msd", RED)):
        if name in closed:
            curve = np.gradient(closed[name], t) / (2 * d)
            axes.plot(t, curve, color=colour, linestyle="--", linewidth=1.4)
    axes.axhline(1.0, color=GREEN, linewidth=1.2, linestyle=":", label="$\\hbar/m^*$")
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
    axes.plot(trajectory.t, trajectory.participation_ratio, color=BLUE, linewidth=2.2, label="simulated")
    _closed(axes, trajectory.t, closed, "free_participation_ratio", FAINT, "free")
    axes.set_yscale("log")
    _plain_ticks(axes.yaxis)
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
    axes.plot(trajectory.t, along, color=BLUE, linewidth=2.2, label="along the launch")
    if "momentum_share" in closed:
        axes.plot(
            trajectory.t,
            along[0] * closed["momentum_share"],
            color=RED,
            linestyle="--",
            linewidth=1.4,
            label="$e^{-t/\\tau_{tr}}$, golden rule",
        )
    axes.plot(trajectory.t, series["momentum_spread"], color=ORANGE, linewidth=1.6, label="angular spread")
    axes.axhline(0.0, color=FAINT, linewidth=0.7)
    axes.set(title="mean momentum", ylabel="$\\langle p\\rangle / \\hbar k_F$;  spread, 0 to 1")
    axes.legend()


def _draw_energies(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    scale = trajectory.scenario.fermi_energy
    kinetic, potential = (trajectory.series[f"{name}_energy"] / scale for name in ("kinetic", "potential"))
    axes.plot(trajectory.t, kinetic + potential, color=BLUE, linewidth=2.2, label="total")
    axes.plot(trajectory.t, kinetic, color=ORANGE, linewidth=1.6, label="kinetic")
    axes.plot(trajectory.t, potential, color=GREEN, linewidth=1.6, label="potential")
    if "heat" in closed:
        heated = kinetic[0] + potential[0] + closed["heat"] / scale
        axes.plot(
            trajectory.t, heated, color=RED, linestyle="--", linewidth=1.4, label="heating, golden rule"
        )
    axes.axhline(0.0, color=FAINT, linewidth=0.7)
    _frame(axes, np.concatenate([kinetic, potential, kinetic + potential]))
    axes.set(title="energy", ylabel="energy  ($E_F$)")
    axes.legend()


def _draw_memory(axes: Axes, trajectory: Trajectory, closed: Series) -> None:
    series = trajectory.series
    overlap = np.hypot(series["autocorrelation_re"], series["autocorrelation_im"])
    axes.plot(trajectory.t, overlap, color=BLUE, linewidth=2.0, label="$|\\langle\\psi(0)|\\psi(t)\\rangle|$")
    near = series["return_probability"]
    axes.plot(trajectory.t, near, color=ORANGE, linewidth=2.0, label="return probability, $2\\sigma$")
    for name, colour in (("free_autocorrelation", BLUE), ("free_return_probability", ORANGE)):
        if name in closed:
            axes.plot(trajectory.t, closed[name], color=colour, linestyle="--", linewidth=1.1, alpha=0.7)
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
) -> None:
    shown = (t > 0.0) & (values > 0.0)
    axes.plot(t[shown], values[shown], color=color, linewidth=linewidth, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")


def _closed(axes: Axes, t: NDArray[np.float64], closed: Series, name: str, colour: str, label: str) -> None:
    if name in closed:
        shown = (t > 0.0) & (closed[name] > 0.0)
        axes.plot(t[shown], closed[name][shown], color=colour, linestyle="--", linewidth=1.4, label=label)


def _plain_ticks(axis: Axis) -> None:
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _frame(axes: Axes, values: NDArray[np.float64]) -> None:
    """Limits from what was simulated: a closed form may leave the panel."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = 0.12 * (high - low or 1.0)
    axes.set_ylim(low - room if low < 0.0 else 0.0, high + room)


def _draw_time(axes: Axes, trajectory: Trajectory) -> None:
    """The time axis to t_final, and what lies past t_valid greyed out."""
    t_final, t_valid = trajectory.numerics.t_final, float(trajectory.scalars["t_valid"])
    first = float(trajectory.t[1]) if trajectory.t.size > 1 else t_final / 100.0
    if axes.get_xscale() == "log":
        _plain_ticks(axes.xaxis)
    axes.set_xlim(first if axes.get_xscale() == "log" else 0.0, t_final)
    axes.set_xlabel(TIME_LABEL)
    if t_valid < t_final * (1.0 - 1e-9):
        axes.axvspan(t_valid, t_final, color=FAINT, alpha=0.18, linewidth=0.0)
        axes.axvline(t_valid, color=INK, linewidth=1.0, linestyle=":")
        axes.annotate(
            "$t_{valid}$",
            (t_valid, 1.0),
            (3, -11),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
        )


PANELS = (_draw_msd, _draw_diffusion, _draw_participation, _draw_momentum, _draw_energies, _draw_memory)
