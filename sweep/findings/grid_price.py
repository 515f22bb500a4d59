"""How many points a grid would need to draw the same map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.spatial import cKDTree

from learn import RegimeMap
from learn.area import reference

MOST_LEVELS = 64


@final
@dataclass(frozen=True)
class GridPrice:
    """The coarsest grid that reads a map off itself as well as a campaign expects to know it.

    Attributes
    ----------
    wrong_area : float
        What the campaign expects of its own map.
    levels, points : int or None
        Per axis, and in all; None where 64 per axis are not enough.
    grid_wrong_area : float
        Share of the box that the grid gets wrong.
    """

    wrong_area: float
    levels: int | None
    points: int | None
    grid_wrong_area: float


def grid_price(regime_map: RegimeMap) -> GridPrice:
    """Read grids off a map until one is wrong on no more of it than the map is expected to be.

    The map stands for the truth, and a place takes the label of the grid's nearest point, the cells' middles.
    The grid is not charged for noise: it reads each label off the map as it is, where a real one would have
    to simulate it as the campaign did. So the price is a lower bound for grids that are read by nearest
    point; a grid that were read by the campaign's own classifier could be coarser.

    Parameters
    ----------
    regime_map : RegimeMap
        Of one to three axes.
    """
    dimension, wrong = regime_map.space.dimension, regime_map.wrong_area()
    places = reference(dimension)
    labels = regime_map.classifier.predict(places)
    share = 1.0
    for levels in range(1, MOST_LEVELS + 1):
        middles = (np.arange(levels) + 0.5) / levels
        grid = np.stack(np.meshgrid(*[middles] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)
        nearest = cKDTree(grid).query(places)[1]
        share = float(np.mean(regime_map.classifier.predict(grid)[nearest] != labels))
        if share <= wrong:
            return GridPrice(wrong, levels, levels**dimension, share)
    return GridPrice(wrong, None, None, share)
