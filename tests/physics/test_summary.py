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
    # Differences of 0.01 err by (0.01)^2 / 6 of the third derivative; the first one is left out.
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


def test_the_error_of_a_relaxation_time_covers_noise():
    """Even noise on the momentum: beyond 2 errors in at most 5% of 4000 fits, with four sigma.

    The error is not bought by being huge, and weighing is not for nothing: the fits scatter as the best
    linear estimate does, ``sigma / sqrt(sum p^2 (t - mean)^2)`` for the rate, within four sigma and the
    second order of sigma / p, at most 0.003 e, in the logarithm; an unweighted line does 10% worse.
    """
    rng, sigma, t = np.random.default_rng(1), 0.003, np.linspace(0.0, 20.0, 61)
    decay = np.exp(-t / 20.0)
    fits = [summary.momentum_relaxation_time(t, decay + rng.normal(0.0, sigma, t.size)) for _ in range(4000)]
    # The first sample only normalises, which no slope sees.
    values, errors = np.array(fits).T
    assert np.mean(np.abs(values - 20.0) > 2.0 * errors) < 0.05 + 4.0 * np.sqrt(0.05 * 0.95 / 4000)
    spread = [np.sum(w * (t - np.average(t, weights=w)) ** 2) for w in (decay**2, np.ones(t.size))]
    best = 20.0**2 * sigma / np.sqrt(spread[0])
    tolerance = 4.0 / np.sqrt(8000) + 2.0 * sigma * np.e
    assert np.std(values) == pytest.approx(best, rel=tolerance)
    even = 20.0**2 * sigma * np.sqrt(np.sum((t - t.mean()) ** 2 / decay**2)) / spread[1]
    assert even > best * (1.0 + tolerance)
    assert np.median(errors) < 3.0 * best


def test_a_decay_that_is_not_exponential_says_so():
    """-ln p = t / 20 + t^2 / 2000 passes 1 at t = 17.1: mean rates 0.054 and 0.063 in its halves.

    The drift, half of their difference, is the error. A Gaussian, whose rate triples, has no time.
    """
    value, error = summary.momentum_relaxation_time(T, np.exp(-T / 20.0 - T**2 / 2000.0))
    assert error / value == pytest.approx(0.5 * (0.0628 - 0.0543) / 0.0585, rel=0.15)
    assert undetermined(summary.momentum_relaxation_time(T, np.exp(-((T / 40.0) ** 2))))


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_diffusion_series_of_a_parabola_is_exact(dimension):
    """Ends included: differences of second order."""
    found = summary.diffusion_series(T, 0.3 * T**2 + T, dimension)
    np.testing.assert_allclose(found, (0.6 * T + 1.0) / (2 * dimension), rtol=1e-12)


def test_diffusion_is_the_late_mean_of_its_series():
    msd = 4.0 * 0.7 * T + 5.0 * np.sin(T / 300.0)
    late = summary.diffusion_series(T, msd, 2)[T >= 30.0]
    assert summary.diffusion(T, msd, 2)[0] == pytest.approx(late.mean(), rel=1e-3)


@given(st.floats(-2.0, 3.0), st.floats(1e-3, 1e3))
def test_the_exponent_series_of_a_power_is_its_exponent(exponent, scale):
    found = summary.exponent_series(T[1:], scale * T[1:] ** exponent)
    # Rounding of logarithms up to 20, over steps of ln t as short as 1 / 60.
    np.testing.assert_allclose(found, exponent, rtol=0, atol=1e-11)


def test_the_exponent_series_follows_a_crossover():
    """Free spreading to diffusion, MSD = t^2 / (1 + t): alpha = 2 - t / (1 + t)."""
    t = np.linspace(0.0, 60.0, 6001)
    found = summary.exponent_series(t, t**2 / (1.0 + t))
    assert np.isnan(found[0])
    # Steps of ln t of h / t err by (h / t)^2 / 6 of derivatives of order one.
    np.testing.assert_allclose(found[20:], 2.0 - t[20:] / (1.0 + t[20:]), rtol=0, atol=0.05**2)


