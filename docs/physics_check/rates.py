"""Golden-rule rates against wavenumber and temperature, with rates measured from plane waves."""

from __future__ import annotations

from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from ensembles import jackknife
from keeping import Record
from matplotlib.figure import Figure

from physics import FAST_SIZES, DeformationPotential, Grid, Plans, propagate, theory
from sweep.figures.picture import new_figure
from sweep.figures.style import AXIS_LABELS, INK, REGIME_COLOURS, SETTINGS

PERIODS = 20
DISORDER = 0.15
TEMPERATURE = 1.0
WARM = 0.4
CASES = (
    *((k, 1.0) for k in (0.3, WARM, 0.5, 0.7, 1.0)),
    *((WARM, temperature) for temperature in (0.3, 3.0, 8.0)),
)
REALIZATIONS = 32
SAMPLES, STEP = 11, 1.5


def measure() -> Record:
    """Both rates at each wavenumber and temperature, over V_rms^2."""
    values = [
        {"wavenumber": wavenumber, "temperature": temperature, **_rates(wavenumber, temperature)}
        for wavenumber, temperature in CASES
    ]
    parameters = {"disorder": DISORDER, "realizations": REALIZATIONS, "seed": 0, "periods": PERIODS}
    return {"parameters": parameters, "values": values}


def _rates(wavenumber: float, temperature: float) -> dict[str, Any]:
    """From 0.2 to 1 lifetime: decay of the mean amplitude (half the rate) and of the mean momentum."""
    rms = DISORDER * wavenumber**2 / 2.0
    at: dict[str, Any] = {"wavenumber": wavenumber, "temperature": temperature, "rms": rms}
    closed = [theory.golden_rule_rate(transport=transport, **at) for transport in (False, True)]
    end = 1.0 / closed[0]
    span = 0.8 * end
    length = 2.0 * np.pi * PERIODS / wavenumber
    n = next(size for size in FAST_SIZES if size > 2.0 * PERIODS * (wavenumber + 1.0) / wavenumber)
    grid, plans = Grid((n, n), (length, length)), _plans(n)
    k = grid.wavenumbers()
    amplitudes, momenta = [], []
    for realization in range(REALIZATIONS):
        along = [(1, 0), (0, 1), (-1, 0), (0, -1)][realization % 4]
        phase = sum(a * wavenumber * x for a, x in zip(along, grid.positions(), strict=True))
        psi0 = np.asarray(np.exp(1j * phase) / length, dtype=np.complex128)
        forward = sum(a * axis for a, axis in zip(along, k, strict=True)) / wavenumber
        field = DeformationPotential.thermal(
            grid, rms=rms, temperature=temperature, speed=0.0, seed=0, realization=realization, plans=plans
        )
        step = min(STEP, end / (SAMPLES - 1))
        run = list(propagate(psi0, grid, field, dt=step, t_final=end, samples=SAMPLES, plans=plans))
        weights = [np.abs(np.fft.fft2(psi)) ** 2 for _, psi in run]
        amplitudes.append(
            [np.vdot(psi0, psi) * grid.cell * np.exp(0.5j * wavenumber**2 * t) for t, psi in run]
        )
        momenta.append([np.sum(weight * forward) / weight.sum() for weight in weights])
    scattering = jackknife(lambda x: -2.0 * np.log(abs(x[10]) / abs(x[2])) / span, np.array(amplitudes))
    transport = jackknife(lambda x: -np.log(x[10] / x[2]) / span, np.array(momenta))
    row: dict[str, Any] = {}
    for name, (value, error), rate in zip(
        ("scattering", "transport"), (scattering, transport), closed, strict=True
    ):
        row |= {name: value / rms**2, f"{name}_err": error / rms**2, f"{name}_closed": rate / rms**2}
    return row


@cache
def _plans(n: int) -> Plans:
    return Plans((n, n))


def draw(record: Record) -> Figure:
    """Left: against wavenumber at T = T_D. Right: against temperature at one wavenumber."""
    figure = new_figure(9.6, 3.9)
    with mpl.rc_context(SETTINGS):
        left, right = figure.subplots(1, 2, sharey=True)
        k, temperatures = np.linspace(0.1, 1.4, 131), np.geomspace(0.1, 20.0, 60)
        for transport, colour, name in ((False, *_style(0)), (True, *_style(1))):
            label = "$1/\\tau$" if not transport else "$1/\\tau_{tr}$"
            unit: dict[str, Any] = {"rms": 1.0, "transport": transport}
            rates = [theory.golden_rule_rate(wavenumber=x, temperature=TEMPERATURE, **unit) for x in k]
            left.plot(k, rates, color=colour, label=f"{label}, golden rule")
            rates = [theory.golden_rule_rate(wavenumber=WARM, temperature=x, **unit) for x in temperatures]
            right.plot(temperatures, rates, color=colour)
            for axes, axis, fixed in (
                (left, "wavenumber", "temperature"),
                (right, "temperature", "wavenumber"),
            ):
                same = {"temperature": TEMPERATURE, "wavenumber": WARM}[fixed]
                rows = [row for row in record["values"] if row[fixed] == same]
                axes.errorbar(
                    [row[axis] for row in rows],
                    [row[name] for row in rows],
                    [row[f"{name}_err"] for row in rows],
                    color=colour,
                    marker="o",
                    markersize=4.5,
                    linestyle="none",
                    capsize=2,
                    label=f"{label}, plane waves",
                )
        right.axhline(theory.acoustic_rate(1.0), color=INK, linestyle="dotted", linewidth=1.0)
        right.text(0.11, theory.acoustic_rate(1.0) * 1.05, "$4\\pi V_{rms}^2$", fontsize=9.0)
        left.set_yscale("log")
        right.set_xscale("log")
        left.set_xlabel(AXIS_LABELS["wavenumber"].replace("launch ", ""))
        right.set_xlabel(AXIS_LABELS["temperature"])
        left.set_title("$T = T_D$")
        right.set_title("$k = 0.4\\,q_D$")
        left.set_ylabel("rate $/\\,V_{rms}^2$   ($m^*/\\hbar^3 q_D^2$)")
        left.legend(fontsize=8.5)
    return figure


def _style(number: int) -> tuple[str, str]:
    return REGIME_COLOURS[3 * number], ("scattering", "transport")[number]
