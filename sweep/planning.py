"""What a spec will cost, before anything runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from math import ceil, inf
from operator import itemgetter
from typing import Any, final

from physics import FAST_SIZES, Resolution
from store import ExperimentStore
from sweep.any_trial import AnyTrial
from sweep.chunk import chunked, point_trials
from sweep.cost import trial_bytes
from sweep.design import Point, design_points
from sweep.errors import SpecError
from sweep.identity import rounded
from sweep.rounds import GIVEN, Round
from sweep.spec import SweepSpec

# Points, at least, at which a whole box is checked: what a point needs rises with most axes but jumps
# with the box it is given.
CHECK_POINTS = 200


@final
@dataclass(frozen=True)
class Plan:
    """Size of a sweep, costs on the reference core; None for what nobody knows of a user's model.

    Attributes
    ----------
    points, trials, chunks : int
    grid_points : tuple of int, or None
        Smallest and largest number per axis.
    box_length, dt : tuple of float, or None
        Smallest and largest, natural units.
    core_hours : float or None
        Predicted.
    store_mb : float or None
        Predicted.
    """

    points: int
    trials: int
    chunks: int
    grid_points: tuple[int, int] | None
    box_length: tuple[float, float] | None
    dt: tuple[float, float] | None
    core_hours: float | None
    store_mb: float | None


def check_resolvable(spec: SweepSpec) -> None:
    """Refuse a spec whose model is not here, or with a point that the largest allowed grid cannot resolve.

    The corners and a lattice of points within the swept box are checked.

    Raises
    ------
    SpecError
        Naming the point that needs most, and the grid it needs; or the function, and where it was looked for.
    """
    spec.model.check_ready()
    count = ceil(CHECK_POINTS ** (1.0 / len(spec.axes)))
    levels = [axis.levels(count) for axis in spec.axes]
    _resolve_all(spec, [dict(zip(spec.axis_names, values, strict=True)) for values in product(*levels)])


def plan_design(spec: SweepSpec) -> Plan:
    """Plan of the spec's fixed design.

    Raises
    ------
    SpecError
        If a point cannot be resolved, or the model is not here.
    """
    spec.model.check_ready()
    return _plan(spec, _distinct(design_points(spec)), [stream_trials(spec)])


def plan_campaign(spec: SweepSpec, budget: int) -> Plan:
    """Plan of a campaign that spends its whole budget, its points spread evenly over the box.

    Raises
    ------
    SpecError
        If a point of the box cannot be resolved.
    """
    check_resolvable(spec)
    return _plan(spec, _spread(spec, budget), campaign_rounds(spec, budget))


def design_trials(spec: SweepSpec) -> list[AnyTrial]:
    """Trials of the design, point by point, each once however often its point is listed."""
    return list(stream_trials(spec))


def stream_trials(spec: SweepSpec) -> Iterator[AnyTrial]:
    """Trials as :func:`design_trials` gives them, one at a time: only the points of a design are held."""
    return (trial for point in _distinct(design_points(spec)) for trial in point_trials(spec, point))


def campaign_rounds(
    spec: SweepSpec, budget: int, store: ExperimentStore | None = None
) -> list[list[AnyTrial]]:
    """Trials of a campaign that spends its whole budget, round by round.

    Parameters
    ----------
    spec : SweepSpec
    budget : int
    store : ExperimentStore, optional
        Points that it proposed already are taken from it; others are spread evenly over the box.
    """
    rounds = [] if store is None else _proposed(spec, store)
    chosen = sum(members.chosen for members in rounds)
    proposed = [point for members in rounds for point in members.points]
    points = [*proposed, *_spread(spec, budget)[chosen:]]
    batch = spec.campaign.batch
    return [_trials(spec, points[start : start + batch]) for start in range(0, len(points), batch)]


def _spread(spec: SweepSpec, budget: int) -> list[Point]:
    """Points spread evenly over the box, which stand for those that a campaign will choose."""
    return list(design_points(replace(spec, design=replace(spec.design, kind="sobol", n=budget))))


def _proposed(spec: SweepSpec, store: ExperimentStore) -> list[Round]:
    """Rounds that the spec's campaign proposed in a store, points added by hand included."""
    rounds: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in store.rows("proposals"):
        if row["campaign"] == spec.campaign_identity and row["why"] != GIVEN:
            rounds[int(row["round"])].append(row)
    by_slot = itemgetter("slot")
    return [Round(number, tuple(sorted(rounds[number], key=by_slot))) for number in sorted(rounds)]


def _trials(spec: SweepSpec, points: Iterable[Point]) -> list[AnyTrial]:
    return [trial for point in _distinct(points) for trial in point_trials(spec, point)]


def _distinct(points: Iterable[Point]) -> Iterator[Point]:
    """Points that differ as trials see them."""
    seen = set()
    for point in points:
        values = tuple(rounded(value) for value in point.values())
        if values not in seen:
            seen.add(values)
            yield point


@final
@dataclass
class _Extent:
    """How many points there are, and what they resolve to, at the least and at the most."""

    points: int = 0
    grid: tuple[int, int] = (FAST_SIZES[-1], 0)
    length: tuple[float, float] = (inf, 0.0)
    dt: tuple[float, float] = (inf, 0.0)
    largest: Point = field(default_factory=dict)

    def add(self, point: Point, resolution: Resolution | None) -> None:
        if resolution is None:
            self.points += 1
            return
        points, length = resolution.grid.shape[0], resolution.grid.length[0]
        if points > self.grid[1]:
            self.largest = point
        self.points += 1
        self.grid = (min(self.grid[0], points), max(self.grid[1], points))
        self.length = (min(self.length[0], length), max(self.length[1], length))
        self.dt = (min(self.dt[0], resolution.dt), max(self.dt[1], resolution.dt))


def _plan(spec: SweepSpec, points: Iterable[Point], rounds: Iterable[Iterable[AnyTrial]]) -> Plan:
    extent = _resolve_all(spec, points)
    trials, chunks, seconds, stored = 0, 0, 0.0, 0.0
    for chunk in (chunk for some in rounds for chunk in chunked(some)):
        trials, chunks = trials + len(chunk.trials), chunks + 1
        seconds += chunk.cost
        stored += sum(map(trial_bytes, chunk.trials))
    resolved = extent.grid[1] > 0
    return Plan(
        points=extent.points,
        trials=trials,
        chunks=chunks,
        grid_points=extent.grid if resolved else None,
        box_length=extent.length if resolved else None,
        dt=extent.dt if resolved else None,
        core_hours=seconds / 3600.0 if resolved or seconds else None,
        store_mb=stored / 1e6 if resolved else None,
    )


def _resolve_all(spec: SweepSpec, points: Iterable[Point]) -> _Extent:
    """What the points resolve to; of those that are refused, the one that needs most is named."""
    extent = _Extent()
    for point in points:
        extent.add(point, spec.model.resolution(spec, point, FAST_SIZES[-1]))
    if extent.points == 0:
        raise SpecError("[design]: expected at least one point, got none; give points, or another design")
    if extent.grid[1] > spec.numerics.max_grid:
        spec.model.resolution(spec, extent.largest, spec.numerics.max_grid)
    return extent
