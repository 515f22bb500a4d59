"""The field against its closed forms: spectrum, and correlation in space and in time."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from ensembles import FloatArray, mean_and_error
from keeping import Record
from matplotlib.figure import Figure

from physics import DeformationPotential, Grid, Plans, theory
from sweep.figures.picture import new_figure
from sweep.figures.style import REGIME_COLOURS, SETTINGS

TEMPERATURES = (0.2, 1.0, 5.0)
SPEED = 1.0
REALIZATIONS = 40
GRID = Grid((216, 216), (2.0 * np.pi * 48.0, 2.0 * np.pi * 48.0))
# The last edge inside lies beyond the modes of exactly q_D.
BINS = np.append(np.linspace(0.0, 1.0, 21)[:-1], [1.0 + 1e-9, 1.05, 1.1, 1.15, 1.2])
TIMES = np.linspace(0.0, 24.0, 25)
SHIFTS = np.arange(18)


def measure() -> Record:
    """Averages over realizations of the periodogram and of products of V at two places or times."""
    values = {f"{temperature:g}": _measured(temperature) for temperature in TEMPERATURES}
    parameters = {"rms": 1.0, "speed": SPEED, "realizations": REALIZATIONS, "seed": 0}
    parameters |= {"grid_points": GRID.shape[0], "box_length": GRID.length[0]}
    return {"parameters": parameters, "values": values}


def _measured(temperature: float) -> dict[str, FloatArray]:
    plans = Plans(GRID.shape)
    q = np.sqrt(sum(k**2 for k in GRID.wavenumbers())).ravel()
    # The field has no mode at q = 0, which belongs to no bin.
    place = np.where(q > 0.0, np.digitize(q, BINS) - 1, BINS.size - 1)
    count = np.bincount(place, minlength=BINS.size)[: BINS.size - 1]
    tables: dict[str, list[FloatArray]] = {"spectrum": [], "space": [], "time": []}
    for realization in range(REALIZATIONS):
        field = DeformationPotential.thermal(
            GRID,
            rms=1.0,
            temperature=temperature,
            speed=SPEED,
            seed=0,
            realization=realization,
            plans=plans,
        )
        first = field(0.0)
        power = (np.abs(np.fft.fft2(first)) ** 2 * GRID.cell**2 / np.prod(GRID.length)).ravel()
        tables["spectrum"].append(np.bincount(place, power, minlength=BINS.size)[: BINS.size - 1] / count)
        tables["space"].append(np.array([np.mean(first * np.roll(first, int(s), 0)) for s in SHIFTS]))
        tables["time"].append(np.array([np.mean(first * field(float(t))) for t in TIMES]))
    row: dict[str, Any] = {"q": np.bincount(place, q, minlength=BINS.size)[: BINS.size - 1] / count}
    row |= {"r": SHIFTS * GRID.spacing[0], "t": TIMES}
    for name, table in tables.items():
        row[name], row[f"{name}_err"] = mean_and_error(table)
    return row


def draw(record: Record) -> Figure:
    """Points measured, lines the closed forms."""
    figure = new_figure(12.0, 3.8)
    with mpl.rc_context(SETTINGS):
        panels = figure.subplots(1, 3)
        for temperature, colour in zip(TEMPERATURES, REGIME_COLOURS, strict=False):
            found = record["values"][f"{temperature:g}"]
            at: dict[str, Any] = {"rms": 1.0, "temperature": temperature}
            q = np.linspace(0.01, 0.9999, 200)
            panels[0].plot(np.append(q, 1.0), np.append(theory.field_spectrum(q, **at), 0.0), color=colour)
            r = np.linspace(0.0, max(found["r"]), 120)
            space = [theory.field_correlation(float(x), 0.0, speed=SPEED, **at) for x in r]
            panels[1].plot(r, space, color=colour)
            t = np.linspace(0.0, TIMES[-1], 120)
            later = [theory.field_correlation(0.0, float(x), speed=SPEED, **at) for x in t]
            panels[2].plot(t, later, color=colour)
            for axes, across, up in zip(panels, "qrt", ("spectrum", "space", "time"), strict=True):
                axes.errorbar(
                    found[across],
                    found[up],
                    found[f"{up}_err"],
                    color=colour,
                    marker="o",
                    markersize=3.5,
                    linestyle="none",
                    label=f"$T = {temperature:g}\\,T_D$",
                )
        panels[0].set_ylim(0.0)
        panels[0].set_xlabel("wavenumber  $q\\,/\\,q_D$")
        panels[0].set_ylabel("$S(q)\\,/\\,V_{rms}^2$   ($1/q_D^2$)")
        panels[1].set_xlabel("distance  ($1/q_D$)")
        panels[1].set_ylabel("$\\langle V(0,0)\\,V(r,t)\\rangle\\,/\\,V_{rms}^2$")
        panels[1].set_title("in space, $t = 0$")
        panels[2].set_xlabel("$v_s t$  ($1/q_D$)")
        panels[2].set_title("in time, $r = 0$")
        panels[1].legend(fontsize=9.0)
    return figure
