import numpy as np

from learn.inducing import spread_out


def test_each_next_point_is_the_farthest_from_those_chosen():
    points = np.random.default_rng(0).uniform(size=(80, 3))
    chosen = spread_out(points, 30)
    assert np.array_equal(chosen[0], points[0])
    gaps = np.linalg.norm(points[:, None] - chosen, axis=2)
    for i in range(1, 30):
        nearest = gaps[:, :i].min(axis=1)
        assert np.array_equal(chosen[i], points[np.argmax(nearest)])
    assert len(np.unique(chosen, axis=0)) == 30


def test_they_cover_what_a_crowd_leaves_open():
    rng = np.random.default_rng(0)
    points = np.vstack([0.5 + 0.01 * rng.standard_normal((500, 2)), rng.uniform(size=(60, 2))])
    chosen = spread_out(points, 40)
    assert np.mean(np.linalg.norm(chosen - 0.5, axis=1) < 0.05) < 0.1


def test_fewer_points_than_asked_for_are_all_taken():
    points = np.random.default_rng(0).uniform(size=(7, 2))
    chosen = spread_out(points, 800)
    assert sorted(chosen.tolist()) == sorted(points.tolist())
