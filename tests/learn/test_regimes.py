import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from learn import InvalidClusterCountError, InvalidSeriesError, assign, cluster_series, pooled_scale
from learn.partition import TIE, Sweep, choose_count


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
    assert np.all(np.diff(clustering.medoid_series[:, -1, 0]) > 0)
    assert set(clustering.silhouettes) == set(clustering.stabilities) == set(range(2, 7))
    assert clustering.stabilities[3] > 0.9


def test_a_stated_k_is_kept(growth_classes):
    features, truth = growth_classes(10)
    clustering = cluster_series(scaled(features), k=3)
    assert clustering.k == 3
    assert list(clustering.silhouettes) == [3]
    assert adjusted_rand_score(truth, clustering.labels) >= 0.95


@settings(max_examples=10, deadline=None)
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
    assert adjusted_rand_score(truth, cluster_series(features).labels) >= 0.8
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


@pytest.mark.parametrize(
    ("silhouettes", "stabilities", "k"),
    [
        # More regimes only where they are clearly more stable.
        ({3: 0.57, 4: 0.55, 6: 0.54}, {3: 0.66, 4: 0.81, 6: 0.84}, 4),
        ({3: 0.57, 4: 0.55, 6: 0.54}, {3: 0.66, 4: 0.81, 6: 0.95}, 6),
        ({2: 0.5, 3: 0.7}, {2: 1.0, 3: 0.5}, 3),
        ({2: 0.7 - TIE / 2, 3: 0.7}, {2: 1.0, 3: 0.5}, 2),
        ({2: 0.7, 3: 0.7}, {2: 0.9, 3: 0.9}, 2),
        ({2: 0.2, 3: 0.24}, {2: 1.0, 3: 1.0}, 1),
        ({}, {}, 1),
    ],
)
def test_choice_of_k(silhouettes, stabilities, k):
    assert choose_count(Sweep({}, silhouettes, stabilities), minimum_silhouette=0.25) == k
