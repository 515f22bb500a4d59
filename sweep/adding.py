"""Points that somebody wants in a campaign, whether or not its driver runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import final

from store import ExperimentStore, Holder
from sweep.campaign_ledger import CampaignLedger
from sweep.chunk import point_trials
from sweep.errors import SpecError, SweepError
from sweep.identity import rounded
from sweep.reading import check_known
from sweep.rounds import BEFORE, Point
from sweep.spec import SweepSpec


@final
@dataclass(frozen=True)
class Added:
    """What became of points that were to be added.

    Attributes
    ----------
    campaign, name : str
        Id of the campaign, and the name of its spec.
    round : int or None
        The round that they are; None where no point was new.
    points : tuple of (str, mapping of str to float)
        Id and value per axis of those that were added.
    known : int
        Points that the campaign had already: they stay as they are.
    driver : Holder or None
        The driver at work, which runs them before it chooses another round.
    """

    campaign: str
    name: str
    round: int | None
    points: tuple[tuple[str, Point], ...]
    known: int
    driver: Holder | None


def add_points(store: ExperimentStore, points: Sequence[Mapping[str, float]]) -> Added:
    """Put points into the campaign that was started last in a store, as a round of their own.

    Its driver runs them, now or when it is started next; all rounds chosen after them know of them. They
    do not count towards the campaign's budget.

    Parameters
    ----------
    store : ExperimentStore
    points : sequence of mapping of str to float
        Value per axis of the campaign.

    Raises
    ------
    SweepError
        If the store has no campaign.
    SpecError
        If a point lacks an axis, has one more, lies outside of the box, or cannot be resolved.
    """
    spec = _latest_spec(store)
    checked = [_checked(spec, point) for point in points]
    ledger = CampaignLedger(store, spec)
    members = [*ledger.rounds(), *filter(None, [ledger.round(BEFORE)])]
    known = {point_id for each in members for point_id in each.point_ids}
    fresh: dict[str, Point] = {}
    for point in checked:
        point_id = point_trials(spec, point)[0].point_id
        if point_id not in known:
            fresh[point_id] = point
    number = ledger.enqueue(list(fresh.values())).number if fresh else None
    name = f"campaign-{ledger.campaign}"
    drivers = (holder for holder in store.holders() if holder.name == name and holder.alive is not False)
    return Added(
        ledger.campaign,
        spec.name,
        number,
        tuple(fresh.items()),
        len(points) - len(fresh),
        next(drivers, None),
    )


def listed_points(path: Path) -> list[dict[str, float]]:
    """Points of a CSV file with a column per axis.

    Raises
    ------
    SpecError
        If it cannot be read, or holds something that is no number.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SpecError(f"{path}: expected a readable CSV with a column per axis, got: {reason}") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    points = [_numbers(f"{path}, line {number}", row.items()) for number, row in enumerate(rows, start=2)]
    if not points:
        raise SpecError(f"{path}: expected a line per point below the names of the axes, got none")
    return points


def typed_point(settings: Sequence[str]) -> dict[str, float]:
    """A point as it is typed: texts such as ``disorder=0.9``, one for each axis.

    Raises
    ------
    SpecError
        For a text that is no setting, or names an axis again.
    """
    pairs = [tuple(part.strip() for part in setting.partition("=")) for setting in settings]
    for (name, _, value), setting in zip(pairs, settings, strict=True):
        if not (name and value):
            raise SpecError(f"expected axis=value, such as disorder=0.9, got {setting!r}")
    names = [name for name, _, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"{name}: expected once, got it {names.count(name)} times; remove one")
    return _numbers("point", [(name, value) for name, _, value in pairs])


def _numbers(where: str, values: Iterable[tuple[str, str | None]]) -> dict[str, float]:
    point = {}
    for name, text in values:
        try:
            point[name.strip()] = float(text or "")
        except (AttributeError, TypeError, ValueError):
            raise SpecError(f"{where}: expected a number for {name}, got {text!r}") from None
    return point


def _latest_spec(store: ExperimentStore) -> SweepSpec:
    campaigns = [row for row in store.rows("sweeps") if row["command"] == "campaign"]
    if not campaigns:
        raise SweepError(
            f"{store.url}: expected a campaign to add points to, found none; start one with "
            '`regimap campaign SPEC --store STORE`, or run the points with a [design] of kind "list"'
        )
    return SweepSpec.from_text(str(max(campaigns, key=lambda row: row["started_at"])["spec"]))


def _checked(spec: SweepSpec, point: Mapping[str, float]) -> Point:
    """The point, its axes in the order of the spec."""
    check_known(spec.name, point, spec.axis_names)
    for axis in spec.axes:
        if axis.name not in point:
            raise SpecError(f"{axis.name}: expected a value for each axis, got none; add {axis.name}=...")
        value = point[axis.name]
        if not (isfinite(value) and rounded(axis.low) <= rounded(value) <= rounded(axis.high)):
            raise SpecError(
                f"{axis.name}: expected a value from {axis.low:g} to {axis.high:g}, the campaign's box, got "
                f"{value:g}; a spec with a wider box is another campaign"
            )
    whole = {name: float(point[name]) for name in spec.axis_names}
    spec.model.resolution(spec, whole, spec.numerics.max_grid)
    return whole
