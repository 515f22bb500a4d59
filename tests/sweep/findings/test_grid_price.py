"""What a grid costs that draws the same map."""

import numpy as np

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from learn.area import reference
from sweep.findings import grid_price


def halves() -> RegimeMap:
    space = SearchSpace([Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0)])
    places = np.random.default_rng(0).random((24, 2))
    left = places[:, 0] < 0.37
    shares = np.column_stack([left, ~left]).astype(float)
    return RegimeMap(space, RegimeClassifier.fit(places, shares))


def test_the_grid_is_as_good_as_the_map_and_one_coarser_is_not() -> None:
    regime_map = halves()
    price = grid_price(regime_map)
    assert price.levels is not None
    assert price.points == price.levels**2
    assert price.grid_wrong_area <= price.wrong_area == regime_map.wrong_area()

    def wrong(levels: int) -> float:
        """The boundary is close to upright: a grid errs by what lies between it and the next cell's edge."""
        places = reference(2)
        column = np.minimum((places[:, 0] * levels).astype(int), levels - 1)
        row = np.minimum((places[:, 1] * levels).astype(int), levels - 1)
        middles = np.column_stack([column + 0.5, row + 0.5]) / levels
        predict = regime_map.classifier.predict
        return float(np.mean(predict(middles) != predict(places)))

    assert wrong(price.levels) <= price.wrong_area < wrong(price.levels - 1)
