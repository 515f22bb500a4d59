"""The map as it is, as it was after earlier rounds, and with the lattice frozen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from learn import RegimeClassifier, RegimeMap
from sweep.analysis import CampaignResult
from sweep.report.panels import COARSE, FINE, Panel
from sweep.report.points import Points
from sweep.report.scene import Scene

MOST_STAGES = 10


@final
@dataclass(frozen=True)
class Stage:
    """A map from the points up to a round, on each panel."""

    round: int
    scenes: tuple[Scene, ...]


@final
@dataclass(frozen=True)
class Layers:
    """What there is to see of a campaign's map.

    Attributes
    ----------
    moving : tuple of Stage
        By round, ascending; the last is the campaign's own map.
    frozen : tuple of Scene
        Of the frozen twins, on each panel; empty where there are none.
    """

    moving: tuple[Stage, ...]
    frozen: tuple[Scene, ...]


def layers_of(result: CampaignResult, points: Points, panels: Sequence[Panel]) -> Layers:
    """Draw the maps.

    Earlier maps and the frozen one have the regimes, length scales and amplitudes of the campaign's own map:
    they differ from it in their points only.

    Parameters
    ----------
    result : CampaignResult
    points : Points
    panels : sequence of Panel
    """
    final_map = result.regime_map
    rounds = sorted({point.round for point in points.shown})
    stages = [Stage(number, scenes) for number, scenes in _earlier(result, points, panels, rounds[:-1])]
    last = tuple(panel.scene(final_map, FINE) for panel in panels)
    frozen = _conditioned(result, points, rounds[-1], lattice=1)
    return Layers(
        (*stages, Stage(rounds[-1], last)),
        () if frozen is None else tuple(panel.scene(frozen, FINE) for panel in panels),
    )


def _earlier(
    result: CampaignResult, points: Points, panels: Sequence[Panel], rounds: Sequence[int]
) -> Iterator[tuple[int, tuple[Scene, ...]]]:
    """Maps after rounds that are spread evenly, where there are many."""
    places = np.unique(np.linspace(0, len(rounds) - 1, min(MOST_STAGES, len(rounds))).round().astype(int))
    for place in places.tolist():
        found = _conditioned(result, points, rounds[place], lattice=0)
        if found is not None:
            yield rounds[place], tuple(panel.scene(found, COARSE) for panel in panels)


def _conditioned(result: CampaignResult, points: Points, last: int, *, lattice: int) -> RegimeMap | None:
    """The map of what the points up to a round showed on one kind of lattice."""
    final_map = result.regime_map
    known = [
        (point.at, point.lattices[lattice].membership)
        for point in points.shown
        if point.round <= last and len(point.lattices) > lattice and point.lattices[lattice].membership
    ]
    if not known:
        return None
    at = np.array([values for values, _ in known], dtype=float)
    classifier = RegimeClassifier.fit(
        final_map.space.to_unit(at),
        [membership for _, membership in known],
        np.full(len(known), float(result.spec.samples_per_point)),
        kernel=final_map.classifier.kernel,
    )
    return RegimeMap(final_map.space, classifier, final_map.names)
