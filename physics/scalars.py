"""Scalar columns of a trial: resolved numerics, estimates with their errors, derived axes."""

from __future__ import annotations

import numpy as np

from physics import summary
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.modes import mean_squared_acceleration
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
        "integrator": resolution.integrator,
        "field_interval": resolution.kicks * resolution.dt,
        "precision": numerics.precision,
        "boundary": numerics.boundary,
        "tolerance": numerics.tolerance,
        "t_final": numerics.t_final,
        "samples": numerics.samples,
        "physics_version": PHYSICS_VERSION,
    }


def at_launch(
    psi0: ComplexArray, field: DeformationPotential, series: dict[str, FloatArray], plans: Plans
) -> dict[str, float]:
    """What the launched packet and this realization of the field came out as."""
    return {
        "vrms_realised": float(np.std(field(0.0))),
        "energy": float(series["kinetic_energy"][0] + series["potential_energy"][0]),
        "energy_width": energy_width(psi0, field, plans),
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


def estimates(
    scenario: Scenario, series: dict[str, FloatArray], field: DeformationPotential
) -> dict[str, float]:
    """Estimates from the valid series and the field, each with its error under the name with ``_err``."""
    t, msd, axes = series["t"], series["msd"], "xy"[: scenario.dimension]
    momentum = sum(
        (series[f"momentum_{name}"] * k for name, k in zip(axes, scenario.wavevector, strict=True)),
        start=np.zeros(t.size),
    )
    diffusion = summary.diffusion(t, msd, scenario.dimension)
    found = {
        "diffusion": diffusion,
        # D m* / hbar is D in natural units.
        "planckian_alpha": diffusion,
        "diffusion_dip": summary.diffusion_dip(t, msd),
        "msd_exponent_late": summary.late_exponent(t, msd),
        "participation_growth": summary.late_exponent(t, series["participation_ratio"]),
        "energy_gain": summary.energy_gain(series["kinetic_energy"], series["potential_energy"]),
        "momentum_relaxation_time": summary.momentum_relaxation_time(t, momentum),
        "position_return": summary.position_return(np.stack([series[f"mean_{x}"] for x in axes], axis=1)),
        "mean_squared_acceleration": mean_squared_acceleration(field.modes),
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
        zero_point=scenario.zero_point,
    )
    undefined = float("nan")
    moving = rate > 0.0 and scenario.sound_speed > 0.0
    return {
        "inverse_kl": rate / scenario.wavenumber**2,
        "omega_tau": scenario.speed / rate if rate > 0.0 else undefined,
        "potential_over_quantum": scenario.rms,
        "t_heat": 1.0 / (4.0 * rate * scenario.sound_speed**2) if moving else undefined,
    }
