"""Coherent backscattering: intensity at -k0 over that of the ring, frozen and moving."""

from __future__ import annotations

from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from ensembles import FloatArray, jackknife
from keeping import Record
from matplotlib.figure import Figure

from physics import FAST_SIZES, DeformationPotential, Grid, Plans, propagate, theory
from sweep.figures.picture import new_figure
from sweep.figures.style import INK, REGIME_COLOURS, SETTINGS

# A hot lattice with q_D = 2.2 k0 scatters all ways alike. Ten wavelengths in the box: twelve wavevectors
# of exactly the length k0, each launched in each field, the other ten being the ring.
PERIODS = 10
WAVENUMBER = 1.0 / 2.2
FIELD: dict[str, Any] = {"temperature": 20.0, "rms": 0.3 * WAVENUMBER**2 / 2.0}
SPEEDS = {"frozen": 0.0, "v_s = 0.01 v": 0.01, "v_s = 0.05 v": 0.05}
FIELDS = 60
LIFETIMES = 7.0
SAMPLES = 22
STEP = 2.0


def measure() -> Record:
    """The enhancement over time for each speed of the lattice."""
    rate = theory.golden_rule_rate(wavenumber=WAVENUMBER, **FIELD)
    transport = theory.golden_rule_rate(wavenumber=WAVENUMBER, transport=True, **FIELD)
    t = np.linspace(0.0, LIFETIMES / rate, SAMPLES)
    values: dict[str, Any] = {}
    for name, speed in SPEEDS.items():
        rows = np.array([_intensities(speed, realization, t) for realization in range(FIELDS)])
        ratio, error = jackknife(lambda mean: mean[1:, 0] / mean[1:, 1], rows)
        dephasing = theory.dephasing_time(
            wavenumber=WAVENUMBER, transport_rate=transport, speed=speed * WAVENUMBER
        )
        closed = theory.backscattering_enhancement(t[1:], scattering_rate=rate, dephasing_time=dephasing)
        values[name] = {"enhancement": ratio, "enhancement_err": error, "closed": closed}
        values[name]["dephasing_lifetimes"] = dephasing * rate
    parameters = {"wavenumber": WAVENUMBER, **FIELD, "fields": FIELDS, "waves": len(_ring()), "seed": 0}
    parameters |= {"periods": PERIODS, "dt": STEP, "scattering_rate": rate, "k_l": WAVENUMBER**2 / transport}
    return {"parameters": parameters, "values": {"lifetimes": t[1:] * rate, **values}}


def _ring() -> list[tuple[int, int]]:
    axis = range(-PERIODS, PERIODS + 1)
    return [(i, j) for i in axis for j in axis if i * i + j * j == PERIODS**2]


def _intensities(speed: float, realization: int, t: FloatArray) -> FloatArray:
    """Back and ring intensity, summed over the waves launched into one field, (samples, 2)."""
    length = 2.0 * np.pi * PERIODS / WAVENUMBER
    n = next(size for size in FAST_SIZES if size > 2.0 * PERIODS * (WAVENUMBER + 1.0) / WAVENUMBER)
    grid, plans = Grid((n, n), (length, length)), _plans(n)
    field = DeformationPotential.thermal(
        grid, speed=speed * WAVENUMBER, seed=0, realization=realization, plans=plans, **FIELD
    )
    # The waves meet the same field at the same times.
    potential: Any = field if field.is_static else cache(field.__call__)
    ring = _ring()
    total = np.zeros((t.size, 2))
    for launched in ring:
        phase = sum(2.0 * np.pi * j / length * x for j, x in zip(launched, grid.positions(), strict=True))
        run = propagate(
            np.asarray(np.exp(1j * phase) / length, dtype=np.complex128),
            grid,
            potential,
            dt=STEP,
            t_final=float(t[-1]),
            samples=t.size,
            plans=plans,
        )
        opposite = (-launched[0], -launched[1])
        side = [index for index in ring if index not in (launched, opposite)]
        for row, (_, psi) in enumerate(run):
            weight = np.abs(np.fft.fft2(psi)) ** 2
            total[row] += weight[opposite], np.mean([weight[index] for index in side])
    return total


@cache
def _plans(n: int) -> Plans:
    return Plans((n, n))


def draw(record: Record) -> Figure:
    """Measured points over the closed forms."""
    values = record["values"]
    lifetimes = np.array(values["lifetimes"])
    figure = new_figure(6.4, 4.2)
    with mpl.rc_context(SETTINGS):
        axes = figure.add_subplot()
        colours = (REGIME_COLOURS[0], REGIME_COLOURS[2], REGIME_COLOURS[3])
        labels = ("frozen lattice", "$v_s = 0.01\\,v$", "$v_s = 0.05\\,v$")
        for name, colour, marker, label in zip(SPEEDS, colours, "os^", labels, strict=True):
            found = values[name]
            axes.errorbar(
                lifetimes,
                found["enhancement"],
                found["enhancement_err"],
                color=colour,
                marker=marker,
                markersize=4.5,
                linestyle="none",
                label=label,
            )
            axes.plot(lifetimes, found["closed"], color=colour, linestyle="dashed", linewidth=1.2)
        axes.axhline(1.0, color=INK, linewidth=0.6)
        axes.axhline(2.0, color=INK, linewidth=0.6, linestyle="dotted")
        axes.plot([], [], color=INK, linestyle="dashed", linewidth=1.2, label="closed form")
        axes.set_xlim(0.0)
        axes.set_ylim(0.5, 2.5)
        axes.set_xlabel("time  $t/\\tau$")
        axes.set_ylabel("$n(-k_0)\\;/\\;n(\\mathrm{ring})$")
        axes.legend(fontsize=9.0, ncols=2, loc="upper left")
    return figure
