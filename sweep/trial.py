"""Identity by content: what a trial is, and the id that follows from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, final

from physics import FAST_SIZES, PHYSICS_VERSION, Numerics, Scenario
from sweep.errors import SweepError

ID_LENGTH = 20
# Name in specs, in the table of chunks and in the rows.
KELVIN = "temperature_K"
# Fields that tell trials of one point apart.
WITHIN_POINT = ("realization", "packet", "frozen")
# Name and default of each field, and whether it holds floats: asked for each trial several times.
_FIELDS = MappingProxyType(
    {
        kind: tuple((entry.name, entry.default, "float" in str(entry.type)) for entry in fields(kind))
        for kind in (Scenario, Numerics)
    }
)


@final
@dataclass(frozen=True)
class Trial:
    """One simulation: everything that decides its numbers, and nothing else.

    `max_grid` is a limit at the front door, which decides no number: a trial carries none.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    temperature_k : float, optional
        Kelvin of the scenario's temperature in a material: a label for the row, no part of the identity.
    """

    scenario: Scenario
    numerics: Numerics
    temperature_k: float | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        # Shared where it can be: a sweep has many trials and one set of numerics.
        if self.numerics.max_grid != FAST_SIZES[-1]:
            object.__setattr__(self, "numerics", replace(self.numerics, max_grid=FAST_SIZES[-1]))

    @cached_property
    def trial_id(self) -> str:
        """Hash of the canonical text: equal for equal content, whoever computes it."""
        return digest(self.canonical())

    @property
    def point_id(self) -> str:
        """Hash without realization, packet and frozen: one per point of parameter space."""
        content = self._content()
        for name in WITHIN_POINT:
            content["scenario"].pop(name, None)
        return digest(canonical_json(content))

    @property
    def twin_of(self) -> str | None:
        """Id of the moving partner of a frozen trial."""
        return replace(self, scenario=replace(self.scenario, frozen=False)).trial_id if self.is_twin else None

    @property
    def is_twin(self) -> bool:
        """Whether the lattice is stopped in a trial whose point has it moving."""
        return self.scenario.frozen and self.scenario.sound_speed > 0.0

    def canonical(self) -> str:
        """JSON with sorted keys, defaults elided and floats rounded to 12 significant digits."""
        return canonical_json(self._content())

    def to_text(self) -> str:
        """The canonical JSON, with the temperature in kelvin beside it where there is one."""
        kelvin = {} if self.temperature_k is None else {KELVIN: self.temperature_k}
        return canonical_json(self._content() | kelvin)

    @classmethod
    def from_text(cls, text: str) -> Trial:
        """The trial that :meth:`to_text` or :meth:`canonical` wrote.

        Raises
        ------
        SweepError
            If another version of the physics wrote it: its numbers would be others here.
        """
        content = json.loads(text)
        if content["physics_version"] != PHYSICS_VERSION:
            raise SweepError(
                f"trial: expected physics version {PHYSICS_VERSION}, got one planned with "
                f"{content['physics_version']}; finish it with that version, or run the spec into a new store"
            )
        scenario, numerics = Scenario(**content["scenario"]), Numerics(**content["numerics"])
        return cls(scenario, numerics, content.get(KELVIN))

    def _content(self) -> dict[str, Any]:
        return {
            "scenario": elided(self.scenario),
            "numerics": elided(self.numerics, without=("max_grid",)),
            "physics_version": PHYSICS_VERSION,
        }


def canonical_json(content: Mapping[str, Any]) -> str:
    """The one way to write plain values: sorted keys, no spaces, no NaN."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """Short hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def rounded(value: float) -> float:
    """A float with 12 significant digits, so that 0.3 and 0.1 + 0.2 are one."""
    return float(f"{value:.12g}") + 0.0


def elided(record: Scenario | Numerics, without: Collection[str] = ()) -> dict[str, Any]:
    """Fields that differ from their defaults, cast to their declared types, but for those in `without`."""
    content = {}
    for name, default, is_float in _FIELDS[type(record)]:
        value = getattr(record, name)
        if isinstance(value, tuple):
            value = [rounded(float(x)) for x in value]
        elif value is not None and is_float:
            value = rounded(float(value))
        if value != default and name not in without:
            content[name] = value
    return content
