import pickle
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from learn import (
    METHODS,
    InvalidClusterCountError,
    InvalidSeriesError,
    InvalidSettingError,
    assign,
    cluster_series,
    cross_distances,
    distance_matrix,
    pooled_scale,
)


def scaled(features):
    return pooled_scale(features).apply(features)


@pytest.mark.parametrize("seed", range(3))
def test_finds_the_classes_and_their_number(growth_classes, seed):
    features, truth = growth_classes(25, seed)
    clustering = cluster_series(scaled(features), k_max=6)
    assert clustering.k == 3
    assert adjusted_rand_score(truth, clustering.labels) >= 0.95
    # numbered by where the first channel ends: saturated, released, free
    assert np.bincount(truth[clustering.labels == 0], minlength=3).argmax() == 0
    assert np.all(np.diff(clustering.centroids[:, -1, 0]) > 0)
    assert set(clustering.silhouettes) == set(clustering.stabilities) == set(range(2, 7))
    assert clustering.stabilities[3] > 0.9


def test_a_stated_k_is_kept(growth_classes):
    features, truth = growth_classes(10)
    clustering = cluster_series(scaled(features), k=3)
    assert clustering.k == 3
    assert list(clustering.silhouettes) == [3]
    assert adjusted_rand_score(truth, clustering.labels) >= 0.95


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**31))
def test_does_not_depend_on_the_order_of_the_rows(growth_classes_once, seed):
    features, lengths = growth_classes_once
    order = np.random.default_rng(seed).permutation(len(features))
    plain = cluster_series(features, lengths=lengths)
    shuffled = cluster_series(features[order], lengths=lengths[order])
    assert np.array_equal(shuffled.labels, plain.labels[order])
    assert np.array_equal(shuffled.memberships, plain.memberships[order])
    assert np.array_equal(order[shuffled.medoids], plain.medoids)
    assert shuffled.silhouettes == plain.silhouettes
    assert shuffled.stabilities == plain.stabilities


@pytest.fixture(scope="module")
def growth_classes_once():
    rng = np.random.default_rng(0)
    rise = np.linspace(0, 1, 24)[None, :, None] * np.repeat([1.0, 2.0, 4.0], 6)[:, None, None]
    lengths = np.repeat([24, 24, 20, 24, 16, 24], 3)
    return rise + 0.05 * rng.standard_normal((18, 24, 2)), lengths


def test_same_input_same_result_and_equal_pickle(growth_classes_once):
    features, lengths = growth_classes_once
    once, again = (cluster_series(features, lengths=lengths) for _ in range(2))
    assert once == again == pickle.loads(pickle.dumps(once))
    assert once != cluster_series(features + 1e-3, lengths=lengths)


def test_memberships_follow_the_stated_formula(growth_classes_once):
    clustering = cluster_series(growth_classes_once[0])
    weights = np.exp(-clustering.distances / clustering.temperature)
    assert clustering.memberships == pytest.approx(weights / weights.sum(axis=1, keepdims=True))
    assert np.array_equal(clustering.memberships.argmax(axis=1), clustering.labels)
    assert clustering.temperature == pytest.approx(clustering.distances.min(axis=1).mean())


def test_a_series_between_two_regimes_belongs_to_both():
    levels = np.concatenate([np.linspace(-0.1, 0.1, 5), np.linspace(1.9, 2.1, 5)])
    clustering = cluster_series(np.repeat(levels, 20).reshape(10, 20, 1))
    between = assign(clustering, np.full((1, 20, 1), 1.0))
    assert between.memberships[0] == pytest.approx([0.5, 0.5])


def test_structureless_noise_is_one_regime():
    noise = np.random.default_rng(1).standard_normal((40, 32, 2))
    clustering = cluster_series(noise)
    assert clustering.k == 1
    assert np.all(clustering.memberships == 1)
    assert np.all(clustering.labels == 0)
    assert max(clustering.silhouettes.values()) < 0.25


@pytest.mark.parametrize("n", [1, 2, 3, 30])
def test_identical_series_are_one_regime(n):
    clustering = cluster_series(np.ones((n, 16, 2)))
    assert clustering.k == 1
    assert clustering.memberships.tolist() == [[1.0]] * n


def test_two_points_are_one_regime_unless_two_are_asked_for():
    features = np.stack([np.zeros((16, 1)), np.ones((16, 1))])
    assert cluster_series(features).k == 1
    two = cluster_series(features[::-1], k=2)
    assert two.labels.tolist() == [1, 0]
    assert two.memberships[0, 1] > 0.99


@pytest.mark.parametrize("k", [0, 4])
def test_a_k_that_the_series_cannot_have_is_refused(k):
    features = np.stack([np.zeros((16, 1)), np.ones((16, 1)), np.ones((16, 1)), np.full((16, 1), 3.0)])
    with pytest.raises(InvalidClusterCountError, match="between 1 and the 3 distinct"):
        cluster_series(features, k=k)
    with pytest.raises(InvalidClusterCountError, match="k_max"):
        cluster_series(features, k_max=0)


def test_nan_series_are_named_and_nan_tails_are_cut(growth_classes):
    features, truth = growth_classes(10)
    features = scaled(features)
    features[::3, 50:] = np.nan
    assert adjusted_rand_score(truth, cluster_series(features).labels) >= 0.95
    features[4] = np.nan
    with pytest.raises(InvalidSeriesError, match=r"rows \[4\]"):
        cluster_series(features)


