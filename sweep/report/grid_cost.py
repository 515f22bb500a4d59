"""What the grid that would have told as much as a campaign did would have taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from sweep.analysis import CampaignResult
from sweep.equal_grid import equal_grid
from sweep.report.points import Points

# Of points that were spread over the box, so many tell what one costs.
ENOUGH = 4


@final
@dataclass(frozen=True)
class GridCost:
    """A grid that tells as much as a campaign.

    Attributes
    ----------
    nodes, dimension : int
        Nodes per axis, axes.
    wrong : float
        Share of the box on which neither is to be wrong.
    core_s : float
        What it would take.
    spread : bool
        Whether that follows from points that were spread over the box; from all points otherwise.
    """

    nodes: int
    dimension: int
    wrong: float
    core_s: float
    spread: bool

    @property
    def points(self) -> int:
        """Nodes in all."""
        return int(self.nodes**self.dimension)


def grid_cost(result: CampaignResult, points: Points) -> GridCost | None:
    """The grid that would have told as much as a campaign; None where `equal_grid` finds none.

    Parameters
    ----------
    result : CampaignResult
    points : Points
    """
    wrong, dimension = result.regime_map.wrong_area(), len(result.spec.axes)
    nodes = equal_grid(result.regime_map, wrong)
    if nodes is None:
        return None
    spread = [point for point in points.shown if point.why in ("startup", "floor")]
    enough = len(spread) >= ENOUGH
    asked = spread if enough else points.shown
    mean = float(np.mean([sum(landed.cpu_s for landed in point.lattices) for point in asked]))
    return GridCost(nodes, dimension, wrong, mean * nodes**dimension, enough)
