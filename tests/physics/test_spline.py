"""The spline of the field against the sum over its modes, off the grid and in between times."""

import numpy as np
import pytest

from physics import DeformationPotential, Grid
from physics.spline import PHASE_BETWEEN, POINTS_PER_WAVE, FieldSpline

TWO_PI = 2.0 * np.pi
# The nearest alias of a wave of n points has n - 1 times its wavenumber; a spline through the samples
# carries 1 / (n - 1)^4 of it (and as much less at the wave's own), its gradient 1 / (n - 1)^3. Other
# aliases sum to less than as much again.
VALUE_ERROR = 4.0 / (POINTS_PER_WAVE - 1.0) ** 4
GRADIENT_ERROR = 2.0 / (POINTS_PER_WAVE - 1.0) ** 3


def direct(modes, positions, t):
    """V and its gradient at positions (N, d), wave by wave."""
    angle = positions @ modes.q.T - modes.omega * t + modes.phase
    return np.cos(angle) @ modes.amplitude, -(np.sin(angle) * modes.amplitude) @ modes.q


def scattered(dimension, count=300, extent=400.0):
    """Positions in and far outside of the box."""
    return np.random.default_rng(5).uniform(-extent, extent, (count, dimension))


@pytest.fixture(
    params=[((128,), (TWO_PI * 40.5,)), ((48, 40), (TWO_PI * 14.2, TWO_PI * 12.3))], ids=["1d", "2d"]
)
def field(request, plans_of):
    shape, length = request.param
    return DeformationPotential.thermal(
        Grid(shape, length), rms=0.5, temperature=1.0, speed=0.3, seed=7, plans=plans_of(shape)
    )


def test_it_is_the_field_at_any_place(field):
    positions = scattered(field.grid.dimension)
    value, gradient = FieldSpline(field)(17.3)(positions)
    exact, slope = direct(field.modes, positions, 17.3)
    rms, steepness = 0.5, np.sqrt(np.mean(slope**2))
    # The errors of the waves add up at random phases: no worse than all at the shortest's share.
    assert np.sqrt(np.mean((value - exact) ** 2)) < VALUE_ERROR * rms
    assert np.sqrt(np.mean((gradient - slope) ** 2)) < GRADIENT_ERROR * steepness


def test_its_gradient_is_its_own(field):
    """Central differences of a cubic: exact up to h^2 / 6 of a third derivative of order rms / dx^3."""
    spline = FieldSpline(field)(3.0)
    positions, h = scattered(field.grid.dimension, extent=40.0), 1e-4
    _, gradient = spline(positions)
    for axis in range(field.grid.dimension):
        shift = h * np.eye(field.grid.dimension)[axis]
        difference = (spline(positions + shift)[0] - spline(positions - shift)[0]) / (2.0 * h)
        np.testing.assert_allclose(gradient[:, axis], difference, rtol=0, atol=1e-7)


def test_it_is_periodic(field):
    spline, positions = FieldSpline(field)(3.0), scattered(field.grid.dimension, extent=40.0)
    moved = positions + np.array([3.0, -2.0][: field.grid.dimension]) * np.array(field.grid.length)
    np.testing.assert_allclose(spline(moved)[0], spline(positions)[0], rtol=0, atol=1e-12)


def test_it_does_not_depend_on_the_electrons_grid(field, plans_of):
    modes, finer = field.modes, Grid([2 * n for n in field.grid.shape], field.grid.length)
    other = DeformationPotential(finer, modes.q, modes.amplitude, modes.omega, modes.phase)
    positions = scattered(field.grid.dimension)
    for one, two in zip(FieldSpline(field)(9.0)(positions), FieldSpline(other)(9.0)(positions), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("count", [3, 16, 400])
def test_steps_follow_the_moving_field(field, count):
    """Few steps are exact; among many, lines between syntheses are off by PHASE_BETWEEN^2 / 8."""
    spline, positions = FieldSpline(field), scattered(field.grid.dimension)
    found = [landscape(positions)[0] for landscape in spline.steps(2.0, 6.0, count)]
    assert len(found) == count
    times = 2.0 + 4.0 * np.arange(1, count + 1) / count
    exact = [spline(t)(positions)[0] for t in times]
    assert np.abs(np.array(found) - exact).max() < 6.0 * 0.5 * PHASE_BETWEEN**2 / 8.0
    np.testing.assert_allclose(found[-1], exact[-1], rtol=0, atol=1e-12)


def test_a_still_field_is_made_once(field):
    spline = FieldSpline(field.frozen())
    assert all(landscape is spline(0.0) for landscape in spline.steps(0.0, 9.0, 50))


def test_no_modes_are_no_field():
    grid = Grid((16, 16), (9.0, 9.0))
    field = DeformationPotential(grid, np.zeros((0, 2)), [], [], [])
    value, gradient = FieldSpline(field)(4.0)(scattered(2))
    assert not value.any()
    assert not gradient.any()