def test_assign_agrees_with_the_clustering(growth_classes):
    features = scaled(growth_classes(12)[0])
    clustering = cluster_series(features)
    assigned = assign(clustering, features)
    assert np.array_equal(assigned.labels, clustering.labels)
    assert np.array_equal(assigned.memberships, clustering.memberships)


def test_memberships_average_over_realizations(growth_classes):
    features = scaled(growth_classes(12)[0])
    clustering = cluster_series(features)
    points = np.arange(len(features)) % 5
    averaged = assign(clustering, features, points=points)
    expected = [clustering.memberships[points == p].mean(axis=0) for p in range(5)]
    assert averaged.memberships == pytest.approx(np.array(expected))
    assert averaged.memberships.sum(axis=1) == pytest.approx(1)
    assert np.array_equal(averaged.labels, np.argmax(expected, axis=1))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("noise", [0.0, 0.2])
@pytest.mark.parametrize("cut", [False, True])
def test_every_method_finds_known_classes(growth_classes, method, noise, cut):
    features, truth = growth_classes(15, seed=4)
    rng = np.random.default_rng(5)
    features = scaled(features) + noise * rng.standard_normal(features.shape)
    lengths = np.where(cut & (rng.random(45) < 0.5), rng.integers(32, 64, 45), 64)
    clustering = cluster_series(features, method=method, lengths=lengths, k_max=4)
    assert clustering.method == method
    assert clustering.k == 3
    assert adjusted_rand_score(truth, clustering.labels) >= 0.95
    assigned = assign(clustering, features, lengths)
    assert np.array_equal(assigned.memberships, clustering.memberships)
    assert np.array_equal(np.argmin(clustering.distances[clustering.medoids], axis=1), [0, 1, 2])


def test_means_are_means_and_medoids_are_series(growth_classes):
    features = scaled(growth_classes(10)[0])
    medoids, means = (cluster_series(features, 3, method=f"euclid-{kind}") for kind in ("medoids", "means"))
    assert np.array_equal(medoids.centroids, features[medoids.medoids])
    for regime in range(3):
        own = features[means.labels == regime]
        assert means.centroids[regime] == pytest.approx(own.mean(axis=0))
    assert np.mean(means.distances.min(axis=1) ** 2) < np.mean(medoids.distances.min(axis=1) ** 2)
    warped = cluster_series(features, 3, method="dtw-means")
    assert np.mean(warped.distances.min(axis=1) ** 2) < np.mean(means.distances.min(axis=1) ** 2)


def test_a_cut_series_keeps_its_regime_and_is_less_sure_of_it(growth_classes):
    features, truth = growth_classes(15)
    features = scaled(features)
    clustering = cluster_series(features)
    cut = assign(clustering, features, np.full(len(features), 32))
    assert adjusted_rand_score(truth, cut.labels) >= 0.95
    assert cut.memberships.max(axis=1).mean() < clustering.memberships.max(axis=1).mean()
    nothing = assign(clustering, features, np.ones(len(features), dtype=int))
    assert nothing.memberships == pytest.approx(1 / 3, abs=0.02)


def test_a_cut_series_is_no_surer_where_others_were_cut_too(growth_classes):
    features = scaled(growth_classes(15)[0])
    lengths = np.where(np.arange(45) % 3 == 0, 32, 64)
    clustering = cluster_series(features, 3, lengths=lengths)
    assert clustering.centroid_lengths.tolist() == [64, 64, 64]
    assert clustering.factors[31] > 1.1
    plain = cross_distances(features, clustering.centroids, lengths)
    assert clustering.distances == pytest.approx(plain)


def test_new_series_are_assigned_at_the_price_of_a_few_distances(growth_classes):
    features = np.tile(scaled(growth_classes(10)[0]), (34, 1, 1))[:1000]
    clustering = cluster_series(features[:30], 4)
    assign(clustering, features[:2])
    began = process_time()
    distance_matrix(features[:400])
    pair = (process_time() - began) / (400 * 399 / 2)
    began = process_time()
    assign(clustering, features)
    each = (process_time() - began) / 1000
    assert each < 10 * 4 * pair


def test_an_unknown_method_is_refused():
    with pytest.raises(InvalidSettingError, match="expected a method among dtw-medoids"):
        cluster_series(np.zeros((3, 4, 1)), method="kmeans")


@pytest.mark.parametrize("method", METHODS)
def test_duplicates_and_constant_channels_are_no_trouble(method):
    levels = np.repeat([0.0, 5.0], 6)[:, None, None] * np.linspace(0.0, 1.0, 16)[:, None]
    features = np.concatenate([levels, np.full_like(levels, 7.0)], axis=2)
    clustering = cluster_series(features, method=method)
    assert clustering.k == 2
    assert clustering.labels.tolist() == [0] * 6 + [1] * 6
    assert np.isfinite(clustering.memberships).all()
    with pytest.raises(InvalidClusterCountError, match="the 2 distinct series, got 3"):
        cluster_series(features, 3, method=method)


@pytest.mark.parametrize("k", [2.5, True, "3"])
def test_a_number_of_regimes_that_is_none_is_refused(growth_classes, k):
    features, _ = growth_classes(4)
    with pytest.raises(InvalidClusterCountError, match="expected k to be a whole number"):
        cluster_series(features, k)
