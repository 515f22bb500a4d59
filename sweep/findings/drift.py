"""How far a map's boundaries move with other lattices, a larger box and a longer time.

A larger box has other modes, and so other lattices: what it changes is to be set against what other lattices
change. A longer time in the same box is in the same lattices.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from learn import RegimeClassifier, RegimeMap, changed_area
from store import ExperimentStore
from sweep.allotment import Design
from sweep.analysis import CampaignResult
from sweep.chunk import point_trials
from sweep.design import Point
from sweep.errors import SweepError
from sweep.labelling import label_trials
from sweep.observe import Observe
from sweep.rounds import search_space
from sweep.spec import SweepSpec
from sweep.trial import Trial

BOUNDARY = 256
TITLES = {"box": "t, 2 L", "time": "2 t, 2 L"}
FloatArray = NDArray[np.float64]
Membership = tuple[float, ...] | None


@final
@dataclass(frozen=True, eq=False)
class Variant:
    """The same points under other conditions, with their map.

    Attributes
    ----------
    title : str
    points : ndarray, (n, d)
        In axis units.
    memberships : tuple
        Of each point; None where its series name no regime.
    regime_map : RegimeMap
    """

    title: str
    points: FloatArray
    memberships: tuple[Membership, ...]
    regime_map: RegimeMap


@final
@dataclass(frozen=True)
class Drift:
    """From one variant to another.

    Attributes
    ----------
    changed_area : float
        Share of the box whose label differs.
    changed_points, points : int
        Points whose label differs, of those labelled in both.
    distance, far : float
        Median and 90th percentile of the way from the one boundary to the nearest place of the other, in
        lengths of an axis; NaN where one of them has no boundary.
    along : dict of str to float
        Median of that way along each axis: a factor on a log axis, a difference on a linear one.
    """

    changed_area: float
    changed_points: int
    points: int
    distance: float
    far: float
    along: dict[str, float]


def drift_specs(
    result: CampaignResult, file: Path, *, points: int, realizations: int
) -> dict[str, SweepSpec]:
    """Specs that run a campaign's first points again, in twice the box, and there for twice the time.

    One moving packet a lattice, no twins. The points are written to `file`, which the specs name.

    Parameters
    ----------
    result : CampaignResult
        Of a spec with a box_length.
    file : Path
        A CSV to write.
    points : int
        The campaign's first ones: the start-up design, and then those around the boundary.
    realizations : int
        At most half of the campaign's: the other half tells what other lattices do.

    Raises
    ------
    SweepError
        If the spec has no box_length, or too few realizations.
    """
    spec, numerics = result.spec, result.spec.numerics
    if numerics.box_length is None:
        raise SweepError(
            "drift: expected a box_length in [numerics], got none; give the spec one box for all"
        )
    if 2 * realizations > spec.realizations:
        raise SweepError(
            f"drift: expected at most half of the {spec.realizations} realizations, got {realizations}"
        )
    chosen = [json.loads(row["point"]) for row in result.proposals[:points]]
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, spec.axis_names)
        writer.writeheader()
        writer.writerows(chosen)
    wide = replace(numerics, box_length=2.0 * numerics.box_length, max_grid=2 * numerics.max_grid)
    plain = replace(
        spec,
        realizations=realizations,
        twin=False,
        observe=Observe(energy_filter=spec.observe.energy_filter),
        design=Design(kind="list", file=file.name),
        directory=str(file.parent),
    )
    return {
        "box": replace(plain, name=f"{spec.name}-box", numerics=wide),
        "time": replace(
            plain, name=f"{spec.name}-time", numerics=replace(wide, t_final=2.0 * numerics.t_final)
        ),
    }


def drift_variants(
    result: CampaignResult, store: ExperimentStore, others: dict[str, tuple[SweepSpec, ExperimentStore]]
) -> dict[str, Variant]:
    """Maps of the same points: some of the campaign's lattices, others of them, and runs of `drift_specs`.

    All have as many regimes as the campaign, found anew in each, and paired with the first variant's.

    Parameters
    ----------
    result : CampaignResult
    store : ExperimentStore
        The campaign's.
    others : dict of str to (SweepSpec, ExperimentStore)
        Those that were run, by name.
    """
    first = next(iter(others.values()))[0]
    count, rows, k = first.realizations, _points(result.spec, first), len(result.labelling.names)
    cases = {
        "base": ("t, L", result.spec, store, range(count)),
        "lattices": ("t, L, other lattices", result.spec, store, range(count, 2 * count)),
        **{name: (TITLES[name], spec, kept, range(count)) for name, (spec, kept) in others.items()},
    }
    places = np.array([[row[name] for name in result.spec.axis_names] for row in rows])
    found: dict[str, Variant] = {}
    for name, (title, spec, kept, lattices) in cases.items():
        memberships, called = _memberships(spec, kept, rows, k, lattices)
        if found:
            memberships = paired(found["base"].memberships, memberships)
        names = found["base"].regime_map.names if found else called
        found[name] = Variant(title, places, memberships, _map(spec, places, memberships, count, names))
    return found


def drift_between(before: Variant, after: Variant) -> Drift:
    """How far the boundaries of two variants are apart."""
    both = [
        (int(np.argmax(one)), int(np.argmax(other)))
        for one, other in zip(before.memberships, after.memberships, strict=True)
        if one is not None and other is not None
    ]
    space = before.regime_map.space
    ends = [space.to_unit(each.regime_map.boundary_points(BOUNDARY).points) for each in (before, after)]
    way = np.full((1, space.dimension), np.nan)
    if all(len(end) for end in ends):
        way = ends[1][cKDTree(ends[1]).query(ends[0])[1]] - ends[0]
    lengths = np.linalg.norm(way, axis=1)
    along = {
        axis.name: float(
            (axis.high / axis.low) ** part if axis.scale == "log" else part * (axis.high - axis.low)
        )
        for axis, part in zip(space.axes, np.median(np.abs(way), axis=0), strict=True)
    }
    return Drift(
        changed_area(before.regime_map, after.regime_map),
        sum(one != other for one, other in both),
        len(both),
        float(np.median(lengths)),
        float(np.quantile(lengths, 0.9)),
        along,
    )


def _points(campaign: SweepSpec, variant: SweepSpec) -> list[Point]:
    with (Path(variant.directory) / variant.design.file).open(newline="", encoding="utf-8") as stream:
        return [{name: float(row[name]) for name in campaign.axis_names} for row in csv.DictReader(stream)]


def paired(before: Sequence[Membership], now: Sequence[Membership]) -> tuple[Membership, ...]:
    """Memberships of the same points, their regimes in the order of those before that they overlap most.

    Raises
    ------
    SweepError
        If no point is labelled in both.
    """
    both = [(one, other) for one, other in zip(before, now, strict=True) if one and other]
    if not both:
        raise SweepError(
            "drift: expected points that are labelled in both runs, got none; see `regimap status`"
        )
    overlap = np.array([one for one, _ in both]).T @ np.array([other for _, other in both])
    order = [int(place) for place in linear_sum_assignment(overlap, maximize=True)[1]]
    return tuple(None if each is None else tuple(each[place] for place in order) for each in now)


def _memberships(
    spec: SweepSpec, store: ExperimentStore, rows: Sequence[Point], k: int, lattices: range
) -> tuple[tuple[Membership, ...], tuple[str, ...]]:
    """Memberships of the points by the first moving packet of some lattices, and the regimes' names."""
    trials = [
        [
            trial
            for trial in point_trials(spec, row)
            if isinstance(trial, Trial)
            and not trial.scenario.frozen
            and trial.scenario.packet == 0
            and trial.scenario.realization in lattices
        ]
        for row in rows
    ]
    ids = [trial.trial_id for of_point in trials for trial in of_point]
    labelling = label_trials(store, ids, k=k, seed=spec.seed, regimes=spec.regimes)
    if labelling is None:
        raise SweepError(f"drift: expected series that can be compared in {store.url}, found none")
    return tuple(labelling.of(of_point[0].point_id) for of_point in trials), labelling.names


def _map(
    spec: SweepSpec,
    places: FloatArray,
    memberships: Sequence[Any],
    count: int,
    names: tuple[str, ...] | None,
) -> RegimeMap:
    known = [place for place, each in enumerate(memberships) if each is not None]
    space, counts = search_space(spec), np.full(len(known), float(count))
    shares = [memberships[place] for place in known]
    return RegimeMap(space, RegimeClassifier.fit(space.to_unit(places[known]), shares, counts), names)
