"""From a scenario to its trajectory: propagate, record, judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from physics import scalars, validity
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.observables import Recorder, participation_ratio
from physics.packet import ComplexArray, gaussian_packet
from physics.potential import DeformationPotential
from physics.propagator import StrangPropagator
from physics.resolution import Resolution, resolve
from physics.scenario import Numerics, Scenario


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
    valid = validity.valid_samples(series, min(grid.length), numerics.edge_tolerance)
    series = {name: values[:valid] for name, values in series.items()}
    guards = validity.guards(series, {name: values[:valid] for name, values in coarse.items()})
    status, reason = validity.judge(guards, numerics, escaped=valid < recorded)
    if status == "complete" and recorded < numerics.samples:
        status, reason = "invalid", "the wave function is no longer finite"
    columns: dict[str, float | int | str] = {
        **scalars.resolved(resolution, numerics),
        **guards,
        "vrms_realised": float(np.std(field(0.0))),
        "energy": float(series["kinetic_energy"][0] + series["potential_energy"][0]),
        "energy_width": scalars.energy_width(psi0, field, plans),
        **scalars.estimates(scenario, series),
        **scalars.derived_axes(scenario),
    }
    return Trajectory(scenario, numerics, status, reason, series, columns)


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
    return validity.valid_samples(series, length, edge_tolerance) < len(rows)
