"""The potential at the kicks: the same as the field's own, or within the interpolation's own error.

Cubic Hermite interpolation over an interval D takes a wave of angular frequency w, half way, to
``cos a + (a / 2) sin a = 1 - (w D)^4 / 384 + ...`` of itself, with a = w D / 2.
"""

from itertools import pairwise

import numpy as np
import pytest

from physics import DeformationPotential, Grid, InputError
from physics.errors import PotentialError
from physics.landscape import FEWEST_KICKS, Direct, Fixed, Interpolated, called, landscape
from physics.theory import debye_integral

TWO_PI = 2.0 * np.pi
SPEED = 0.3
GRIDS = {1: Grid((320,), (TWO_PI * 40.0,)), 2: Grid((64, 64), (TWO_PI * 16.0,) * 2)}
TIMES = (0.0, 0.2, 7.3, -0.35, 6.9, -12.0, 0.2, 40.1, 39.0)


@pytest.fixture(params=[1, 2], ids=["line", "plane"])
def field(request, plans_of):
    grid = GRIDS[request.param]
    return DeformationPotential.thermal(
        grid, rms=0.4, temperature=2.0, speed=SPEED, seed=5, plans=plans_of(grid.shape)
    )


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def squared_slope(field, t):
    return sum(slope**2 for slope in field.gradient(t))


def kept_share(angle, x):
    """What interpolation makes of exp(-i w t) a part x into an interval with w D = angle, relative to it."""
    value, slope = np.exp(-1j * angle), -1j * angle
    start = 2.0 * x**3 - 3.0 * x**2 + 1.0 + (x**3 - 2.0 * x**2 + x) * slope
    end = 3.0 * x**2 - 2.0 * x**3 + (x**3 - x**2) * slope
    return (start + end * value) * np.exp(1j * angle * x)


@pytest.mark.parametrize("x", [0.1, 0.5, 0.8])
@pytest.mark.parametrize(("number", "interval"), [(-2, 0.7), (0, 0.1), (5, 2.5)])
def test_every_wave_keeps_its_known_share(field, x, number, interval):
    """The cubic through values and rates at both ends, wave by wave."""
    modes = field.modes
    share = kept_share(modes.omega * interval, x)
    expected = DeformationPotential(
        field.grid, modes.q, modes.amplitude * np.abs(share), modes.omega, modes.phase + np.angle(share)
    )
    t = (number + x) * interval
    found = Interpolated(field, 0.0, interval)(t)
    np.testing.assert_allclose(found, expected(t), atol=1e-13 * modes.amplitude.sum())


def test_half_way_is_the_worst():
    angle = np.linspace(0.01, 1.0, 20)
    half = angle / 2.0
    worst = kept_share(angle, 0.5)
    np.testing.assert_allclose(worst, np.cos(half) + half / 2.0 * np.sin(half), rtol=1e-14)
    assert np.all(np.abs(worst - 1.0) <= angle**4 / 384.0)
    for x in (0.1, 0.4, 0.6, 0.9):
        assert np.all(np.abs(kept_share(angle, x) - 1.0) <= np.abs(worst - 1.0) + 1e-15)


def test_snapshots_are_met(field):
    found = Interpolated(field, 0.01, 0.7)
    for number in (0, 3, -1, 4):
        t = number * 0.7
        expected = field(t) - 0.01 * squared_slope(field, t)
        np.testing.assert_allclose(found(t), expected, atol=1e-13 * field.modes.amplitude.sum())


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_constant_that_the_resolution_takes(dimension):
    """sqrt(<q^8>) / 384 for the field's spectrum: largest when all modes are awake, below 1.2e-3."""
    warm = [
        np.sqrt(debye_integral(dimension + 8, t) / debye_integral(dimension, t)) / 384.0
        for t in (0.1, 1.0, 5.0, 1e3)
    ]
    assert warm == sorted(warm)
    assert warm[-1] == pytest.approx(np.sqrt(dimension / (dimension + 8.0)) / 384.0, rel=1e-3)
    assert warm[-1] < 1.2e-3


def errors_half_way(field, correction, interval, times):
    """Errors of V and of the squared gradient in the corrected landscape, rms over box and times."""
    both, plain = Interpolated(field, correction, interval), Interpolated(field, 0.0, interval)
    return (
        rms([plain(t) - field(t) for t in times]),
        rms([(plain(t) - both(t)) / correction - squared_slope(field, t) for t in times]),
    )


