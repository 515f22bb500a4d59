import numpy as np
import pytest

from learn import cross_distances
from learn.barycenter import Centroids, barycenter, kmeans

T = np.linspace(0.0, 1.0, 40)


def bump(shift, height=1.0):
    return height * np.exp(-(((T - 0.5 - shift) / 0.1) ** 2))[:, None]


def spread(centroid, series, band, lengths=None):
    return float(np.sum(cross_distances(series, centroid[None], lengths, None, band) ** 2))


def test_without_a_band_the_barycentre_is_the_mean():
    series = np.random.default_rng(0).standard_normal((5, 40, 2))
    assert barycenter(series[0], series, np.full(5, 40), 0.0) == pytest.approx(series.mean(axis=0))


def test_a_mean_leaves_out_members_that_have_ended():
    series = np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 0.0]])[..., None]
    assert barycenter(series[0], series, np.array([3, 2]), 0.0)[:, 0] == pytest.approx([2.0, 2.0, 1.0])


@pytest.mark.parametrize("band", [0.05, 0.1, 0.2])
def test_each_step_lessens_the_spread_under_the_same_band(band):
    series = np.array([bump(s, h) for s, h in ((-0.08, 1), (-0.03, 0.8), (0.0, 1.2), (0.05, 1), (0.1, 0.9))])
    before, centroid = np.inf, series[0]
    for _ in range(6):
        now = spread(centroid, series, band)
        assert now <= before + 1e-12
        before, centroid = now, barycenter(centroid, series, np.full(5, 40), band)
    assert now < spread(series.mean(axis=0), series, band)


def test_the_band_holds_in_averaging():
    early, late = bump(-0.3), bump(0.3)
    series, lengths = np.array([early, late]), np.full(2, 40)
    narrow, free = (barycenter(early, series, lengths, band) for band in (0.05, 1.0))
    # Far apart, the two cannot be warped onto each other within the band: half of either remains.
    assert narrow[np.argmax(late)] == pytest.approx(0.5, abs=0.01)
    assert free[np.argmax(early)] == pytest.approx(1.0, abs=0.01)


def test_kmeans_keeps_the_tightest_centroids_and_all_regimes():
    rng = np.random.default_rng(1)
    series = np.repeat([0.0, 4.0], 10)[:, None, None] + rng.standard_normal((20, 15, 1))
    lengths = np.full(20, 15)
    start = Centroids(series[[0, 10]], lengths[[0, 10]])
    found = kmeans(series, lengths, start, 0.0, np.ones(15))
    assert found.series[0] == pytest.approx(series[:10].mean(axis=0))
    assert found.series[1] == pytest.approx(series[10:].mean(axis=0))
    twice = Centroids(series[[0, 0]], lengths[[0, 0]])
    assert np.array_equal(kmeans(series, lengths, twice, 0.0, np.ones(15)).series, twice.series)


def test_a_centroid_is_as_long_as_half_of_its_members():
    series = np.tile(np.arange(10.0)[:, None], (4, 1, 1))
    lengths = np.array([4, 4, 8, 10])
    found = kmeans(
        series + np.array([0.0, 0.1, 0.2, 0.3])[:, None, None],
        lengths,
        Centroids(series[:1], lengths[:1]),
        0.0,
        np.ones(10),
    )
    assert found.lengths.tolist() == [8]
    assert found.series[0, :8, 0] == pytest.approx(np.arange(8) + np.repeat([0.15, 0.25], 4))
