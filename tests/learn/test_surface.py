"""Surfaces between regimes over three axes: closed, oriented, and where the truth is."""

from collections import Counter

import numpy as np
import pytest

from learn import (
    Axis,
    InvalidSettingError,
    RegimeClassifier,
    RegimeMap,
    SearchSpace,
    UnsupportedDimensionError,
)
from learn.kernel import Kernel
from learn.space import unit_sobol
from learn.surface import boundary_surfaces

CUBE = SearchSpace([Axis(name, 0.0, 1.0) for name in "xyz"])
RADIUS = 0.35
KERNEL = Kernel(np.full(2, 6.0), np.full(3, 0.5))


@pytest.fixture(scope="module")
def ball():
    U = unit_sobol(3, 250, [1])
    outside = (np.linalg.norm(U - 0.5, axis=1) > RADIUS).astype(int)
    return RegimeMap(CUBE, RegimeClassifier.fit(U, np.eye(2)[outside], kernel=KERNEL))


def volume(surface):
    """Volume (signed) within a closed surface, by the divergence theorem."""
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    return np.einsum("ij,ij->", a, np.cross(b, c)) / 6


def test_a_ball_has_one_closed_surface_of_its_size(ball):
    (surface,) = ball.surfaces(16)
    assert surface.regimes == (0, 1)
    radius = np.linalg.norm(surface.vertices - 0.5, axis=1)
    assert radius.mean() == pytest.approx(RADIUS, abs=0.03)
    sides = Counter(
        tuple(sorted(side))
        for face in surface.faces.tolist()
        for side in zip(face, [*face[1:], face[0]], strict=True)
    )
    assert set(sides.values()) == {2}
    assert len(surface.vertices) - len(sides) + len(surface.faces) == 2
    assert volume(surface) == pytest.approx(ball.areas().share[0], rel=0.06)


def test_faces_turn_one_way_outwards_from_the_lower_regime(ball):
    (surface,) = ball.surfaces(16)
    sides = Counter(
        side for face in surface.faces.tolist() for side in zip(face, [*face[1:], face[0]], strict=True)
    )
    assert set(sides.values()) == {1}
    assert volume(surface) > 0


def test_vertices_are_on_the_boundary_however_coarse_the_grid(ball):
    for resolution in (8, 16):
        (surface,) = ball.surfaces(resolution)
        assert ball.gap(surface.vertices).max() < 1e-3


def test_three_regimes_part_in_three_surfaces_that_meet():
    U = unit_sobol(3, 200, [1])
    regime = np.where(U[:, 2] > 0.6, 2, (U[:, 0] > 0.5).astype(int))
    space = SearchSpace([Axis("a", 1.0, 100.0, scale="log"), Axis("b", 0.0, 1.0), Axis("c", 0.0, 5.0)])
    kernel = Kernel(np.full(3, 6.0), np.full(3, 0.5))
    found = RegimeMap(space, RegimeClassifier.fit(U, np.eye(3)[regime], kernel=kernel))
    surfaces = {surface.regimes: surface.vertices for surface in found.surfaces(12)}
    assert set(surfaces) == {(0, 1), (0, 2), (1, 2)}
    assert np.median(surfaces[0, 1][:, 0]) == pytest.approx(10.0, rel=0.3)
    assert np.median(surfaces[0, 2][:, 2]) == pytest.approx(3.0, rel=0.1)
    assert surfaces[0, 1][:, 2].max() == pytest.approx(3.0, abs=0.8)


def test_there_is_no_surface_in_one_regime_or_two_axes(ball):
    alone = RegimeClassifier.fit([[0.5] * 3], [[1.0]])
    assert RegimeMap(CUBE, alone).surfaces() == []
    square = SearchSpace([Axis("a", 0, 1), Axis("b", 0, 1)])
    with pytest.raises(UnsupportedDimensionError, match="three axes, got 2"):
        RegimeMap(square, RegimeClassifier.fit([[0.5] * 2], [[1.0]])).surfaces()
    with pytest.raises(InvalidSettingError, match="resolution"):
        boundary_surfaces(ball.classifier, 1)
