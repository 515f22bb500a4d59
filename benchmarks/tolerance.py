"""Does the tolerance hold? Points drawn over the parameter space, each against a finer run of itself.

    python benchmarks/tolerance.py --dimension 1 --points 40

For each point that `physics.resolve` accepts, the recorded observables up to t_valid are compared with
a run of the same box and modes at k_max x 1.5, dt / 4 and a field synthesised anew at every kick. A line
per point, then the table: share within the tolerance, the worst, the median of found / asked, what was
refused, escaped and invalid. The effect of the finite box is reported apart: the same field, continued
periodically, in a box of twice the length.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from physics import (
    DeformationPotential,
    Grid,
    Numerics,
    PhysicsError,
    Plans,
    Scenario,
    propagate,
    resolve,
    simulate,
)
from physics.deviation import deviations, largest
from physics.fourier import fast_size
from physics.launch import lattice, launched
from physics.observables import Recorder
from physics.resolution import Resolution
from physics.trajectory import Trajectory

T_FINAL = {1: 100.0, 2: 40.0}
MAX_GRID = {1: 16384, 2: 576}
# Frozen lattices are points of their own: every fifth point is one.
FROZEN_EVERY = 5
LARGEST_DOUBLED = {1: 16384, 2: 288}

Series = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """One point: what was asked, found and paid."""

    point: dict[str, float]
    status: str
    reason: str | None
    grid_points: int
    integrator: str
    steps: int
    asked: float
    found: float
    observable: str
    estimated: float
    t_valid: float
    seconds: float
    reference_seconds: float
    box_effect: float | None


def points(dimension: int, seed: int) -> Iterator[dict[str, float]]:
    """Points spread over disorder and temperature in the logarithm, sound speed and wavenumber evenly."""
    low = [np.log(0.05), 0.0, np.log(0.1), 0.4]
    high = [np.log(3.0), 1.0, np.log(5.0), 2.5]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draws = qmc.scale(qmc.Sobol(4, seed=seed).random(4096), low, high)
    for number, (disorder, speed, temperature, wavenumber) in enumerate(draws):
        yield {
            "disorder": float(np.exp(disorder)),
            "sound_speed": 0.0 if number % FROZEN_EVERY == 0 else float(speed),
            "temperature": float(np.exp(temperature)),
            "wavenumber": float(wavenumber),
            "dimension": dimension,
        }


def recorded(
    scenario: Scenario, numerics: Numerics, field: DeformationPotential, plans: Plans, dt: float, scheme: str
) -> Series:
    """Series of a scenario in a given field at a given step."""
    grid = field.grid
    psi0 = launched(scenario, field, plans)
    recorder = Recorder(grid, psi0, scenario.launch_point(grid.length), scenario.width, plans)
    run = propagate(
        psi0,
        grid,
        field,
        dt=dt,
        t_final=numerics.t_final,
        samples=numerics.samples,
        plans=plans,
        integrator=scheme,
    )
    rows = [recorder(psi, field(t)) for t, psi in run]
    return {name: np.array([row[name] for row in rows]) for name in rows[0] if name != "spectral_tail"}


def reference(scenario: Scenario, numerics: Numerics, resolution: Resolution) -> Series:
    """The same box and modes at k_max x 1.5 and dt / 4."""
    shape = tuple(fast_size(1.5 * n) or 0 for n in resolution.grid.shape)
    grid = Grid(shape, resolution.grid.length)
    plans = Plans(shape)
    return recorded(
        scenario, numerics, lattice(scenario, grid, plans), plans, resolution.dt / 4.0, resolution.integrator
    )


def doubled(scenario: Scenario, numerics: Numerics, resolution: Resolution) -> Series:
    """The same field, continued periodically, in a box of twice the length."""
    modes = lattice(scenario, resolution.grid).modes
    shape = tuple(2 * n for n in resolution.grid.shape)
    grid = Grid(shape, tuple(2.0 * extent for extent in resolution.grid.length))
    plans = Plans(shape)
    field = DeformationPotential(grid, modes.q, modes.amplitude, modes.omega, modes.phase, plans=plans)
    return recorded(scenario, numerics, field, plans, resolution.dt, resolution.integrator)


def distance(trajectory: Trajectory, other: Series) -> tuple[str, float]:
    """Observable that is furthest from `other` among the valid samples, and how far."""
    size = trajectory.t.size
    return largest(
        deviations({k: v[:size] for k, v in other.items()}, trajectory.series, trajectory.scenario)
    )


def case(scenario: Scenario, numerics: Numerics, point: dict[str, float], *, boxed: bool) -> Case:
    """Run a point, its reference, and where asked the doubled box."""
    resolution = resolve(scenario, numerics)
    started = time.process_time()
    trajectory = simulate(scenario, numerics)
    seconds = time.process_time() - started
    started = time.process_time()
    observable, found = distance(trajectory, reference(scenario, numerics, resolution))
    spent = time.process_time() - started
    box_effect = None
    if boxed and resolution.grid.shape[0] <= LARGEST_DOUBLED[scenario.dimension]:
        series = doubled(scenario, numerics, resolution)
        series.pop("edge_probability")
        box_effect = distance(trajectory, series)[1]
    return Case(
        point, trajectory.status, trajectory.reason, resolution.grid.shape[0], resolution.integrator,
        round(numerics.t_final / float(trajectory.scalars["dt"])), numerics.tolerance, found, observable,
        float(trajectory.scalars["time_step_error"]), float(trajectory.t[-1]), seconds, spent, box_effect,
    )  # fmt: skip


def line(case: Case) -> str:
    """A case on one line."""
    p = case.point
    parts = (
        f"disorder {p['disorder']:5.2f} speed {p['sound_speed']:4.2f} T {p['temperature']:4.2f}",
        f"k {p['wavenumber']:4.2f}  {case.grid_points:5d} points {case.steps:4d} steps",
        f"{case.integrator:15s} found/asked {case.found / case.asked:6.3f} ({case.observable},",
        f"estimated {case.estimated / case.asked:.3f})  {case.seconds:6.1f} s, reference",
        f"{case.reference_seconds:6.1f} s  {case.status}",
        "" if case.box_effect is None else f"box {case.box_effect:.1e}",
    )
    return " ".join(parts)


def table(cases: list[Case], refused: int) -> str:
    """What a tolerance is worth, from the cases."""
    accepted = [case for case in cases if case.status != "invalid"]
    ratios = np.array([case.found / case.asked for case in accepted])
    status = {name: sum(case.status == name for case in cases) for name in ("complete", "escaped", "invalid")}
    boxes = [case.box_effect for case in accepted if case.box_effect is not None]
    lines = {
        "asked": f"{cases[0].asked:g}",
        "points": f"{len(cases)} accepted, {refused} refused; "
        + ", ".join(f"{n} {k}" for k, n in status.items()),
        "within": f"{np.mean(ratios <= 1.0):.1%}",
        "worst": f"{ratios.max():.2f} of asked",
        "median": f"{np.median(ratios):.3f} of asked",
        "cost": f"{sum(case.seconds for case in cases):.0f} s",
        "box": f"up to {max(boxes):.1e}, median {np.median(boxes):.1e} of {len(boxes)} cases"
        if boxes
        else "not run",
    }
    return "\n".join(f"{name:8s} {text}" for name, text in lines.items())


def main() -> None:
    """Run the cases and print them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dimension", type=int, choices=(1, 2), default=1)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    parser.add_argument("--boxes", type=int, default=10, help="points also run in a doubled box")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the cases to this file")
    asked = parser.parse_args()
    d = asked.dimension
    numerics = Numerics(t_final=T_FINAL[d], samples=33, tolerance=asked.tolerance, max_grid=MAX_GRID[d])
    cases: list[Case] = []
    refused = boxed = 0
    for number, point in enumerate(points(d, asked.seed)):
        scenario = Scenario(**point, realization=number)  # type: ignore[arg-type]  # dimension is the one int
        try:
            found = case(scenario, numerics, point, boxed=boxed < asked.boxes)
        except PhysicsError as error:
            refused += 1
            print(f"refused: {error}")
            continue
        boxed += found.box_effect is not None
        cases.append(found)
        print(line(found), flush=True)
        if len(cases) == asked.points:
            break
    print("\n" + table(cases, refused))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(case) for case in cases], indent=1))


if __name__ == "__main__":
    main()
