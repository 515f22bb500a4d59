"""The points of a sweep as the page tells of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from store.schema import DATA_STATUSES
from sweep.report.subject import Subject

# Beyond these a page would be slow; which are shown their ids decide, so that no part of the box is favoured.
MOST_POINTS = 2000
# Scalars that are told first, where the trials have them.
TOLD = ("diffusion", "msd_exponent_late", "participation_growth", "energy_gain", "twin_release_time")
MOST_SCALARS = 6

_LANDED = """
SELECT point_id, coalesce(frozen, false),
    list(struct_pack(id := trial_id, status := status) ORDER BY trial_id),
    sum(cpu_s), any_value(host), any_value(processor), any_value(regimap_version), any_value(git_commit),
    min(started_at){scalars}
FROM trials SEMI JOIN planned USING (trial_id) GROUP BY ALL
"""
_AXES = """
SELECT point_id{axes} FROM trials SEMI JOIN planned USING (trial_id)
GROUP BY point_id ORDER BY hash(point_id)
"""
_LABELS = "SELECT point_id, coalesce(frozen, false), regime, membership FROM labels WHERE latest"


@final
@dataclass(frozen=True)
class Landed:
    """What came of a point on one kind of lattice.

    Attributes
    ----------
    trials : tuple of (str, str)
        Ids with their statuses.
    cpu_s : float
    ran : tuple of str
        Host, processor, version, commit and start of its first trial, where known.
    scalars : tuple of (str, float, float or None)
        Name, mean over the trials with data, and its standard error where there are several.
    regime : int or None
    membership : tuple of float
    """

    trials: tuple[tuple[str, str], ...] = ()
    cpu_s: float = 0.0
    ran: tuple[str, ...] = ()
    scalars: tuple[tuple[str, float, float | None], ...] = ()
    regime: int | None = None
    membership: tuple[float, ...] = ()

    @property
    def with_data(self) -> int:
        """Trials that gave data."""
        return sum(status in DATA_STATUSES for _, status in self.trials)

    @property
    def whole(self) -> bool:
        """Whether all of its trials gave data."""
        return bool(self.trials) and self.with_data == len(self.trials)


@final
@dataclass(frozen=True)
class ReportPoint:
    """One point.

    Attributes
    ----------
    point_id : str
    at : tuple of float or None
        By axis; None where the store does not tell.
    round : int
        0 in a fixed design, -1 for what was there before.
    why : str
        As the table of proposals has it; empty in a fixed design.
    proposal : mapping
        The row of that table; empty in a fixed design.
    lattices : tuple of Landed
        Moving; and frozen, where the sweep has twins.
    """

    point_id: str
    at: tuple[float | None, ...]
    round: int
    why: str
    proposal: Mapping[str, Any]
    lattices: tuple[Landed, ...]


@final
@dataclass(frozen=True)
class Points:
    """All that are shown.

    Attributes
    ----------
    shown : tuple of ReportPoint
        In the order in which they were chosen.
    left_out : int
        Others, which the page does not show.
    regimes : tuple of str
        Names, by number.
    """

    shown: tuple[ReportPoint, ...]
    left_out: int
    regimes: tuple[str, ...]

    @property
    def twins(self) -> bool:
        """Whether any has frozen twins."""
        return any(len(point.lattices) > 1 for point in self.shown)


def read_points(subject: Subject) -> Points:
    """Points of a sweep from its store.

    Parameters
    ----------
    subject : Subject
    """
    rows = list(_proposed(subject) if subject.command == "campaign" else _designed(subject))
    shown = rows[:MOST_POINTS]
    landed = _landed(subject, [str(row["point_id"]) for row in shown])
    regimes, labels = _labels(subject, {row["point_id"] for row in shown})
    points = []
    for row in shown:
        key = str(row["point_id"])
        keys = [(key, False), (key, True)] if subject.spec.twin else [(key, False)]
        lattices = tuple(_labelled(landed.get(each, Landed()), labels.get(each)) for each in keys)
        points.append(ReportPoint(key, row["at"], int(row["round"]), str(row["why"]), row["row"], lattices))
    return Points(tuple(points), len(rows) - len(shown), regimes)


def _proposed(subject: Subject) -> Iterator[dict[str, Any]]:
    for row in subject.proposals:
        values = json.loads(row["point"])
        at = tuple(values[name] for name in subject.spec.axis_names)
        yield {"point_id": row["point_id"], "at": at, "round": row["round"], "why": row["why"], "row": row}


def _designed(subject: Subject) -> Iterator[dict[str, Any]]:
    known = subject.columns("trials")
    axes = "".join(
        f', any_value("{name}")' if name in known else ", NULL" for name in subject.spec.axis_names
    )
    rows = subject.rows(_AXES.format(axes=axes))
    if len(rows) <= MOST_POINTS:
        rows.sort(key=lambda row: tuple((value is not None, value) for value in row[1:]))
    for point_id, *at in rows:
        yield {"point_id": point_id, "at": tuple(at), "round": 0, "why": "", "row": {}}


def _landed(subject: Subject, wanted: Sequence[str]) -> dict[tuple[str, bool], Landed]:
    names = _scalar_names(subject)
    data = ", ".join(f"'{status}'" for status in DATA_STATUSES)
    parts = "".join(
        f', avg("{name}") FILTER (status IN ({data}) AND isfinite("{name}"))'
        f', stddev_samp("{name}") FILTER (status IN ({data}) AND isfinite("{name}"))'
        f', count("{name}") FILTER (status IN ({data}) AND isfinite("{name}"))'
        for name in names
    )
    found, keep = {}, set(wanted)
    for point_id, frozen, trials, cpu, *rest in subject.rows(_LANDED.format(scalars=parts)):
        if point_id not in keep:
            continue
        ran = tuple("" if part is None else str(part) for part in rest[:5])
        found[str(point_id), bool(frozen)] = Landed(
            tuple((str(each["id"]), str(each["status"])) for each in trials),
            float(cpu or 0.0),
            ran,
            tuple(_scalars(names, rest[5:])),
        )
    return found


def _scalar_names(subject: Subject) -> list[str]:
    """Those that are told first, or what a user's model returned."""
    known = subject.columns("trials")
    return [name for name in TOLD if name in known] or subject.returned("trials")[:MOST_SCALARS]


