"""Scalars from series whose scalars are known, and errors that mean what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from physics import summary

T = np.linspace(0.0, 60.0, 61)


def undetermined(estimate):
    return np.isnan(estimate[0]) and np.isnan(estimate[1])


@given(st.floats(-100.0, 100.0), st.floats(-100.0, 100.0), st.integers(4, 80))
def test_the_slope_of_a_line(gradient, start, count):
    x = np.linspace(1.0, 9.0, count)
    value, error = summary.slope(x, start + gradient * x)
    # Rounding of values up to 1e3, over the root of the spread in x.
    assert value == pytest.approx(gradient, abs=1e-12)
    assert error == pytest.approx(0.0, abs=1e-11)


def test_the_error_of_a_slope_covers_noise():
    """Independent noise: (value - truth) / error beyond 2 in at most 5% of 400 fits, with four sigma."""
    rng = np.random.default_rng(0)
    x = np.linspace(0.0, 1.0, 40)
    fits = [summary.slope(x, 3.0 * x + rng.normal(0.0, 0.2, x.size)) for _ in range(400)]
    values, errors = np.array(fits).T
    beyond = np.mean(np.abs(values - 3.0) > 2.0 * errors)
    assert beyond < 0.05 + 4.0 * np.sqrt(0.05 * 0.95 / 400)
    # Not by being huge: least squares alone gives this standard error.
    alone = 0.2 / np.sqrt(np.sum((x - x.mean()) ** 2))
    assert np.std(values) == pytest.approx(alone, rel=4.0 / np.sqrt(800))
    assert np.median(errors) < 3.0 * alone


def test_the_error_of_a_slope_covers_drift():
    """Of x^2 on [0, 1]: halves have slopes 1/2 and 3/2, so the error is at least 1/2."""
    x = np.linspace(0.0, 1.0, 401)
    value, error = summary.slope(x, x**2)
    assert value == pytest.approx(1.0, abs=0.01)
    assert 0.49 < error < 0.52


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_samples_determine_nothing(count):
    x = np.arange(count, dtype=float)
    assert undetermined(summary.slope(x, x))


def test_a_value_that_is_not_finite_determines_nothing():
    assert undetermined(summary.slope(T, np.where(T == 7.0, np.nan, T)))


@pytest.mark.parametrize("dimension", [1, 2])
def test_diffusion(dimension):
    """MSD = 2 d D t, whatever happened in the first half."""
    msd = np.where(T < 25.0, T**2, 2.0 * dimension * 0.7 * T + 5.0)
    value, error = summary.diffusion(T, msd, dimension)
    assert value == pytest.approx(0.7, rel=1e-12)
    assert error == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0])
def test_late_exponent(exponent):
    value, error = summary.late_exponent(T, 3.0 * T**exponent)
    assert value == pytest.approx(exponent, abs=1e-12)
    assert error == pytest.approx(0.0, abs=1e-10)


def test_an_exponent_of_what_is_not_positive_is_undetermined():
    assert undetermined(summary.late_exponent(T, T - 40.0))


def test_diffusion_dip():
    """D(t) = 1 + cos t at rest from 2 (t = 0) to 0 (t = pi) and back: the dip is 0; steady growth: 1."""
    t = np.linspace(0.0, 6.0, 601)
    held, error = summary.diffusion_dip(t, 1.1 * t + np.sin(t))
    # Differences of 0.01 err by (0.01)^2 / 6 of the third derivative; the ends, of first order, by half.
    assert held == pytest.approx(0.1 / 2.1, abs=0.01)
    assert error < 0.01
    free, _ = summary.diffusion_dip(T, 2.0 * T)
    assert free == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("msd", [T**2, -T, np.zeros_like(T)])
def test_no_dip_without_a_peak(msd):
    """Still rising at the end, or never rising."""
    assert undetermined(summary.diffusion_dip(T, msd))


def test_a_short_series_has_no_dip():
    assert undetermined(summary.diffusion_dip(T[:5], np.sqrt(T[:5])))


def test_energy_gain():
    """The mean over the last tenth, six samples of 61, minus the start; its scatter is the error."""
    kinetic = np.where(T >= 55.0, 5.0 + (-1.0) ** T, 2.0)
    value, error = summary.energy_gain(kinetic, np.full(T.size, -1.0))
    assert value == pytest.approx(3.0)
    assert error == pytest.approx(np.sqrt(6.0 / 5.0))


@pytest.mark.parametrize("count", [1, 2])
def test_the_energy_gain_of_next_to_nothing_is_undetermined(count):
    assert undetermined(summary.energy_gain(np.ones(count), np.ones(count)))


@pytest.mark.parametrize("launched", [0.4, -2.0])
def test_momentum_relaxation_time(launched):
    value, error = summary.momentum_relaxation_time(T, launched * np.exp(-T / 17.0))
    assert value == pytest.approx(17.0, rel=1e-9)
    assert error == pytest.approx(0.0, abs=1e-6)


def test_only_the_first_decay_counts():
    """What comes after 1/e (t = 10) does not: noise there, of either sign."""
    momentum = np.exp(-T / 10.0)
    momentum[11:] = -0.3 * np.cos(T[11:])
    value, _ = summary.momentum_relaxation_time(T, momentum)
    assert value == pytest.approx(10.0, rel=1e-9)


@pytest.mark.parametrize("momentum", [np.ones_like(T), np.exp(T / 50.0), np.exp(-T * 3.0), np.ones(2)])
def test_no_relaxation_time_without_a_decay_that_is_seen(momentum):
    """Constant, growing, gone between two samples, or too short."""
    assert undetermined(summary.momentum_relaxation_time(T[: momentum.size], momentum))
