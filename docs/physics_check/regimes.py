"""Five regimes and free flight: MSD(t), D(t) and participation ratio, with twins and closed forms."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import matplotlib as mpl
import numpy as np
from ensembles import Box, propagated, simulated
from keeping import Record
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from physics import Numerics, Scenario, theory
from sweep.closed_forms import closed_series
from sweep.figures.picture import new_figure
from sweep.figures.style import INK, REGIME_COLOURS, SETTINGS

BLUE, ORANGE, GREEN, RED = REGIME_COLOURS[:4]
TWO_PI = 2.0 * np.pi

FREE = Scenario(disorder=0.0, wavenumber=0.4)
WEAK = Scenario(disorder=0.15, wavenumber=0.45, temperature=20.0)
TRAPPED = Scenario(
    disorder=4.0, wavenumber=0.45, dimension=1, energy_filter=(0.5, 0.5), packet_width=1.0, classical=True
)
ANDERSON = Scenario(disorder=0.3, wavenumber=0.45, dimension=1, energy_filter=(1.0, 0.05), classical=True)
TRANSIENT = Scenario(
    disorder=4.0, wavenumber=0.4, sound_speed=0.04, energy_filter=(0.0, 0.5), packet_width=2.0
)
FAST = Scenario(disorder=1.0, wavenumber=0.4, sound_speed=0.5)

SIMULATED = {
    "free": (FREE, Numerics(t_final=100.0, samples=41, tolerance=1e-3, max_grid=720), 2),
    "weak": (WEAK, Numerics(t_final=900.0, samples=41, tolerance=2e-2, max_grid=1200), 6),
    "fast": (FAST, Numerics(t_final=150.0, samples=41, tolerance=1e-2, max_grid=900), 8),
}
PROPAGATED = {
    "trapped": (TRAPPED, Box(1024, TWO_PI * 256.0, 1.0, 1500.0, 61), 32),
    "Anderson": (ANDERSON, Box(4096, TWO_PI * 1024.0, 1.5, 9000.0, 61), 24),
    "transient": (TRANSIENT, Box(320, TWO_PI * 64.0, 1.0, 240.0, 49), 24),
}
TRAJECTORIES = 512
TITLES = {
    "free": "free flight",
    "weak": "weak scattering",
    "trapped": "trapped (1-D)",
    "Anderson": "Anderson-localized (1-D)",
    "transient": "transient localization",
    "fast": "fast lattice",
}


def measure() -> Record:
    """Averages over realizations for each regime, moving and frozen where that says something."""
    values = {name: simulated(*case) for name, case in SIMULATED.items()}
    frozen, numerics, realizations = SIMULATED["fast"]
    values["fast, frozen"] = simulated(frozen.twin(), numerics, realizations)
    for name, (scenario, box, realizations) in PROPAGATED.items():
        trajectories = TRAJECTORIES if scenario.classical else 0
        values[name] = propagated(scenario, box, realizations, trajectories)
    moving, box, realizations = PROPAGATED["transient"]
    values["transient, frozen"] = propagated(moving.twin(), box, realizations)
    cases: dict[str, Any] = {**SIMULATED, **PROPAGATED}
    parameters = {
        name: {"scenario": asdict(case[0]), "numerics": asdict(case[1])} for name, case in cases.items()
    }
    return {"parameters": parameters, "values": values}


def draw(record: Record) -> Figure:
    """A column for each regime, a row for each observable."""
    values = record["values"]
    figure = new_figure(15.0, 7.2)
    with mpl.rc_context(SETTINGS):
        panels = figure.subplots(3, len(TITLES), sharex="col")
        for column, (name, title) in enumerate(TITLES.items()):
            top, middle, bottom = panels[:, column]
            top.set_title(title)
            twin = values.get(f"{name}, frozen")
            for axes, key in ((top, "msd"), (middle, "diffusion"), (bottom, "participation_ratio")):
                if twin is not None:
                    _band(axes, twin, key, ORANGE, "frozen twin")
                moving = "moving lattice" if twin is not None else "wave packet"
                _band(axes, values[name], key, BLUE, moving)
            if "msd_classical" in values[name]:
                _classical(top, middle, values[name])
            bottom.set_xlabel("time  ($m^*/\\hbar q_D^2$)")
        _closed(panels, values)
        _finish(panels)
    return figure


def _band(axes: Axes, series: Record, key: str, colour: str, label: str) -> None:
    t, mean = np.array(series["t"]), np.array(series[key], dtype=float)
    error = np.array(series[f"{key}_err"], dtype=float)
    axes.fill_between(t, mean - error, mean + error, color=colour, alpha=0.3, linewidth=0.0)
    axes.plot(t, mean, color=colour, linewidth=1.6, label=label)


def _classical(top: Axes, middle: Axes, series: Record) -> None:
    _band(top, series, "msd_classical", RED, "classical twin")
    t, msd = np.array(series["t"]), np.array(series["msd_classical"])
    middle.plot(t, np.gradient(msd, t) / 2.0, color=RED, linewidth=1.2)


def _closed(panels: np.ndarray, values: Record) -> None:
    names = list(TITLES)
    t = np.array(values["free"]["t"])
    forms = closed_series(FREE, t)
    _dashed(panels[:, names.index("free")], t, forms["free_msd"], forms["free_participation_ratio"], "exact")
    t = np.array(values["weak"]["t"])
    rate = theory.golden_rule_rate(
        wavenumber=WEAK.wavenumber, temperature=WEAK.temperature, rms=WEAK.rms, transport=True
    )
    # The packet's own spread of momenta adds to k^2.
    speed = float(np.hypot(WEAK.wavenumber, np.sqrt(0.5) / WEAK.width))
    expected = theory.fuerth_msd(t, speed=speed, rate=rate)
    _dashed(panels[:, names.index("weak")], t, expected, None, "golden rule, Fürth")


def _dashed(column: np.ndarray, t: np.ndarray, msd: np.ndarray, ratio: np.ndarray | None, label: str) -> None:
    style: dict[str, Any] = {"color": INK, "linestyle": "dashed", "linewidth": 1.2}
    column[0].plot(t, msd, label=label, **style)
    column[1].plot(t, np.gradient(msd, t, edge_order=2) / 4.0, **style)
    if ratio is not None:
        column[2].plot(t, ratio, **style)


def _finish(panels: np.ndarray) -> None:
    labels = ("MSD  ($1/q_D^2$)", "D(t)  ($\\hbar/m^*$)", "participation ratio  ($1/q_D^d$)")
    for axes, label in zip(panels[:, 0], labels, strict=True):
        axes.set_ylabel(label)
    for column, name in enumerate(TITLES):
        panels[0, column].legend(fontsize=8.5, loc="lower right" if name == "Anderson" else "upper left")
        for axes in panels[:, column]:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.set_xlim(0.0)
            axes.margins(y=0.12)
        if name not in ("Anderson", "trapped"):
            panels[1, column].set_ylim(0.0)
    trapped, anderson = (list(TITLES).index(name) for name in ("trapped", "Anderson"))
    panels[0, trapped].set_ylim(0.0, 80.0)
    panels[0, anderson].set_yscale("log")
    panels[0, anderson].set_ylim(3e2, 2e7)
    # The classical twin's is beyond: it starts at the free packet's and does not fall.
    panels[1, anderson].set_ylim(-6.0, 26.0)
