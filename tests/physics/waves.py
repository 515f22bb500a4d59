"""What tests of the propagators share."""

import numpy as np
import pytest

from physics.propagator import INTEGRATORS

TWO_PI = 2.0 * np.pi

both = pytest.mark.parametrize("integrator", INTEGRATORS)


def distance(grid, psi, other):
    return float(np.sqrt(np.sum(np.abs(psi - other) ** 2) * grid.cell))


def run_over(propagator, psi, t, steps):
    """Wave function `steps` steps after `psi` at time t."""
    state = propagator.advance(propagator.start(psi, t), t, steps)
    return propagator.read(state, t + steps * propagator.dt)


def acceleration_squared(field, t):
    return sum(slope**2 for slope in field.gradient(t))
