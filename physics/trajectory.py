"""From a scenario to its trajectory: propagate, record, judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from physics import summary
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.observables import Recorder, participation_ratio
from physics.packet import ComplexArray, gaussian_packet
from physics.potential import DeformationPotential
from physics.propagator import StrangPropagator
from physics.resolution import TAIL_SHARE, Resolution, resolve
from physics.scenario import PHYSICS_VERSION, Numerics, Scenario
from physics.theory import golden_rule_rate

# Unitary steps in double precision lose no more than rounding.
NORM_TOLERANCE = 1e-9


@final
@dataclass(frozen=True, eq=False)
class Trajectory:
    """One trial's outcome.

    Attributes
    ----------
    scenario : Scenario
    numerics : Numerics
    status : str
        "complete", "escaped" (a tail reached the box's edge: the series end at t_valid) or
        "invalid" (a numerical guard failed; the series so far are kept).
    reason : str or None
        Why it is not complete.
    series : dict of str to ndarray, (n,)
        Recorded series by column name; ``series["t"]`` are the times.
    scalars : dict of str to float
        Resolved numerics, guards, estimates and their errors (``_err``), derived axes.
    """

    scenario: Scenario
    numerics: Numerics
    status: str
    reason: str | None
    series: dict[str, FloatArray]
    scalars: dict[str, float | int | str]

    @property
    def t(self) -> FloatArray:
        """Times of the samples, (n,), natural units."""
        return self.series["t"]

    @property
    def msd(self) -> FloatArray:
        """Mean squared displacement from the launch point minus its value at 0, (n,)."""
        return self.series["msd"]

    @property
    def participation_ratio(self) -> FloatArray:
        """``1 / integral abs(psi)^4``, (n,)."""
        return self.series["participation_ratio"]

    def to_records(self) -> tuple[dict[str, float | int | str | None], dict[str, FloatArray]]:
        """Row of scalars and series by column name, as plain values; NaN scalars become None."""
        plain = {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in self.scalars.items()
        }
        return {"status": self.status, "reason": self.reason, **plain}, dict(self.series)


def simulate(scenario: Scenario, numerics: Numerics, *, plans: Plans | None = None) -> Trajectory:
    """Propagate a scenario and record its observables.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    plans : Plans, optional
        Transforms of the resolved grid's shape, see :func:`physics.resolve`.

    Returns
    -------
    Trajectory

    Raises
    ------
    ResolutionError
        If the point needs a larger grid than allowed.
    InputError
        If the box cannot hold the packet or is too small for its modes.
    """
    resolution = resolve(scenario, numerics)
    grid = resolution.grid
    plans = plans if plans is not None else Plans(grid.shape)
    field = DeformationPotential.thermal(
        grid,
        rms=scenario.rms,
        temperature=scenario.temperature,
        speed=0.0 if scenario.frozen else scenario.speed,
        seed=scenario.seed,
        realization=scenario.realization,
        plans=plans,
    )
    psi0 = gaussian_packet(grid, scenario.wavevector, scenario.width)
    series, coarse = _record(scenario, numerics, resolution, field, psi0, plans)
    series["msd"] = series["msd_raw"] - series["msd_raw"][0]
    recorded = series["t"].size
    valid = valid_samples(series, min(grid.length), numerics.edge_tolerance)
    series = {name: values[:valid] for name, values in series.items()}
    guards = _guards(series, {name: values[:valid] for name, values in coarse.items()})
    status, reason = _judge(guards, numerics, escaped=valid < recorded)
    if status == "complete" and recorded < numerics.samples:
        status, reason = "invalid", "the wave function is no longer finite"
    scalars: dict[str, float | int | str] = {
        **_resolved(resolution, numerics),
        **guards,
        "vrms_realised": float(np.std(field(0.0))),
        "energy": float(series["kinetic_energy"][0] + series["potential_energy"][0]),
        "energy_width": _energy_width(psi0, field, plans),
        **_estimates(scenario, series),
        **_derived_axes(scenario),
    }
    return Trajectory(scenario, numerics, status, reason, series, scalars)


def valid_samples(series: dict[str, FloatArray], length: float, edge_tolerance: float) -> int:
    """Number of leading samples whose MSD the box's edge cannot have faked by more than the tolerance.

    A sample counts as long as ``(p_edge - p_edge(0)) (L / 2)^2 <= edge_tolerance MSD``: the tail that
    was there at launch is in the MSD's own zero. The MSD is the largest so far, so that a packet that
    contracts does not shorten its own record. The first sample always counts.
    """
    arrived = series["edge_probability"] - series["edge_probability"][0]
    faked = arrived * (length / 2.0) ** 2
    allowed = edge_tolerance * np.maximum.accumulate(series["msd_raw"] - series["msd_raw"][0])
    beyond = np.flatnonzero(faked[1:] > allowed[1:])
    return int(beyond[0]) + 1 if beyond.size else faked.size


def _record(
    scenario: Scenario,
    numerics: Numerics,
    resolution: Resolution,
    field: DeformationPotential,
    psi0: ComplexArray,
    plans: Plans,
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Series at the resolved step, and MSD and participation ratio at twice that step."""
    grid, steps, dt = resolution.grid, resolution.steps, resolution.dt
    recorder = Recorder(grid, psi0, (0.0,) * grid.dimension, scenario.width, plans)
    fine = StrangPropagator(grid, field, dt, plans)
    coarse = StrangPropagator(grid, field, 2.0 * dt, plans)
    squared = sum((x**2 for x in grid.displacements((0.0,) * grid.dimension)), start=np.zeros(grid.shape))
    psi, shadow = psi0, psi0
    rows: list[dict[str, float]] = []
    shadows: list[tuple[float, float]] = []
    for sample in range(numerics.samples):
        t = sample * steps * dt
        if sample > 0:
            start = (sample - 1) * steps * dt
            psi = fine.advance(psi, start, steps)
            shadow = coarse.advance(shadow, start, steps // 2)
        if not np.all(np.isfinite(psi)):
            break
        rows.append({"t": t, **recorder(psi, fine.potential(t))})
        density = shadow.real**2 + shadow.imag**2
        moment = float(np.sum(density * squared) * grid.cell)
        shadows.append((moment, participation_ratio(density, grid.cell)))
        if _outran(rows, min(grid.length), numerics.edge_tolerance):
            break
    series = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    moments, ratios = np.array(shadows).T
    return series, {"msd_raw": moments, "participation_ratio": ratios}


def _outran(rows: list[dict[str, float]], length: float, edge_tolerance: float) -> bool:
    names = ("edge_probability", "msd_raw")
    series = {name: np.array([row[name] for row in rows]) for name in names}
    return valid_samples(series, length, edge_tolerance) < len(rows)


def _guards(series: dict[str, FloatArray], coarse: dict[str, FloatArray]) -> dict[str, float]:
    # Richardson: a second-order step errs by a third of its difference from the doubled step.
    changes = [np.abs(coarse[name] / series[name] - 1.0).max() / 3.0 for name in coarse]
    return {
        "norm_drift": float(np.abs(series["norm"] - series["norm"][0]).max()),
        "edge_probability": float(series["edge_probability"].max()),
        "spectral_tail": float(series["spectral_tail"].max()),
        "time_step_error": float(max(changes)),
        "t_valid": float(series["t"][-1]),
    }


def _judge(guards: dict[str, float], numerics: Numerics, *, escaped: bool) -> tuple[str, str | None]:
    limits = {
        "norm_drift": NORM_TOLERANCE,
        "spectral_tail": TAIL_SHARE * numerics.tolerance,
        "time_step_error": numerics.tolerance,
    }
    for name, limit in limits.items():
        if not guards[name] <= limit:
            return "invalid", f"{name} above {limit:.2g}"
    if escaped:
        return "escaped", "the packet reached the box's edge before t_final"
    return "complete", None


def _resolved(resolution: Resolution, numerics: Numerics) -> dict[str, float | int | str]:
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


def _energy_width(psi0: ComplexArray, field: DeformationPotential, plans: Plans) -> float:
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


def _estimates(scenario: Scenario, series: dict[str, FloatArray]) -> dict[str, float]:
    t, msd = series["t"], series["msd"]
    momentum = sum(
        (series[f"momentum_{name}"] * k for name, k in zip("xy", scenario.wavevector, strict=False)),
        start=np.zeros(t.size),
    )
    estimates = {
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
        for name, pair in estimates.items()
        for suffix, part in zip(("", "_err"), pair, strict=True)
    }


def _derived_axes(scenario: Scenario) -> dict[str, float]:
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
