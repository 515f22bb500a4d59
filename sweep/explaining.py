"""Which points of a spec a store has, and how the others differ from what it has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Any, TypeGuard, final

import numpy as np
from numpy.typing import NDArray

from physics import Numerics, Scenario
from store import ExperimentStore
from sweep.any_trial import AnyTrial
from sweep.deformation_potential import MODEL
from sweep.identification import TrialIds
from sweep.lookup import rows_by_id
from sweep.own_trial import SECONDS
from sweep.planning import stream_trials
from sweep.spec import SweepSpec
from sweep.trial import KELVIN, WITHIN_POINT, Trial

# Key of the change where a store is of another model: nothing else can be compared.
WHICH = "model"
COMPLETE, PARTIAL, ABSENT = "in the store", "in part", "not in the store"
# One trial of every point that has rows, with the text that it was planned with.
_PLANNED = """
SELECT trials.point_id, min(trials.trial_id), min_by(chunks.trial, trials.trial_id)
FROM chunks JOIN trials USING (trial_id) GROUP BY trials.point_id ORDER BY trials.point_id
"""
# The same of points that were committed by hand.
_UNPLANNED = """
SELECT * FROM trials
WHERE point_id NOT IN (SELECT point_id FROM trials JOIN chunks USING (trial_id))
QUALIFY row_number() OVER (PARTITION BY point_id ORDER BY trial_id) = 1 ORDER BY point_id
"""

# What canonical texts leave out.
_DEFAULTS = {
    part: {entry.name: entry.default for entry in fields(kind)}
    for part, kind in (("scenario", Scenario), ("numerics", Numerics))
}


@final
@dataclass(frozen=True)
class Change:
    """A key whose value decides that two points are not one."""

    key: str
    asked: Any
    stored: Any


@final
@dataclass(frozen=True)
class Explained:
    """What a store has of one point of a spec.

    Attributes
    ----------
    point_id : str
    parameters : mapping
        Value of each axis of the spec.
    verdict : str
        `COMPLETE`, `PARTIAL` or `ABSENT`.
    trials : int
        That the spec asks for at this point.
    statuses : mapping of str to int
        Of those that have a row.
    nearest : str or None
        Of a point that is absent, the stored trial of another point that has the fewest keys different, and
        of those the one whose values are nearest.
    changes : tuple of Change
        What differs from it.
    """

    point_id: str
    parameters: Mapping[str, Any]
    verdict: str
    trials: int
    statuses: Mapping[str, int]
    nearest: str | None = None
    changes: tuple[Change, ...] = ()


def explain(store: ExperimentStore, spec: SweepSpec) -> Iterator[Explained]:
    """Compare the points of a spec's design, in their order, with what a store has.

    Parameters
    ----------
    store : ExperimentStore
    spec : SweepSpec

    Yields
    ------
    Explained
        One per point.
    """
    points = [list(members) for _, members in groupby(stream_trials(spec), key=lambda trial: trial.point_id)]
    ids = [trial.trial_id for members in points for trial in members]
    landed = {trial_id: status for trial_id, (status,) in rows_by_id(store, ids, ("status",)).items()}
    stored: _Stored | None = None
    for members in points:
        found = Counter(landed[trial.trial_id] for trial in members if trial.trial_id in landed)
        known = found.total()
        content = _flat(json.loads(members[0].canonical()))
        verdict = COMPLETE if known == len(members) else PARTIAL if known else ABSENT
        given = _parameters(spec, members[0], content)
        explained = Explained(members[0].point_id, given, verdict, len(members), dict(found))
        if verdict == ABSENT and spec.model.name != store.model:
            explained = replace(explained, changes=(Change(WHICH, spec.model.name, store.model),))
        elif verdict == ABSENT:
            stored = stored or _Stored.of(store)
            nearest, changes = stored.nearest(content)
            explained = replace(explained, nearest=nearest, changes=changes)
        yield explained


@final
class _Stored:
    """A trial of every stored point, by what decides its numbers."""

    def __init__(self, ids: list[str], contents: list[dict[str, Any]]) -> None:
        self._ids = ids
        self._contents = contents
        names = dict.fromkeys(name for content in contents for name in content)
        self._columns = {name: _Column(content.get(name) for content in contents) for name in names}

    @classmethod
    def of(cls, store: ExperimentStore) -> _Stored:
        """The points of a store."""
        found = [(trial_id, json.loads(text)) for _, trial_id, text in store.sql(_PLANNED).rows()]
        if store.model == MODEL:
            found += _unplanned(store)
        return cls([trial_id for trial_id, _ in found], [_flat(content) for _, content in found])

    def nearest(self, content: Mapping[str, Any]) -> tuple[str | None, tuple[Change, ...]]:
        """The trial that differs in the fewest keys, the nearest of these, and what differs."""
        if not self._ids:
            return None, ()
        keys, far = np.zeros(len(self._ids)), np.zeros(len(self._ids))
        for name, column in self._columns.items():
            keys += column.differs(content.get(name))
            far += column.distance(content.get(name))
        place = int(np.lexsort((far, keys))[0])
        other = self._contents[place]
        names = [name for name in dict.fromkeys((*content, *other)) if content.get(name) != other.get(name)]
        return self._ids[place], tuple(Change(name, content.get(name), other.get(name)) for name in names)


@final
class _Column:
    """Values of one key in all stored points, as numbers that are compared at once."""

    def __init__(self, values: Iterable[Any]) -> None:
        listed = list(values)
        self._codes: dict[str, int] = {}
        codes = [self._codes.setdefault(_text(value), len(self._codes)) for value in listed]
        self._values = np.array(codes)
        self._numbers = np.array([float(value) if _is_number(value) else np.nan for value in listed])

    def differs(self, asked: object) -> NDArray[np.bool_]:
        """Which values are others, (n,)."""
        differs: NDArray[np.bool_] = self._values != self._codes.get(_text(asked), -1)
        return differs

    def distance(self, asked: Any) -> NDArray[np.float64]:  # noqa: ANN401 - any value of a spec
        """Differences of numbers over their magnitudes, 0 to 1, (n,); 0 where none is asked for."""
        if not _is_number(asked):
            return np.zeros(self._numbers.size)
        scale = np.abs(self._numbers) + abs(asked)
        gaps = np.abs(self._numbers - asked) / np.where(scale > 0.0, scale, 1.0)
        return np.where(np.isnan(gaps), 1.0, gaps)


def _text(value: object) -> str:
    """Equal for equal values."""
    return repr(float(value)) if _is_number(value) else json.dumps(value)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _unplanned(store: ExperimentStore) -> Iterator[tuple[str, dict[str, Any]]]:
    ids, result = TrialIds(), store.sql(_UNPLANNED)
    for values in result.rows():
        row = dict(zip(result.columns, values, strict=True))
        content = ids.content(row)
        if content is not None:
            yield row["trial_id"], content


def _flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """Keys that decide a point's numbers, at one level; what was elided is spelled out."""
    flat: dict[str, Any] = {}
    for name, value in content.items():
        flat |= {**_DEFAULTS.get(name, {}), **value} if isinstance(value, Mapping) else {name: value}
    return {
        name: value
        for name, value in flat.items()
        if name not in (*WITHIN_POINT, KELVIN, SECONDS, "max_grid")
    }


def _parameters(spec: SweepSpec, trial: AnyTrial, content: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the axes; those that a material decides stand for its own."""
    known = {**content, KELVIN: trial.temperature_k if isinstance(trial, Trial) else None}
    named = {name: known[name] for name in spec.axis_names if known.get(name) is not None}
    return named or {name: known[name] for name in ("disorder", "sound_speed", "temperature", "wavenumber")}
