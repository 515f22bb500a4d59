"""Diffusion against kelvin at the fixed coupling of one made-up material, moving and frozen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
from ensembles import Box, FloatArray, mean_and_error, runs, trajectories
from keeping import Record
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from physics import Material, Numerics, Scenario, resolve, theory
from physics.summary import diffusion_series, slope
from sweep.figures.picture import new_figure
from sweep.figures.style import INK, REGIME_COLOURS, SETTINGS

# No real material: round values that make the field as strong as the Fermi energy, or stronger.
VALUES: dict[str, Any] = {
    "effective_mass_me": 8.0,
    "deformation_ev": 3.0,
    "density_u_per_angstrom2": 10.0,
    "sound_speed_m_s": 2500.0,
    "lattice_constant_angstrom": 5.0,
    "fermi_wavenumber_per_angstrom": 0.28,
}
KELVIN = (60.0, 100.0, 160.0, 250.0, 400.0)
REALIZATIONS = 8
LIFETIMES = 5.0
WINDOW = (1.0, 0.3)
CASES = ("packet, moving", "packet, frozen", "at E_F, moving", "at E_F, frozen")


def measure() -> Record:
    """D of a packet and of its part at the Fermi energy, at each temperature."""
    material = Material.from_ev_angstrom(**VALUES)
    values = []
    for kelvin in KELVIN:
        packet = material.scenario(kelvin)
        at_fermi = replace(packet, energy_filter=WINDOW)
        t_final = _long_enough(packet)
        numerics = Numerics(t_final=t_final, samples=49, tolerance=2e-2, max_grid=768)
        row: dict[str, Any] = {"temperature_K": kelvin, **material.numbers(kelvin), "t_final": t_final}
        row["kinetic"] = theory.diffusion_constant(
            wavenumber=packet.wavenumber, temperature=packet.temperature, rms=packet.rms
        )
        for name, scenario in zip(CASES, (packet, packet.twin(), at_fermi, at_fermi.twin()), strict=True):
            found = _simulated if scenario.energy_filter is None else _propagated
            row[name] = found(scenario, numerics)
        values.append(row)
    parameters = {"material": VALUES, "realizations": REALIZATIONS, "seed": 0, "energy_filter": WINDOW}
    parameters |= {"coupling": material.coupling, "diffusion_m2_s": material.diffusion_m2_s}
    return {"parameters": parameters, "values": values}


def _long_enough(scenario: Scenario) -> float:
    """Five transport times, and five times what the lattice needs to move by 1/q_D."""
    rate = theory.golden_rule_rate(
        wavenumber=scenario.wavenumber, temperature=scenario.temperature, rms=scenario.rms, transport=True
    )
    return float(np.ceil(LIFETIMES * max(1.0 / rate, 1.0 / scenario.speed)))


def _simulated(scenario: Scenario, numerics: Numerics) -> dict[str, Any]:
    found = list(trajectories(scenario, numerics, REALIZATIONS))
    size = min(each.t.size for each in found)
    gain, error = mean_and_error(
        [float(each.scalars["energy_gain"]) / scenario.fermi_energy for each in found]
    )
    row = _diffusion(found[0].t[:size], [each.msd[:size] for each in found])
    return row | {
        "energy_gain": gain,
        "energy_gain_err": error,
        "statuses": sorted(each.status for each in found),
    }


def _propagated(scenario: Scenario, numerics: Numerics) -> dict[str, Any]:
    """In the box that was resolved; the edge's share of the MSD is kept instead of a valid time."""
    resolution = resolve(scenario, numerics)
    length = resolution.grid.length[0]
    box = Box(resolution.grid.shape[0], length, resolution.dt, numerics.t_final, numerics.samples)
    found = runs(scenario, box, REALIZATIONS)
    share = found["edge_probability"] * (length / 2.0) ** 2 / found["msd"].max(axis=1)
    return _diffusion(found["t"], list(found["msd"])) | {"edge_share_of_msd": share.max()}


