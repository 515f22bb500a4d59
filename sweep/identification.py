"""Whether a row's ids follow from its content: the trial is built again from its columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, final

from physics import PHYSICS_VERSION, Numerics, PhysicsError, Scenario
from store.care.inspection import Doubt
from sweep.identity import canonical_json, digest
from sweep.trial import KELVIN, WITHIN_POINT, elided

# Numerics that have a column of their own.
_RECORDED = ("t_final", "samples", "tolerance", "precision")
_PLAIN = tuple(entry.name for entry in fields(Scenario) if entry.name not in ("center", "energy_filter"))


@final
class TrialIds:
    """Recomputes the ids of the deformation-potential model.

    A row has columns for its whole scenario, and for part of the numerics asked for; the other part is the
    same for all trials of a sweep, so the few kinds of it that were planned here are tried in turn.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Any]] = {canonical_json({}): {}}

    def planned(self, row: Mapping[str, Any]) -> Doubt | None:
        """Compare the id of a planned trial with its canonical text, and learn its numerics."""
        try:
            content = json.loads(row["trial"])
            content.pop(KELVIN, None)
            kind = {name: value for name, value in content["numerics"].items() if name not in _RECORDED}
            self._kinds[canonical_json(kind)] = kind
        except (ValueError, TypeError, KeyError, AttributeError):
            return Doubt(f"trial {row['trial_id']!r} planned without a text that can be read", certain=False)
        found = digest(canonical_json(content))
        return None if found == row["trial_id"] else _wrong("planned trial", row["trial_id"], found)

    def trial(self, row: Mapping[str, Any]) -> Doubt | None:
        """Compare the ids of a row of results with those of its columns."""
        if row.get("physics_version") is None:
            return Doubt(f"trial {row['trial_id']!r} without the version of its physics", certain=False)
        try:
            scenario = row_scenario(row)
            contents = list(self._contents(scenario, row))
        except (PhysicsError, TypeError, ValueError) as error:
            return Doubt(f"trial {row['trial_id']!r}, whose columns are no trial: {error}", certain=True)
        for content in contents:
            if digest(canonical_json(content)) == row["trial_id"]:
                return _doubt_others(row, scenario, content)
        doubt = _wrong("trial", row["trial_id"], digest(canonical_json(contents[0])))
        return replace(doubt, certain=row["physics_version"] == PHYSICS_VERSION)

    def content(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the row's id is the hash of; None if no kind of numerics known so far gives that id.

        Raises
        ------
        PhysicsError
            If the columns are no trial.
        """
        candidates = self._contents(row_scenario(row), row)
        return next((each for each in candidates if digest(canonical_json(each)) == row["trial_id"]), None)

    def _contents(self, scenario: Scenario, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        recorded = _recorded(row)
        for kind in self._kinds.values():
            yield {
                "scenario": elided(scenario),
                "numerics": kind | recorded,
                "physics_version": row["physics_version"],
            }


def _recorded(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: row[name] for name in _RECORDED if row.get(name) is not None}
    return {name: value for name, value in elided(Numerics(**values)).items() if name in _RECORDED}


def _doubt_others(row: Mapping[str, Any], scenario: Scenario, content: Mapping[str, Any]) -> Doubt | None:
    """Compare the ids that follow from the same content: of the point, and of the partner of a twin."""
    point = {name: value for name, value in content["scenario"].items() if name not in WITHIN_POINT}
    expected = digest(canonical_json({**content, "scenario": point}))
    if row["point_id"] != expected:
        return _wrong(f"point of trial {row['trial_id']!r}", row["point_id"], expected)
    partner = None
    if scenario.frozen and scenario.sound_speed > 0.0:
        moving = elided(replace(scenario, frozen=False))
        partner = digest(canonical_json({**content, "scenario": moving}))
    if row["twin_of"] != partner:
        return _wrong(f"partner of trial {row['trial_id']!r}", row["twin_of"], str(partner))
    return None


def row_scenario(row: Mapping[str, Any]) -> Scenario:
    """The scenario that a row of results has in its columns.

    Raises
    ------
    PhysicsError
        If they are none.
    """
    content = {name: row[name] for name in _PLAIN if row.get(name) is not None}
    if content.get("coupling") is not None:
        content.pop("disorder", None)  # which follows from it
    center = tuple(row[name] for name in ("center_x", "center_y") if row.get(name) is not None)
    energy, delta = row.get("energy_filter_e"), row.get("energy_filter_delta")
    window = None if energy is None or delta is None else (energy, delta)
    return Scenario(**content, center=center or None, energy_filter=window)


def _wrong(what: str, found: str, expected: str) -> Doubt:
    return Doubt(f"{what} {found!r}, whose columns give {expected!r}", certain=True)
