"""One dimension: Lyapunov exponent through the mobility edge, and packets on either side of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import matplotlib as mpl
import numpy as np
from ensembles import Box, FloatArray, mean_and_error, runs
from keeping import Record
from matplotlib.figure import Figure

from physics import DeformationPotential, Grid, Plans, Scenario, theory
from sweep.figures.picture import new_figure
from sweep.figures.style import AXIS_LABELS, INK, REGIME_COLOURS, SETTINGS

TWO_PI = 2.0 * np.pi
DISORDERS = (0.1, 0.3)
WAVENUMBERS = (0.3, 0.35, 0.4, 0.45, 0.48, 0.52, 0.55, 0.6, 0.7, 0.8)
LINES, POINTS, LENGTH = 1200, 4096, TWO_PI * 200.0
# Packets of a narrow range of energies, in a field so weak that what lies beyond the edge hardly acts.
PACKETS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65)
PACKET_DISORDER = 0.15
BOX = Box(4096, TWO_PI * 1024.0, 1.5, 4000.0, 5)
REALIZATIONS = 16


def measure() -> Record:
    """The inverse length of the amplitude at each wavenumber, three ways."""
    grid, plans = Grid((POINTS,), (LENGTH,)), Plans((POINTS,))
    asked: dict[str, Any] = {"rms": 1.0, "temperature": 1.0, "speed": 0.0, "seed": 1, "plans": plans}
    lines = np.array([DeformationPotential.thermal(grid, realization=r, **asked)(0.0) for r in range(LINES)])
    transfer = [
        {"disorder": disorder, **_transfer(lines, wavenumber, disorder)}
        for disorder in DISORDERS
        for wavenumber in WAVENUMBERS
    ]
    packets = [_packets(wavenumber) for wavenumber in PACKETS]
    parameters: dict[str, Any] = {
        "temperature": 1.0,
        "lines": LINES,
        "points": POINTS,
        "length": LENGTH,
        "seed": 1,
    }
    parameters |= {"packet_disorder": PACKET_DISORDER, "realizations": REALIZATIONS, "box": asdict(BOX)}
    return {"parameters": parameters, "values": {"transfer": transfer, "packets": packets}}


def _born(wavenumber: float, disorder: float) -> float:
    rms = disorder * wavenumber**2 / 2.0
    return theory.lyapunov_exponent(wavenumber=wavenumber, temperature=1.0, rms=rms)


def _transfer(lines: FloatArray, wavenumber: float, disorder: float) -> dict[str, float]:
    energy = wavenumber**2 / 2.0
    found = theory.transfer_matrix_lyapunov(disorder * energy * lines, spacing=LENGTH / POINTS, energy=energy)
    mean, error = mean_and_error(found)
    born = _born(wavenumber, disorder)
    return {"wavenumber": wavenumber, "exponent": float(mean), "exponent_err": float(error), "born": born}


def _packets(wavenumber: float) -> dict[str, float]:
    """MSD at the end over that of free flight, (v t)^2."""
    scenario = Scenario(
        disorder=PACKET_DISORDER, wavenumber=wavenumber, dimension=1, energy_filter=(1.0, 0.05), seed=2
    )
    found = runs(scenario, BOX, REALIZATIONS)
    share, error = mean_and_error(found["msd"][:, -1] / (wavenumber * BOX.t_final) ** 2)
    return {
        "wavenumber": wavenumber,
        "msd_over_free": float(share),
        "msd_over_free_err": float(error),
        "edge_probability": float(found["edge_probability"].max()),
    }


def draw(record: Record) -> Figure:
    """Left: exponents over disorder squared, so that Born's is one curve. Right: packets."""
    values = record["values"]
    figure = new_figure(9.8, 4.0)
    with mpl.rc_context(SETTINGS):
        left, right = figure.subplots(1, 2)
        left.set_yscale("log")
        k = np.linspace(0.28, 0.4999, 200)
        left.plot(k, [_born(x, 1.0) for x in k], color=INK, linewidth=1.4, label="Born, $S(2k)/2k^2$")
        for disorder, colour, marker in zip(DISORDERS, REGIME_COLOURS, "os", strict=False):
            # Rows whose error is half of the value have no place on a logarithmic axis.
            rows = [
                row
                for row in values["transfer"]
                if row["disorder"] == disorder and row["exponent"] > 2.0 * row["exponent_err"]
            ]
            left.errorbar(
                [row["wavenumber"] for row in rows],
                [row["exponent"] / disorder**2 for row in rows],
                [row["exponent_err"] / disorder**2 for row in rows],
                color=colour,
                marker=marker,
                linestyle="none",
                capsize=3,
                label=f"transfer matrix, disorder {disorder:g}",
            )
        rows = values["packets"]
        right.errorbar(
            [row["wavenumber"] for row in rows],
            [row["msd_over_free"] for row in rows],
            [row["msd_over_free_err"] for row in rows],
            color=REGIME_COLOURS[3],
            marker="D",
            capsize=3,
        )
        right.set_title(f"packets, disorder {PACKET_DISORDER:g}, $t = {BOX.t_final:g}$")
        right.set_ylabel("MSD $/\\,(v t)^2$")
        right.set_ylim(0.0)
        for axes in (left, right):
            axes.axvline(theory.MOBILITY_EDGE, color=INK, linestyle="dotted", linewidth=1.0)
            axes.set_xlabel(AXIS_LABELS["wavenumber"].replace("launch ", ""))
        left.set_ylabel("$\\gamma\\,/\\,(V_{rms}/E)^2$   ($q_D$)")
        left.legend(fontsize=8.5, loc="upper right")
        left.set_ylim(4e-4, 0.4)
    return figure