def test_series_of_next_to_nothing_are_nan():
    assert np.all(np.isnan(summary.diffusion_series(T[:2], T[:2], 1)))
    assert np.all(np.isnan(summary.exponent_series(T[:3], T[:3])))
    mixed = summary.exponent_series(T, np.where(T == 20.0, -1.0, T**1.5))
    np.testing.assert_array_equal(np.isnan(mixed), (T == 0.0) | (T == 20.0))
    np.testing.assert_allclose(mixed[~np.isnan(mixed)], 1.5, rtol=1e-10)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_twins_part_when_their_ratio_says_so(sign):
    """ln ratio = t / 40 meets 1/4 at t = 10, 3/4 and 5/4 of it at 7.5 and 12.5, faster or slower alike."""
    value, error = summary.twin_release_time(T, T**2 * np.exp(sign * T / 40.0), T**2)
    assert value == pytest.approx(10.0, rel=1e-12)
    assert error == pytest.approx(2.5, rel=1e-12)


def test_a_release_between_two_samples():
    """A jump at 30: between samples 29 and 30, known to half of that."""
    moving = np.where(T >= 30.0, 8.0 * T, T)
    value, error = summary.twin_release_time(T, moving, T)
    assert 29.0 < value < 30.0
    assert error == pytest.approx(0.5)


def test_the_threshold_of_a_release_is_stated():
    early, _ = summary.twin_release_time(T, T * np.exp(T / 40.0), T, threshold=0.5)
    assert early == pytest.approx(20.0)
    late, error = summary.twin_release_time(T, T * np.exp(T / 200.0), T)
    assert late == pytest.approx(50.0)
    # 5/4 lies beyond the end: from 37.5 to the end at 60.
    assert error == pytest.approx(11.25)


@pytest.mark.parametrize("moving", [T, 1.2 * T, -T])
def test_twins_that_stay_together_have_no_release(moving):
    assert undetermined(summary.twin_release_time(T, moving, T))


def test_samples_without_a_positive_msd_do_not_count():
    frozen = np.where(T < 5.0, -1.0, T)
    value, _ = summary.twin_release_time(T, T * np.exp(T / 40.0), frozen)
    assert value == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("peak", "end", "expected"), [(20.0, 0.0, 1.0), (20.0, 5.0, 0.75), (60.0, 60.0, 0.0)]
)
def test_position_return(peak, end, expected):
    """Out along (3, 4) / 5 to r = peak, back to r = end, where it rests for the last tenth."""
    distance = np.interp(T, [0.0, 30.0, 50.0, 60.0], [0.0, peak, end, end])
    position = distance[:, None] * np.array([0.6, 0.8])
    value, error = summary.position_return(position)
    assert value == pytest.approx(expected, abs=1e-12)
    assert error == pytest.approx(0.0, abs=1e-12)


def test_the_error_of_a_return_is_its_scatter():
    position = np.where(T >= 55.0, 5.0 + (-1.0) ** T, 10.0 * T / 55.0)[:, None]
    value, error = summary.position_return(position)
    farthest = 10.0 * 54.0 / 55.0
    assert value == pytest.approx(1.0 - 5.0 / farthest)
    assert error == pytest.approx(np.sqrt(6.0 / 5.0) / farthest)


@pytest.mark.parametrize("position", [np.zeros((61, 2)), np.ones((2, 1))])
def test_no_return_of_what_never_left(position):
    assert undetermined(summary.position_return(position))


def test_average_log():
    """Log-normal values: the mean logarithm within four standard errors, and those as they must be."""
    rng = np.random.default_rng(2)
    mean, error = summary.average_log(np.exp(rng.normal(1.5, 0.6, (400, 50))))
    assert mean.shape == error.shape == (50,)
    assert np.abs(mean - 1.5).max() < 4.0 * 0.6 / np.sqrt(400)
    np.testing.assert_allclose(error, 0.6 / np.sqrt(400), rtol=4.0 / np.sqrt(800))


def test_one_realization_has_a_mean_but_no_error():
    mean, error = summary.average_log(np.array([[1.0, np.e]]))
    np.testing.assert_allclose(mean, [0.0, 1.0])
    assert np.all(np.isnan(error))
