"""Scalar columns of a trial: resolved numerics, estimates with their errors, derived axes."""

from __future__ import annotations

import numpy as np

from physics import summary
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.packet import ComplexArray
from physics.potential import DeformationPotential
from physics.resolution import Resolution
from physics.scenario import PHYSICS_VERSION, Numerics, Scenario
from physics.theory import golden_rule_rate


def resolved(resolution: Resolution, numerics: Numerics) -> dict[str, float | int | str]:
    """What the tolerance was resolved to."""
    return {
        "grid_points": resolution.grid.shape[0],
        "box_length": resolution.grid.length[0],
        "dt": resolution.dt,
        "integrator": "strang",
        "precision": numerics.precision,
        "tolerance": numerics.tolerance,
        "t_final": numerics.t_final,
        "samples": numerics.samples,
        "physics_version": PHYSICS_VERSION,
    }


def energy_width(psi0: ComplexArray, field: DeformationPotential, plans: Plans) -> float:
    """Standard deviation of the energy in the launched packet, ``sqrt(<H^2> - <H>^2)``."""
    grid = field.grid
    energies = sum((k**2 / 2.0 for k in grid.wavenumbers()), start=np.zeros(grid.shape))
    potential = field(0.0)
    plans.psi[...] = psi0
    plans.forward()
    plans.psi[...] *= energies / energies.size
    plans.backward()
    applied = plans.psi + potential * psi0
    mean = float(np.sum(psi0.conj() * applied).real * grid.cell)
    square = float(np.sum(applied.real**2 + applied.imag**2) * grid.cell)
    return float(np.sqrt(max(square - mean**2, 0.0)))


def estimates(scenario: Scenario, series: dict[str, FloatArray]) -> dict[str, float]:
    """Estimates from the valid series, each with its error under the name with ``_err``."""
    t, msd = series["t"], series["msd"]
    momentum = sum(
        (series[f"momentum_{name}"] * k for name, k in zip("xy", scenario.wavevector, strict=False)),
        start=np.zeros(t.size),
    )
    found = {
        "diffusion": summary.diffusion(t, msd, scenario.dimension),
        # D m* / hbar is D in natural units.
        "planckian_alpha": summary.diffusion(t, msd, scenario.dimension),
        "diffusion_dip": summary.diffusion_dip(t, msd),
        "msd_exponent_late": summary.late_exponent(t, msd),
        "participation_growth": summary.late_exponent(t, series["participation_ratio"]),
        "energy_gain": summary.energy_gain(series["kinetic_energy"], series["potential_energy"]),
        "momentum_relaxation_time": summary.momentum_relaxation_time(t, momentum),
    }
    return {
        name + suffix: part
        for name, pair in found.items()
        for suffix, part in zip(("", "_err"), pair, strict=True)
    }


def derived_axes(scenario: Scenario) -> dict[str, float]:
    """Axes that specialists plot against: 1 / (k_F l_tr), omega_D tau_tr, t_heat; NaN where undefined."""
    rate = golden_rule_rate(
        wavenumber=scenario.wavenumber,
        temperature=scenario.temperature,
        rms=scenario.rms,
        transport=True,
        dimension=scenario.dimension,
    )
    undefined = float("nan")
    moving = rate > 0.0 and scenario.sound_speed > 0.0
    return {
        "inverse_kl": rate / scenario.wavenumber**2,
        "omega_tau": scenario.speed / rate if rate > 0.0 else undefined,
        "t_heat": 1.0 / (4.0 * rate * scenario.sound_speed**2) if moving else undefined,
    }
