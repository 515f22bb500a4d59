"""From a scenario to its trajectory: propagate, record, judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from physics import scalars, validity
from physics.errors import InputError
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.launch import classical_series, lattice, launched
from physics.packet import ComplexArray
from physics.potential import DeformationPotential
from physics.recording import record
from physics.resolution import Resolution, resolve
from physics.scenario import Numerics, Scenario

# Times that a step is halved where the estimate of its error exceeds the tolerance.
REFINEMENTS = 2


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


def simulate(
    scenario: Scenario,
    numerics: Numerics,
    *,
    plans: Plans | None = None,
    resolution: Resolution | None = None,
) -> Trajectory:
    """Propagate a scenario and record its observables.

    Where the estimate of the time-step error exceeds the tolerance, it is done again at half the
    step, twice at most.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    plans : Plans, optional
        Transforms of the resolved grid's shape, see :func:`physics.resolve`.
    resolution : Resolution, optional
        Grid and step instead of those that follow from the tolerance, for a convergence study.

    Returns
    -------
    Trajectory

    Raises
    ------
    ResolutionError
        If the point needs a larger grid than allowed.
    InputError
        If the box cannot hold the packet or is too small for its modes, or the plans are of another
        shape or precision.
    """
    attempts = REFINEMENTS + 1 if resolution is None else 1
    resolution = resolution if resolution is not None else resolve(scenario, numerics)
    grid = resolution.grid
    plans = plans if plans is not None else Plans(grid.shape, precision=numerics.precision)
    if plans.precision != numerics.precision:
        raise InputError(f"plans: expected precision {numerics.precision!r}, got {plans.precision!r}")
    field = lattice(scenario, grid, plans)
    psi0 = launched(scenario, field, plans)
    for attempt in range(attempts):
        if attempt > 0:
            resolution = resolution.finer()
        series, guards, outcome = _attempt(scenario, numerics, resolution, field, psi0, plans)
        if not guards["time_step_error"] > numerics.tolerance:
            break
    if scenario.classical:
        series |= classical_series(scenario, field, series["t"])
    columns: dict[str, float | int | str] = {
        **scalars.resolved(resolution, numerics),
        **guards,
        **scalars.at_launch(psi0, field, series, plans),
        **scalars.estimates(scenario, series, field),
        **scalars.derived_axes(scenario),
    }
    return Trajectory(scenario, numerics, *outcome, series, columns)


def _attempt(
    scenario: Scenario,
    numerics: Numerics,
    resolution: Resolution,
    field: DeformationPotential,
    psi0: ComplexArray,
    plans: Plans,
) -> tuple[dict[str, FloatArray], dict[str, float], tuple[str, str | None]]:
    """Valid series at one resolution, its guards, and status with reason."""
    series, coarse = record(scenario, numerics, resolution, field, psi0, plans)
    series["msd"] = series["msd_raw"] - series["msd_raw"][0]
    recorded = series["t"].size
    valid = validity.valid_samples(series, min(field.grid.length), numerics)
    series = {name: values[:valid] for name, values in series.items()}
    guards = validity.guards(series, coarse, scenario, numerics, resolution)
    if valid == recorded < numerics.samples:
        return series, guards, ("invalid", "the wave function is no longer finite")
    return series, guards, validity.judge(guards, numerics, escaped=valid < recorded)


def ensemble(scenario: Scenario, numerics: Numerics, *, realizations: Iterable[int]) -> Iterator[Trajectory]:
    """Trajectories of a scenario in several lattices, the same as one by one, sharing their transforms.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    realizations : iterable of int
        Numbers of the lattices.

    Yields
    ------
    Trajectory
    """
    plans = Plans(resolve(scenario, numerics).grid.shape, precision=numerics.precision)
    for realization in realizations:
        yield simulate(replace(scenario, realization=realization), numerics, plans=plans)
