import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn import InvalidSeriesError, InvalidSettingError, cross_distances, distance_matrix
from learn.distance import length_factors

ORACLE = json.loads((Path(__file__).parent / "oracle" / "aeon_distances.json").read_text(encoding="utf-8"))


def slow_dtw(a, b, radius):
    """The recursion as it stands in the paper."""
    n, m = len(a), len(b)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(max(1, i - radius), min(m, i + radius) + 1):
            step = min(cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1])
            cost[i, j] = np.sum((a[i - 1] - b[j - 1]) ** 2) + step
    return np.sqrt(cost[n, m])


def walks(n, samples=30, channels=2, seed=0):
    return np.random.default_rng(seed).standard_normal((n, samples, channels)).cumsum(axis=1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(2, 40), st.integers(1, 3), st.sampled_from([0.0, 0.1, 0.3]))
def test_agrees_with_the_recursion(seed, samples, channels, band):
    series = walks(4, samples, channels, seed)
    radius = max(1, round(band * samples)) if band else 0
    expected = [[slow_dtw(a, b, radius) / np.sqrt(samples) for b in series] for a in series]
    assert distance_matrix(series, band=band) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize("case", ORACLE["cases"], ids=lambda case: f"radius {case['radius']}")
def test_agrees_with_another_implementation(case):
    series = np.array(case["series"])
    matrix = distance_matrix(series, band=case["radius"] / series.shape[1])
    assert np.abs(matrix - np.array(case["distances"])).max() < 1e-9


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=7))
def test_pairs_are_compared_over_their_common_length(lengths):
    series = walks(len(lengths))
    matrix = distance_matrix(series, lengths)
    assert np.array_equal(matrix, matrix.T)
    for i, j in np.ndindex(matrix.shape):
        common = min(lengths[i], lengths[j])
        assert matrix[i, j] == distance_matrix(series[[i, j], :common])[0, 1]


def test_cross_distances_are_a_block_of_the_matrix():
    series, lengths = walks(8), [30, 12, 30, 7, 30, 30, 1, 12]
    block = cross_distances(series, series[:3], lengths, lengths[:3])
    assert np.array_equal(block, distance_matrix(series, lengths)[:, :3])


def test_a_nan_ends_a_series():
    series = walks(3)
    cut = series.copy()
    cut[1, 10:] = np.nan
    assert np.array_equal(distance_matrix(cut), distance_matrix(series, [30, 10, 30]))


def test_length_does_not_set_the_scale():
    offset = np.zeros((2, 40, 1))
    offset[1] = 3.0
    assert distance_matrix(offset)[0, 1] == pytest.approx(3)
    assert distance_matrix(offset, [40, 10])[0, 1] == pytest.approx(3)


def test_a_constant_channel_adds_nothing():
    series = walks(4, channels=1)
    constant = np.concatenate([series, np.full_like(series, 5.0)], axis=2)
    assert np.array_equal(distance_matrix(series), distance_matrix(constant))


def test_single_series_has_no_distance():
    assert distance_matrix(walks(1)).tolist() == [[0.0]]


def test_series_without_data_are_named():
    series = walks(3)
    series[2, 0] = np.nan
    with pytest.raises(InvalidSeriesError, match=r"rows \[2\]"):
        distance_matrix(series)


@pytest.mark.parametrize("shape", [(3, 4), (0, 4, 1), (3, 0, 1)])
def test_shapes_are_checked(shape):
    with pytest.raises(InvalidSeriesError, match="shape"):
        distance_matrix(np.zeros(shape))


def test_bad_settings_are_refused():
    with pytest.raises(InvalidSeriesError, match="lengths"):
        distance_matrix(walks(3), [1, 2])
    with pytest.raises(InvalidSettingError, match="band"):
        distance_matrix(walks(3), band=1.5)
    with pytest.raises(InvalidSeriesError, match="one time base"):
        cross_distances(walks(3), walks(2, samples=31))
    with pytest.raises(InvalidSeriesError, match="factors"):
        distance_matrix(walks(3), factors=np.ones(3))


def test_without_a_band_the_distance_is_euclids():
    series = walks(5)
    expected = np.sqrt(np.mean(np.sum((series[:, None] - series[None]) ** 2, axis=3), axis=2))
    assert distance_matrix(series, band=0.0) == pytest.approx(expected, abs=1e-12)


def test_factors_bring_truncated_series_to_the_scale_of_whole_ones():
    t = np.linspace(0.0, 1.0, 50)
    slopes = np.random.default_rng(0).uniform(1.0, 2.0, 40)
    series = (slopes[:, None] * t)[..., None]
    lengths = np.where(np.arange(40) % 2, 25, 50)
    whole, cut = distance_matrix(series, band=0.0), distance_matrix(series, lengths, 0.0)
    scaled = distance_matrix(series, lengths, 0.0, length_factors(series, lengths))
    pairs = np.ix_(lengths == 25, lengths == 50)
    assert np.median(cut[pairs] / whole[pairs]) < 0.6
    assert scaled[pairs] == pytest.approx(whole[pairs], rel=0.1)


def test_factors_are_one_for_equal_lengths_and_where_nothing_differs():
    assert length_factors(walks(6)).tolist() == [1.0] * 30
    assert length_factors(walks(1)).tolist() == [1.0] * 30
    assert length_factors(np.ones((4, 10, 1)), [5, 10, 10, 7]).tolist() == [1.0] * 10
    only_one_goes_on = length_factors(walks(3), [10, 10, 30])
    assert only_one_goes_on.tolist() == [1.0] * 30


def test_a_regime_that_ends_early_does_not_lessen_the_factors():
    rise = np.linspace(0.0, 1.0, 40)[None, :, None] * np.repeat([1.0, 1.8, 2.0, 2.2], 5)[:, None, None]
    lengths = np.repeat([20, 40, 40, 40], 5)
    factors = length_factors(rise, lengths)
    assert factors[19] == pytest.approx(2.0, rel=0.05)
    assert factors[39] == 1.0
