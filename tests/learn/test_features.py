import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn import (
    FeatureScale,
    InvalidSeriesError,
    InvalidSettingError,
    ensemble_mean,
    log_growth,
    log_ratio,
    pooled_scale,
    resample,
    stack_channels,
    valid_lengths,
)
from learn.features import mean_by_point

NAN = np.nan


def test_log_growth_keeps_the_exponent_and_starts_at_zero():
    t = np.array([0.0, 1e3, 1e4])
    grown = log_growth(t**1.5, floor=1.0)
    assert grown[0] == 0
    assert np.diff(grown)[1] == pytest.approx(1.5 * np.log(10), rel=1e-4)
    assert log_growth([-1e-17], 1.0)[0] == 0


@pytest.mark.parametrize("floor", [0.0, -1.0, NAN])
def test_log_growth_refuses_a_floor_that_is_not_positive(floor):
    with pytest.raises(InvalidSeriesError, match="positive floor"):
        log_growth([1.0], floor)


def test_log_ratio_refers_to_the_first_sample_and_marks_what_has_no_logarithm():
    assert log_ratio([[2.0, 1.0, 4.0]])[0] == pytest.approx([0, -np.log(2), np.log(2)])
    assert log_ratio([[2.0, 4.0]], initial=4.0)[0] == pytest.approx([-np.log(2), 0])
    assert np.array_equal(np.isnan(log_ratio([[1.0, 0.0, -1.0, NAN]])[0]), [False, True, True, True])


def test_resample_is_exact_on_straight_lines_and_stops_at_t_valid():
    t, times = np.linspace(0, 10, 11), np.array([0.0, 2.5, 7.5, 10.0, 12.0])
    series = np.stack([2 * t, 1 - t])
    assert resample(t, series, times)[:, :4] == pytest.approx(np.stack([2 * times, 1 - times])[:, :4])
    assert np.isnan(resample(t, series, times)[:, 4]).all()
    cut = resample(t, series, times, t_valid=[10.0, 5.0])
    assert valid_lengths(cut[..., None]).tolist() == [4, 2]


def test_resample_refuses_times_that_do_not_increase():
    with pytest.raises(InvalidSeriesError, match="increasing"):
        resample([0.0, 0.0], np.zeros((1, 2)), [0.0])


def test_means_are_those_named():
    series = np.array([[[1.0, 4.0], [4.0, 16.0]]])
    assert ensemble_mean(series, "linear")[0] == pytest.approx([2.5, 10.0])
    assert ensemble_mean(series, "log")[0] == pytest.approx([2.0, 8.0])
    with pytest.raises(InvalidSettingError, match="'linear' or 'log'"):
        ensemble_mean(series, "median")


def test_mean_ends_where_the_first_realization_ends():
    assert np.isnan(ensemble_mean([[[1.0, 2.0], [1.0, NAN]]], "linear")).tolist() == [[False, True]]
    assert np.isnan(ensemble_mean([[[1.0, 2.0], [1.0, 0.0]]], "log")).tolist() == [[False, True]]


@given(st.lists(st.integers(0, 3), min_size=4, max_size=12).filter(lambda p: set(p) == {0, 1, 2, 3}))
def test_ragged_mean_equals_the_mean_of_each_group(points):
    series = np.random.default_rng(len(points)).uniform(1, 2, (len(points), 5))
    expected = [series[np.array(points) == p].mean(axis=0) for p in range(4)]
    assert ensemble_mean(series, "linear", points) == pytest.approx(np.array(expected))


@pytest.mark.parametrize("points", [[0, 2], [0], [-1, 0], [[0, 1]]])
def test_bad_point_indices_are_refused(points):
    with pytest.raises(InvalidSeriesError, match="expected"):
        mean_by_point(np.ones((2, 3)), points)


def test_channels_must_agree():
    assert stack_channels([np.zeros((3, 4)), np.ones((3, 4))]).shape == (3, 4, 2)
    with pytest.raises(InvalidSeriesError, match="one shape"):
        stack_channels([np.zeros((3, 4)), np.zeros((3, 5))])
    with pytest.raises(InvalidSeriesError, match="one shape"):
        stack_channels([])


def test_one_scale_for_all_series_keeps_their_ratio():
    features = stack_channels([np.outer([1.0, 10.0], np.arange(5.0))])
    scaled = pooled_scale(features).apply(features)
    assert scaled.std() == pytest.approx(1)
    assert scaled[1] == pytest.approx(10 * scaled[0])


def test_constant_channels_and_noise_below_the_floor_are_not_blown_up():
    noise = 1e-6 * np.random.default_rng(0).standard_normal((4, 6))
    scale = pooled_scale(stack_channels([np.full((4, 6), 3.0), noise]), floor=0.01)
    assert scale == FeatureScale((0.01, 0.01))


def test_samples_after_the_first_nan_do_not_count():
    features = np.array([[0.0, 2.0, NAN, 1e9], [0.0, 2.0, 0.0, 2.0]])[..., None]
    assert valid_lengths(features).tolist() == [2, 4]
    assert pooled_scale(features) == FeatureScale((1.0,))
    with pytest.raises(InvalidSeriesError, match="valid sample"):
        pooled_scale(np.full((2, 3, 1), NAN))
