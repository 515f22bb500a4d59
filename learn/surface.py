"""Boundary surfaces over three axes, by marching tetrahedra.

Every cell of a grid is cut into the six tetrahedra around its diagonal. Neighbouring cells cut their common
face alike, so the triangles of a surface share their vertices and leave no holes, with none of the ambiguous
cases of marching cubes.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from learn.crossing import crossings
from learn.lattice import lattice
from learn.surrogate import RegimeClassifier
from learn.value import ArrayValue, Floats, Ints
from learn.winner import rival_at


@dataclass(frozen=True, eq=False)
class BoundarySurface(ArrayValue):
    """Triangles that part two regimes (lower one first).

    Attributes
    ----------
    regimes : tuple of int
    vertices : array (m, 3)
        In axis units.
    faces : array (f, 3)
        Rows of `vertices`; counterclockwise as seen from the side of the higher regime.
    """

    regimes: tuple[int, int]
    vertices: Floats
    faces: Ints


def boundary_surfaces(classifier: RegimeClassifier, resolution: int) -> list[BoundarySurface]:
    """Surfaces between adjacent regimes in the unit cube."""
    nodes = lattice(3, resolution)
    labels = classifier.predict(nodes)
    tetrahedra = _tetrahedra(resolution)
    return [
        part
        for regime in range(classifier.K - 1)
        for part in _outline(classifier, nodes, tetrahedra, labels == regime, regime)
    ]


def _outline(
    classifier: RegimeClassifier, nodes: Floats, tetrahedra: Ints, inside: NDArray[np.bool_], regime: int
) -> list[BoundarySurface]:
    """Parts of a regime's outline on which it meets those of a higher number."""
    edges = _cut_edges(tetrahedra, inside)
    if not len(edges):
        return []
    ends, corners = np.unique(edges.reshape(-1, 2), axis=0, return_inverse=True)
    vertices, _ = crossings(classifier, nodes[ends[:, 0]], nodes[ends[:, 1]], np.full(len(ends), regime))
    faces = _turned(vertices, corners.reshape(-1, 3), nodes[edges[:, 0, 0]])
    others = rival_at(classifier, vertices[faces].mean(axis=1), regime)
    return [
        BoundarySurface((regime, other), *_used(vertices, faces[others == other]))
        for other in range(regime + 1, classifier.K)
        if np.any(others == other)
    ]


def _tetrahedra(resolution: int) -> Ints:
    """Nodes (t, 4) of the tetrahedra, six to a cell: paths from its first to its last node."""
    numbers = np.arange(resolution**3).reshape((resolution,) * 3)
    first = numbers[:-1, :-1, :-1].ravel()
    strides = (resolution**2, resolution, 1)
    steps = [np.cumsum([0, *(strides[axis] for axis in order)]) for order in permutations(range(3))]
    tetrahedra: Ints = (first[:, None, None] + np.array(steps)).reshape(-1, 4)
    return tetrahedra


def _cut_edges(tetrahedra: Ints, inside: NDArray[np.bool_]) -> Ints:
    """Edges (f, 3, 2), inner node first, on which the corners of each triangle lie."""
    count = inside[tetrahedra].sum(axis=1)
    one, two, three = (_inner_first(tetrahedra[count == size], inside) for size in (1, 2, 3))
    patterns = (
        (one, ((0, 1), (0, 2), (0, 3))),
        (two, ((0, 2), (0, 3), (1, 3))),
        (two, ((0, 2), (1, 3), (1, 2))),
        (three, ((0, 3), (1, 3), (2, 3))),
    )
    return np.concatenate([nodes[:, pattern] for nodes, pattern in patterns])


def _inner_first(tetrahedra: Ints, inside: NDArray[np.bool_]) -> Ints:
    """Order the nodes of each so that few patterns serve all cases."""
    return np.take_along_axis(tetrahedra, np.argsort(~inside[tetrahedra], axis=1, kind="stable"), axis=1)


def _turned(vertices: Floats, faces: Ints, inner: Floats) -> Ints:
    """Order the corners so that the normals point away from the inner nodes (f, 3)."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    inwards = np.einsum("ij,ij->i", np.cross(b - a, c - a), a - inner) < 0
    return np.where(inwards[:, None], faces[:, ::-1], faces)


def _used(vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """Drop the vertices that no face uses."""
    kept, numbers = np.unique(faces, return_inverse=True)
    return vertices[kept], numbers.reshape(-1, 3).astype(np.int64)
