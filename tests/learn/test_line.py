"""The credible band over two axes: its shape, and how often it holds the true boundary."""

import contourpy
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from learn import Axis, BandRegion, InvalidSettingError, RegimeClassifier, RegimeMap, SearchSpace
from learn.gaussian import GaussianProcess
from learn.kernel import Kernel
from learn.lattice import lattice
from learn.space import unit_sobol

NODES = 32
AMPLITUDE, SCALES, NOISE = 9.0, np.array([0.3, 0.45]), 0.7
KERNEL = Kernel(np.full(2, AMPLITUDE), SCALES)
SQUARE = SearchSpace([Axis("x", 0, 1), Axis("y", 0, 1)])


def truth_and_map(observed: int, seeds: int):
    """Pairs of latent functions drawn from the model itself, and the map that it learns from noisy values."""
    U = unit_sobol(2, observed, [3])
    points = np.vstack([U, lattice(2, NODES)]) / SCALES
    r = np.sqrt(5 * cdist(points, points, "sqeuclidean"))
    covariance = AMPLITUDE * (1 + r + r**2 / 3) * np.exp(-r)
    root = np.linalg.cholesky(covariance + 1e-8 * np.eye(len(points)))
    for seed in range(seeds):
        rng = np.random.default_rng([seed, 5])
        latents = root @ rng.standard_normal((len(points), 2))
        seen = latents[:observed] + np.sqrt(NOISE) * rng.standard_normal((observed, 2))
        noise = np.full(observed, NOISE)
        processes = [GaussianProcess(U, seen[:, k], noise, 0.0, AMPLITUDE, SCALES) for k in range(2)]
        yield latents[observed:], RegimeMap(SQUARE, RegimeClassifier(tuple(processes), KERNEL, 0.01))


def true_pieces(latents):
    """Middles (m, 2) and lengths (m,) of the pieces of the true boundary."""
    nodes = np.linspace(0, 1, NODES)
    excess = (latents[:, 0] - latents[:, 1]).reshape(NODES, NODES).T
    lines = contourpy.contour_generator(nodes, nodes, excess).lines(0.0)
    middles = np.concatenate([(line[1:] + line[:-1]) / 2 for line in lines])
    return middles, np.concatenate([np.linalg.norm(np.diff(line, axis=0), axis=1) for line in lines])


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_band_holds_its_share_of_the_true_boundary(level):
    held, lengths = [], []
    for latents, found in truth_and_map(40, 24):
        middles, length = true_pieces(latents)
        inside = found.uncertainty(middles) > (1 - level) / 2
        held.append(length[inside].sum())
        lengths.append(length.sum())
    share = sum(held) / sum(lengths)
    error = np.sqrt(np.sum((np.array(held) - share * np.array(lengths)) ** 2)) / sum(lengths)
    assert error < 0.05
    assert share == pytest.approx(level, abs=2.5 * error)


def inside(regions: list[BandRegion], points):
    """Whether each point lies in a region: within its outer ring and in no hole, by crossings of a ray."""
    held = np.zeros(len(points), dtype=bool)
    for region in regions:
        crossed = np.zeros(len(points), dtype=int)
        for ring in region.rings:
            (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
            x, y = points[:, :1], points[:, 1:]
            straddles = (y0 > y) != (y1 > y)
            rise = np.where(y1 == y0, 1.0, y1 - y0)
            crossed += (straddles & (x < x0 + (y - y0) * (x1 - x0) / rise)).sum(axis=1)
        held |= crossed % 2 == 1
    return held


def test_the_bands_edge_is_where_the_doubt_is_that_of_the_level():
    (_, found) = next(truth_and_map(40, 1))
    points = unit_sobol(2, 2048, [8])
    regions = found.credible_band(0.9)
    doubtful = found.uncertainty(points) > 0.05
    assert 0.05 < doubtful.mean() < 0.95
    assert np.mean(inside(regions, points) == doubtful) > 0.995
    assert found.band(0.05) == pytest.approx(doubtful.mean(), abs=0.01)
    assert inside(found.credible_band(0.5), points).mean() < doubtful.mean()
    assert all(np.array_equal(ring[0], ring[-1]) for region in regions for ring in region.rings)


def test_a_band_narrower_than_the_cells_is_not_lost():
    def step(U):
        return np.column_stack([U[:, 0] < 0.4, U[:, 0] >= 0.4]).astype(float)

    near = np.column_stack([np.repeat([0.399, 0.401], 40), np.tile(np.linspace(0, 1, 40), 2)])
    U = np.vstack([unit_sobol(2, 64, [1]), near])
    found = RegimeMap(SQUARE, RegimeClassifier.fit(U, step(U), kernel=KERNEL))
    coarse = found.credible_band(0.9, resolution=16)
    drawn = inside(coarse, unit_sobol(2, 4096, [9])).mean()
    assert found.band(0.05) < drawn < 1 / 15
    assert inside(coarse, np.array([[0.4, y] for y in (0.2, 0.5, 0.8)])).all()


def test_three_regimes_have_three_outlines_in_axis_units():
    space = SearchSpace([Axis("a", 1.0, 100.0, scale="log"), Axis("b", -2.0, 2.0)])
    U = unit_sobol(2, 80, [1])
    nearest = np.argmin(cdist(U, [[0.2, 0.2], [0.8, 0.3], [0.4, 0.9]]), axis=1)
    found = RegimeMap(space, RegimeClassifier.fit(U, np.eye(3)[nearest]))
    regions = found.credible_band()
    assert {region.regime for region in regions} == {0, 1, 2}
    corners = np.vstack([region.points for region in regions])
    assert np.all(corners.min(axis=0) >= [1.0, -2.0])
    assert np.all(corners.max(axis=0) <= [100.0, 2.0])
    assert corners[:, 0].max() > 30
    with pytest.raises(InvalidSettingError, match="level"):
        found.credible_band(level=1.0)
