"""Averages over realizations, with their errors, and runs on a grid of one's own choice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from physics import DeformationPotential, Grid, Numerics, Plans, Scenario, propagate, resolve, simulate
from physics.classical import classical_twin
from physics.launch import lattice, launched
from physics.observables import participation_ratio
from physics.packet import ComplexArray
from physics.summary import average_log, diffusion_series
from physics.trajectory import Trajectory

FloatArray = NDArray[np.float64]
EDGE = 0.9


@final
@dataclass(frozen=True)
class Box:
    """Grid and time step of a run, chosen by hand.

    Attributes
    ----------
    points : int
        Per axis.
    length : float
        In 1/q_D.
    dt, t_final : float
    samples : int
    """

    points: int
    length: float
    dt: float
    t_final: float
    samples: int


def mean_and_error(
    rows: Sequence[FloatArray] | Sequence[float] | FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Mean over the first axis and its standard error."""
    table = np.asarray(rows, dtype=np.float64)
    return table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(len(table))


def jackknife(
    function: Callable[[FloatArray], FloatArray], rows: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """A function of the mean over the first axis, and its error from leaving each row out."""
    count, total = len(rows), rows.sum(axis=0)
    left = np.array([function((total - row) / (count - 1)) for row in rows])
    return function(total / count), np.sqrt((count - 1) * np.var(left, axis=0))


def trajectories(scenario: Scenario, numerics: Numerics, realizations: int) -> Iterator[Trajectory]:
    """Trajectories in the lattices 0 to `realizations` - 1."""
    plans = Plans(resolve(scenario, numerics).grid.shape, precision=numerics.precision)
    for realization in range(realizations):
        yield simulate(replace(scenario, realization=realization), numerics, plans=plans)


def averaged(
    t: FloatArray, msd: Sequence[FloatArray], ratio: Sequence[FloatArray], dimension: int
) -> dict[str, Any]:
    """MSD, D(t) and participation ratio over realizations; the ratio is averaged as its logarithm."""
    rates = [diffusion_series(t, each, dimension) for each in msd]
    mean, error = average_log(np.asarray(ratio))
    spread, spread_error = mean_and_error(msd)
    rate, rate_error = mean_and_error(rates)
    return {
        "t": t,
        "realizations": len(msd),
        "msd": spread,
        "msd_err": spread_error,
        "diffusion": rate,
        "diffusion_err": rate_error,
        "participation_ratio": np.exp(mean),
        "participation_ratio_err": np.exp(mean) * error,
    }


def simulated(scenario: Scenario, numerics: Numerics, realizations: int) -> dict[str, Any]:
    """Averages over simulated trajectories, up to their common valid time."""
    found = list(trajectories(scenario, numerics, realizations))
    bad = [each.reason for each in found if each.status == "invalid"]
    if bad:
        raise RuntimeError(f"{scenario}: {bad}")
    size = min(each.t.size for each in found)
    energies = [(each.series["kinetic_energy"] + each.series["potential_energy"])[:size] for each in found]
    gain, gain_error = mean_and_error([each - each[0] for each in energies])
    averages = averaged(
        found[0].t[:size],
        [each.msd[:size] for each in found],
        [each.participation_ratio[:size] for each in found],
        scenario.dimension,
    )
    return averages | {
        "energy_gain": gain / scenario.fermi_energy,
        "energy_gain_err": gain_error / scenario.fermi_energy,
        "escaped": sum(each.status == "escaped" for each in found),
    }


def runs(scenario: Scenario, box: Box, realizations: int, trajectories: int = 0) -> dict[str, FloatArray]:
    """Tables of runs in a box chosen by hand, a row for each of the lattices 0 to `realizations` - 1.

    "msd" and "participation_ratio" (R, samples), "edge_probability" (R,) at the end, and
    "msd_classical" (R, samples) where the classical twin has trajectories.
    """
    dimension = scenario.dimension
    grid = Grid((box.points,) * dimension, (box.length,) * dimension)
    plans = Plans(grid.shape)
    t = np.linspace(0.0, box.t_final, box.samples)
    tables: dict[str, list[FloatArray]] = defaultdict(list)
    for realization in range(realizations):
        member = replace(scenario, realization=realization)
        field = lattice(member, grid, plans)
        rows = np.array([_row(psi, grid) for psi in _waves(member, box, field, plans)])
        tables["msd"].append(rows[:, 0] - rows[0, 0])
        tables["participation_ratio"].append(rows[:, 1])
        tables["edge_probability"].append(rows[-1, 2])
        if trajectories:
            tables["msd_classical"].append(classical_twin(member, field, t, trajectories=trajectories)[0])
    return {"t": t} | {name: np.array(table) for name, table in tables.items()}


def propagated(scenario: Scenario, box: Box, realizations: int, trajectories: int = 0) -> dict[str, Any]:
    """Averages over such runs."""
    found = runs(scenario, box, realizations, trajectories)
    averages = averaged(
        found["t"], list(found["msd"]), list(found["participation_ratio"]), scenario.dimension
    ) | {"edge_probability": found["edge_probability"].max()}
    if trajectories:
        averages["msd_classical"], averages["msd_classical_err"] = mean_and_error(found["msd_classical"])
    return averages


def _waves(scenario: Scenario, box: Box, field: DeformationPotential, plans: Plans) -> Iterator[ComplexArray]:
    run = propagate(
        launched(scenario, field, plans),
        field.grid,
        field,
        dt=box.dt,
        t_final=box.t_final,
        samples=box.samples,
        plans=plans,
        integrator="takahashi-imada",
    )
    return (psi for _, psi in run)


def _row(psi: ComplexArray, grid: Grid) -> tuple[float, float, float]:
    """Mean squared distance from the middle, participation ratio, probability near the box's edge."""
    density = np.abs(psi) ** 2
    squared = sum((x**2 for x in grid.positions()), start=np.zeros(grid.shape))
    far = np.maximum.reduce(np.broadcast_arrays(*(np.abs(x) for x in grid.positions())))
    return (
        float(np.sum(density * squared) * grid.cell),
        participation_ratio(density, grid.cell),
        float(np.sum(density[far > EDGE * min(grid.length) / 2.0]) * grid.cell),
    )
