"""Energy given by a moving lattice: slow and weak against the golden rule, fast and strong as it comes."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from ensembles import mean_and_error, simulated
from keeping import Record
from matplotlib.figure import Figure

from physics import FAST_SIZES, DeformationPotential, Grid, Numerics, Plans, Scenario, propagate, theory
from sweep.figures.picture import new_figure
from sweep.figures.style import INK, REGIME_COLOURS, SETTINGS

# Weak: plane waves in a box of fifteen wavelengths, a hot lattice, q_D = 3 k.
PERIODS = 15
WAVENUMBER = 1.0 / 3.0
DISORDER, SPEED = 0.2, 0.1
FIELD: dict[str, Any] = {"temperature": 20.0, "rms": DISORDER * WAVENUMBER**2 / 2.0}
REALIZATIONS = 32
LIFETIMES, SAMPLES, STEP = 2.0, 17, 3.0
# Strong: packets.
FAST = tuple(Scenario(disorder=1.0, wavenumber=0.4, sound_speed=speed) for speed in (0.1, 0.3, 0.5))
NUMERICS = Numerics(t_final=150.0, samples=41, tolerance=1e-2, max_grid=900)
PACKETS = 6


def measure() -> Record:
    """Total energy gained over time, in units of E_F."""
    rate = theory.golden_rule_rate(wavenumber=WAVENUMBER, **FIELD)
    t = np.linspace(0.0, LIFETIMES / rate, SAMPLES)
    gains = [_gain(realization, t) for realization in range(REALIZATIONS)]
    mean, error = mean_and_error(gains)
    closed = theory.heating_rate(speed=SPEED * WAVENUMBER, wavenumber=WAVENUMBER, **FIELD)
    slopes = [np.polyfit(t[4:], each[4:], 1)[0] for each in gains]
    slope, slope_error = mean_and_error(slopes)
    unit = WAVENUMBER**2 / 2.0
    weak = {"t": t * rate, "gain": mean / unit, "gain_err": error / unit, "closed": closed * t / unit}
    weak |= {"rate_over_closed": slope / closed, "rate_over_closed_err": slope_error / closed}
    fast: dict[str, Any] = {}
    for scenario in FAST:
        found = simulated(scenario, NUMERICS, PACKETS)
        fast[f"{scenario.sound_speed:g}"] = {
            "t": found["t"],
            "gain": found["energy_gain"],
            "gain_err": found["energy_gain_err"],
            "closed": _heating(scenario) / scenario.fermi_energy * found["t"],
        }
    parameters = {"wavenumber": WAVENUMBER, "disorder": DISORDER, "sound_speed": SPEED, **FIELD}
    parameters |= {"realizations": REALIZATIONS, "packets": PACKETS, "seed": 0, "rate": rate}
    return {"parameters": parameters, "values": {"weak": weak, "fast": fast}}


def _heating(scenario: Scenario) -> float:
    return theory.heating_rate(
        wavenumber=scenario.wavenumber,
        temperature=scenario.temperature,
        rms=scenario.rms,
        speed=scenario.speed,
    )


def _gain(realization: int, t: np.ndarray) -> np.ndarray:
    """Energy gained by one of the twelve or more plane waves of the length k."""
    length = 2.0 * np.pi * PERIODS / WAVENUMBER
    n = next(size for size in FAST_SIZES if size > 2.0 * PERIODS * (WAVENUMBER + 1.0) / WAVENUMBER)
    grid, plans = Grid((n, n), (length, length)), Plans((n, n))
    axis = range(-PERIODS, PERIODS + 1)
    ring = [(i, j) for i in axis for j in axis if i * i + j * j == PERIODS**2]
    launched = ring[realization % len(ring)]
    phase = sum(2.0 * np.pi * j / length * x for j, x in zip(launched, grid.positions(), strict=True))
    field = DeformationPotential.thermal(
        grid, speed=SPEED * WAVENUMBER, seed=0, realization=realization, plans=plans, **FIELD
    )
    kinetic = sum(k**2 / 2.0 for k in grid.wavenumbers())
    energies = []
    for moment, psi in propagate(
        np.asarray(np.exp(1j * phase) / length, dtype=np.complex128),
        grid,
        field,
        dt=STEP,
        t_final=float(t[-1]),
        samples=t.size,
        plans=plans,
    ):
        weight = np.abs(np.fft.fft2(psi)) ** 2
        potential = np.sum(np.abs(psi) ** 2 * field(moment)) * grid.cell
        energies.append(np.sum(weight * kinetic) / weight.sum() + potential)
    return np.asarray(energies) - float(energies[0])


def draw(record: Record) -> Figure:
    """Left: weak and slow, with the closed form. Right: disorder 1, three speeds."""
    values = record["values"]
    figure = new_figure(9.6, 3.9)
    with mpl.rc_context(SETTINGS):
        left, right = figure.subplots(1, 2)
        weak = values["weak"]
        left.errorbar(
            weak["t"],
            weak["gain"],
            weak["gain_err"],
            color=REGIME_COLOURS[0],
            marker="o",
            markersize=4,
            linestyle="none",
            label="plane waves",
        )
        left.plot(weak["t"], weak["closed"], color=INK, linestyle="dashed", label="golden rule")
        left.set_xlabel("time  $t/\\tau$")
        left.set_title("weak and slow: disorder 0.2, $v_s = 0.1\\,v$")
        for (speed, found), colour in zip(values["fast"].items(), REGIME_COLOURS, strict=False):
            t, gain, error = (np.array(found[name]) for name in ("t", "gain", "gain_err"))
            right.fill_between(t, gain - error, gain + error, color=colour, alpha=0.3, linewidth=0.0)
            right.plot(t, gain, color=colour, label=f"$v_s = {speed}\\,v_F$")
            right.plot(t, found["closed"], color=colour, linestyle="dashed", linewidth=1.0)
        right.set_ylim(-0.2, 1.15 * max(max(found["gain"]) for found in values["fast"].values()))
        right.set_xlabel("time  ($m^*/\\hbar q_D^2$)")
        right.set_title("disorder 1 (dashed: golden rule)")
        for axes in (left, right):
            axes.set_ylabel("energy gained  ($E_F$)")
            axes.legend(fontsize=9.0)
            axes.set_xlim(0.0)
    return figure
