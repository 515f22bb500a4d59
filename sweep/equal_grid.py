"""The grid that would have told as much as a campaign did.

A grid labels every place like its nearest node. On the campaign's own map, taken for true, the share of the
box that a grid of n nodes per axis labels wrongly can be counted; the coarsest grid that is no worse than the
map itself is expected to be is the one to compare with. That grid is told the labels without error, and its
nodes lie in the middle of equal cells, which is the best they can do: the comparison favours the grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from learn import RegimeMap

# Places per axis at which the map is read, by the number of axes.
PLACES = {1: 4096, 2: 128, 3: 26, 4: 12}


def equal_grid(found: RegimeMap, wrong: float) -> int | None:
    """Nodes per axis of the coarsest grid that labels no larger share of the box wrongly.

    Parameters
    ----------
    found : RegimeMap
    wrong : float
        Share of the box.

    Returns
    -------
    int or None
        None for more than four axes, for a map of one regime, and where the grid is finer than half of the
        places at which the map is read.
    """
    dimension = found.space.dimension
    if dimension not in PLACES or found.K == 1:
        return None
    labels = _labels(found, PLACES[dimension])
    coarsest = None
    # From fine to coarse: one coarse grid may be right by chance.
    for nodes in range(labels.shape[0] // 2, 0, -1):
        if float(np.mean(_seen(labels, nodes) != labels)) > wrong:
            break
        coarsest = nodes
    return coarsest


def _labels(found: RegimeMap, places: int) -> NDArray[np.int64]:
    """Labels at the middles of equal cells, an axis of the array for each of the map."""
    dimension = found.space.dimension
    middles = (np.arange(places) + 0.5) / places
    mesh = np.meshgrid(*[middles] * dimension, indexing="ij")
    unit = np.stack([each.ravel() for each in mesh], axis=1)
    return found.predict(found.space.from_unit(unit)).reshape((places,) * dimension)


def _seen(labels: NDArray[np.int64], nodes: int) -> NDArray[np.int64]:
    """What each cell is labelled by a grid of so many nodes per axis."""
    places = labels.shape[0]
    cells = (np.arange(places) + 0.5) / places
    nearest = ((np.floor(cells * nodes) + 0.5) / nodes * places).astype(int)
    seen: NDArray[np.int64] = labels[np.ix_(*[nearest] * labels.ndim)]
    return seen
