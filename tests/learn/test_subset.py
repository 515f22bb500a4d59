import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from learn import InvalidSettingError, assign, cluster_series, pooled_scale
from learn.subset import subset


def test_few_series_are_all_taken():
    assert subset(np.zeros((3, 4, 1)), np.full(3, 4), 3).tolist() == [0, 1, 2]


def test_the_subset_follows_content_not_order_and_hardly_changes_as_series_come():
    rng = np.random.default_rng(0)
    series, lengths, order = rng.standard_normal((400, 6, 2)), np.full(400, 6), rng.permutation(400)
    rows = subset(series, lengths, 100)
    assert len(set(rows.tolist())) == 100
    assert set(order[subset(series[order], lengths, 100)].tolist()) == set(rows.tolist())
    before = set(subset(series[:380], lengths[:380], 100).tolist())
    assert len(before & set(rows.tolist())) >= 90


def test_what_follows_the_valid_length_does_not_count():
    series = np.random.default_rng(0).standard_normal((50, 6, 1))
    other = series.copy()
    other[:, 4:] = 9.0
    assert np.array_equal(subset(series, np.full(50, 4), 20), subset(other, np.full(50, 4), 20))


def test_beyond_the_largest_number_the_rest_are_assigned(growth_classes):
    features, truth = growth_classes(60)
    features = pooled_scale(features).apply(features)
    clustering = cluster_series(features, largest=45)
    assert clustering.compared == 45
    assert len(clustering.labels) == 180
    assert adjusted_rand_score(truth, clustering.labels) >= 0.95
    assert np.array_equal(assign(clustering, features).labels, clustering.labels)
    order = np.random.default_rng(0).permutation(180)
    assert np.array_equal(cluster_series(features[order], largest=45).labels, clustering.labels[order])
    assert cluster_series(features).compared == 180
    with pytest.raises(InvalidSettingError, match="largest >= 2"):
        cluster_series(features, largest=1)