def _diffusion(t: FloatArray, msd: list[FloatArray]) -> dict[str, Any]:
    """D from the second half of the valid time, from the quarter before it, and over time."""
    late, early = t >= t[-1] / 2.0, (t >= t[-1] / 4.0) & (t <= t[-1] / 2.0)
    tables: dict[str, list[Any]] = {
        "alpha": [slope(t[late], each[late])[0] / 4.0 for each in msd],
        "alpha_before": [slope(t[early], each[early])[0] / 4.0 for each in msd],
        "diffusion": [diffusion_series(t, each, 2) for each in msd],
    }
    row: dict[str, Any] = {"t": t, "t_valid": t[-1]}
    for name, table in tables.items():
        row[name], row[f"{name}_err"] = mean_and_error(table)
    return row


def draw(record: Record) -> Figure:
    """Left: D against kelvin. Then D(t) behind it, of the packet and of its part at E_F."""
    figure = new_figure(13.0, 4.3)
    with mpl.rc_context(SETTINGS):
        left, middle, right = figure.subplots(1, 3)
        _against_kelvin(left, record["values"])
        _over_time(middle, record["values"], CASES[:2])
        middle.set_title("whole packet")
        _over_time(right, record["values"], CASES[2:])
        right.set_title("energy $E_F \\pm 0.3\\,E_F$")
        middle.set_ylabel("$D(t)\\,m^*/\\hbar$   (solid: moving, dotted: frozen)")
        middle.legend(fontsize=8.5, ncols=2)
    return figure


def _against_kelvin(axes: Axes, values: list[dict[str, Any]]) -> None:
    kelvin = np.array([row["temperature_K"] for row in values])
    blue, orange = REGIME_COLOURS[:2]
    styles = ((blue, "o", "none"), (orange, "s", "none"), (blue, "o", blue), (orange, "s", orange))
    for shift, (name, (colour, marker, face)) in enumerate(zip(CASES, styles, strict=True)):
        rows = [row[name] for row in values]
        axes.errorbar(
            # Side by side, so that the bars can be told apart.
            kelvin * 1.015 ** (shift - 1.5),
            [row["alpha"] for row in rows],
            [row["alpha_err"] for row in rows],
            color=colour,
            marker=marker,
            markerfacecolor=face,
            linestyle="dotted" if "frozen" in name else "solid",
            capsize=3,
            label=name.replace("E_F", "$E_F$"),
        )
    axes.plot(kelvin, [row["kinetic"] for row in values], color=INK, linestyle="dashed", label="golden rule")
    axes.axhspan(0.5, 2.0, color=REGIME_COLOURS[2], alpha=0.12, linewidth=0.0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(kelvin, [f"{value:g}" for value in kelvin])
    axes.minorticks_off()
    ticks = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
    axes.set_yticks(ticks, [f"{value:g}" for value in ticks])
    axes.set_ylim(0.05, 14.0)
    axes.set_xlabel("temperature  $T$  (K)")
    axes.set_ylabel("$D\\,m^*/\\hbar$,  second half of the time")
    axes.legend(fontsize=8.5, ncols=2, loc="upper right")


def _over_time(axes: Axes, values: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    colours = mpl.colormaps["viridis"](np.linspace(0.0, 0.85, len(values)))
    for row, colour in zip(values, colours, strict=True):
        for name in names:
            moving = name.endswith("moving")
            label = f"{row['temperature_K']:g} K" if moving else None
            axes.plot(
                row[name]["t"],
                row[name]["diffusion"],
                color=colour,
                linestyle="solid" if moving else "dotted",
                linewidth=1.3,
                label=label,
            )
    axes.set_xlabel("time  ($m^*/\\hbar q_D^2$)")
    axes.set_xlim(0.0)
    axes.set_ylim(0.0, 4.0)