def _scalars(names: Sequence[str], values: Sequence[Any]) -> Iterator[tuple[str, float, float | None]]:
    for place, name in enumerate(names):
        mean, spread, count = values[3 * place : 3 * place + 3]
        if count:
            yield name, float(mean), float(spread) / count**0.5 if spread is not None else None


def _labels(
    subject: Subject, wanted: set[str]
) -> tuple[tuple[str, ...], dict[tuple[str, bool], tuple[int, tuple[float, ...]]]]:
    if subject.result is not None:
        labelling = subject.result.labelling
        pairs = zip(labelling.keys, labelling.memberships, strict=True)
        return labelling.names, {key: (int(np.argmax(shares)), shares) for key, shares in pairs}
    rows = [row for row in subject.ask(_LABELS) if row[0] in wanted]
    names = tuple(sorted({str(regime) for _, _, regime, _ in rows}))
    found: dict[tuple[str, bool], tuple[int, tuple[float, ...]]] = defaultdict(lambda: (0, ()))
    for point_id, frozen, regime, _ in rows:
        found[str(point_id), bool(frozen)] = (names.index(str(regime)), ())
    return names, dict(found)


def _labelled(landed: Landed, label: tuple[int, tuple[float, ...]] | None) -> Landed:
    if label is None:
        return landed
    regime, membership = label
    return Landed(landed.trials, landed.cpu_s, landed.ran, landed.scalars, regime, membership)
