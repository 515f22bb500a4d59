"""Propagation with its recordings: the series at the resolved step, and a check at twice that step."""

from __future__ import annotations

import numpy as np

from physics import validity
from physics.fourier import Plans
from physics.grid import FloatArray
from physics.launch import loss_rate
from physics.observables import Recorder
from physics.packet import ComplexArray
from physics.potential import DeformationPotential
from physics.propagator import PROPAGATORS
from physics.resolution import Resolution
from physics.scenario import Numerics, Scenario

Series = dict[str, FloatArray]

# The doubled step is compared at every fourth sample, which keeps the check at half the cost or below.
STRIDE = 4


def record(
    scenario: Scenario,
    numerics: Numerics,
    resolution: Resolution,
    field: DeformationPotential,
    psi0: ComplexArray,
    plans: Plans,
) -> tuple[Series, Series]:
    """Series of a trajectory until it ends, outruns its box or is no longer finite.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    resolution : Resolution
    field : DeformationPotential
        The lattice, on the resolved grid.
    psi0 : ndarray, ``grid.shape``
        Wave function at launch.
    plans : Plans
        Transforms of the grid's shape.

    Returns
    -------
    series : dict of str to ndarray, (n,)
        Observables at the resolved step, with their times under "t".
    coarse : dict of str to ndarray, (m,)
        Observables at twice the step, at some of the same times, "sample" saying which.
    """
    grid, steps, dt = resolution.grid, resolution.steps, resolution.dt
    scheme = PROPAGATORS[resolution.integrator]
    loss = loss_rate(scenario, numerics, grid)
    fine = scheme(grid, field, dt, plans, kicks=resolution.kicks, loss=loss)
    # A step shared with the fine one's field: twice the step, half the kicks, the same snapshots.
    double = scheme(grid, field, 2.0 * dt, plans, kicks=resolution.kicks // 2, loss=loss)
    recorder = Recorder(grid, psi0, scenario.launch_point(grid.length), scenario.width, plans)
    state, shadow = fine.start(psi0, 0.0), double.start(psi0, 0.0)
    launch = recorder(psi0, field(0.0))
    rows, shadows = [{"t": 0.0, **launch}], [{"sample": 0.0, **launch}]
    compared = 0
    for sample in range(1, numerics.samples):
        t, start = sample * steps * dt, (sample - 1) * steps * dt
        state = fine.advance(state, start, steps)
        psi = fine.read(state, t)
        if not np.all(np.isfinite(psi)):
            break
        potential = field(t)
        rows.append({"t": t, **recorder(psi, potential)})
        if validity.outran(rows, min(grid.length), numerics):
            break
        if _is_compared(sample, numerics.samples, (sample - compared) * steps):
            shadow = double.advance(shadow, compared * steps * dt, (sample - compared) * steps // 2)
            shadows.append({"sample": float(sample), **recorder(double.read(shadow, t), potential)})
            compared = sample
    return _columns(rows), _columns(shadows)


def _is_compared(sample: int, samples: int, steps: int) -> bool:
    """Whether the doubled step is compared here: it must fall on the sample."""
    stride = min(STRIDE, samples - 1)
    return steps % 2 == 0 and (sample % stride == 0 or sample == samples - 1)


def _columns(rows: list[dict[str, float]]) -> Series:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