def test_the_error_falls_with_the_fourth_power_of_the_interval(field):
    """V - c abs(grad V)^2, term by term, at times that are half way for each interval.

    The constants are those above; a realization's own spectrum scatters about the mean by 7% on so short
    a line. The next order is a part (w D)^2 / 60 of the error. The square of the gradient beats at
    sums of two frequencies, up to 2 w_D: as V over intervals twice as long.
    """
    times, intervals = 0.9 * np.array([-3.0, 1.0, 5.0, 7.0]), (1.8, 0.6, 0.2)
    plain, slopes = np.array([errors_half_way(field, 0.05, interval, times) for interval in intervals]).T
    variation = rms([squared_slope(field, t) - np.mean(squared_slope(field, t)) for t in times])
    for interval, error, slope_error in zip(intervals, plain, slopes, strict=True):
        assert error < 1.1 * 1.2e-3 * (SPEED * interval) ** 4 * rms([field(t) for t in times])
        assert slope_error < (2.0 * SPEED * interval) ** 4 / 384.0 * variation
    for errors, fastest in ((plain, SPEED), (slopes, 2.0 * SPEED)):
        for interval, (coarse, fine) in zip(intervals, pairwise(errors), strict=False):
            next_order = (fastest * interval) ** 2 / 60.0
            assert np.log(coarse / fine) / np.log(3.0) == pytest.approx(4.0, abs=next_order / np.log(3.0))


@pytest.mark.parametrize("correction", [0.0, 0.02])
def test_jumps_in_time_change_nothing(field, correction):
    """Forwards, backwards, before time 0, to the next interval or a far one: the bits of a fresh one."""
    used = Interpolated(field, correction, 0.5)
    for t in TIMES:
        found = np.array(used(t))
        np.testing.assert_array_equal(found, Interpolated(field, correction, 0.5)(t))


def test_neighbouring_intervals_share_a_snapshot(field, monkeypatch):
    taken = []
    whole = DeformationPotential.snapshot

    def counted(self, t, *, gradient):
        taken.append(round(t, 12))
        return whole(self, t, gradient=gradient)

    monkeypatch.setattr(DeformationPotential, "snapshot", counted)
    used = Interpolated(field, 0.02, 0.5)
    for t in np.linspace(0.05, 1.95, 20):
        used(t)
    assert taken == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_a_direct_landscape_is_asked_once_and_agrees(field):
    asked = []

    def counted(t):
        asked.append(t)
        return field(t)

    direct = landscape(field.grid, counted)
    for t in (0.0, 0.5, 0.0, 0.5, 0.5, 1.0, 0.5, 0.0):
        np.testing.assert_array_equal(direct(t), field(t))
    # Two are kept, the oldest makes room.
    assert asked == [0.0, 0.5, 1.0, 0.0]


@pytest.mark.parametrize("correction", [0.0, 0.3])
def test_every_kind_is_one_landscape(field, correction):
    """Gradients from the modes and from the values' own transform agree to rounding."""
    t, grid, still = 3.3, field.grid, field.frozen()
    moving = [landscape(grid, kind, correction=correction) for kind in (field, field.__call__)]
    fixed = [landscape(grid, kind, correction=correction) for kind in (still, still(0.0))]
    for kinds, own in ((moving, field), (fixed, still)):
        expected = own(t) - correction * squared_slope(own, t)
        for kind in kinds:
            np.testing.assert_allclose(kind(t), expected, atol=1e-12)


def test_the_kind_follows_from_what_moves_and_how_often(field):
    grid = field.grid
    assert type(landscape(grid, field.frozen(), kicks=8, dt=0.1)) is Fixed
    assert type(landscape(grid, field(0.0), kicks=8, dt=0.1)) is Fixed
    assert type(landscape(grid, field.__call__, kicks=8, dt=0.1)) is Direct
    assert type(landscape(grid, field, kicks=FEWEST_KICKS - 1, dt=0.1)) is Direct
    assert type(landscape(grid, field, kicks=FEWEST_KICKS, dt=-0.1)) is Interpolated
    assert landscape(grid, field.frozen()).is_static
    assert not landscape(grid, field).is_static


def test_what_cannot_be_a_potential():
    grid = GRIDS[1]
    faults = {
        r"shape \(319,\)": np.zeros(319),
        r"complex values \(complex128\)": 1j * np.ones(320),
        "NaN or infinity at 320 of 320 points": np.full(320, np.inf),
        "an array of <U1": np.full(320, "0"),
    }
    for fault, bad in faults.items():
        said = rf"expected real, finite values of shape \(320,\) at t = 1\.5, got {fault} from the function"
        with pytest.raises(InputError, match=said):
            called(grid, lambda _, bad=bad: bad, 1.5)
    with pytest.raises(PotentialError, match=r"raised ZeroDivisionError at t = 1\.5") as raised:
        called(grid, lambda t: t / 0, 1.5)
    assert type(raised.value.__cause__) is ZeroDivisionError
    other = DeformationPotential(Grid((320,), (10.0,)), [[TWO_PI / 10.0]], [1.0], [1.0], [0.0])
    with pytest.raises(InputError, match="expected a field on"):
        landscape(grid, other)
