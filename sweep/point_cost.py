"""What a point of the swept box costs, in units of what the points of the box cost on average."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from learn import SearchSpace
from sweep.chunk import point_trials
from sweep.cost import trial_cost
from sweep.spec import SweepSpec

# Nodes in all, about, at which the cost model is asked: between them it is interpolated, for a choice among
# thousands of candidates must not take longer than the trials.
NODES = 500
# Of the mean cost, at least: a point whose trials are refused costs nothing, and would be chosen for ever.
LEAST = 0.01


@final
class PointCost:
    """Predicted cost of all trials of a point, relative to the mean over the box; the model is asked once.

    Parameters
    ----------
    spec : SweepSpec
    space : SearchSpace
        The spec's box.
    """

    def __init__(self, spec: SweepSpec, space: SearchSpace) -> None:
        self._spec = spec
        self._space = space

    def __call__(self, point: Mapping[str, float]) -> float:
        """Cost of a point: 1 on average."""
        unit = np.clip(self._space.to_unit(self._space.rows([point]))[0], 0.0, 1.0)
        places = unit[:, None] * (np.array(self._table.shape)[:, None] - 1)
        return float(np.exp(map_coordinates(self._table, places, order=1, mode="nearest")[0]))

    @cached_property
    def _table(self) -> NDArray[np.float64]:
        """Logarithm of the cost at the nodes of a lattice in the unit cube."""
        levels = max(3, int(NODES ** (1.0 / self._space.dimension)))
        nodes = np.linspace(0.0, 1.0, levels)
        units = np.array(list(product(nodes, repeat=self._space.dimension)))
        costs = np.array([self._seconds(self._space.point(row)) for row in self._space.from_unit(units)])
        mean = float(costs.mean())
        relative = np.maximum(costs / mean, LEAST) if mean > 0.0 else np.ones_like(costs)
        return np.log(relative).reshape((levels,) * self._space.dimension)

    def _seconds(self, point: Mapping[str, float]) -> float:
        return sum(map(trial_cost, point_trials(self._spec, point)))
