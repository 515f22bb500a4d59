"""Identity by content: what a trial is, and the id that follows from it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, final

from physics import FAST_SIZES, PHYSICS_VERSION, Numerics, Scenario
from sweep.any_trial import AnyTrial
from sweep.axes import AXIS_NAMES
from sweep.errors import SweepError
from sweep.identity import canonical_json, digest, rounded

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
class Trial(AnyTrial):
    """One simulation of the deformation potential: everything that decides its numbers, and nothing else.

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

    @property
    def point_id(self) -> str:
        """Hash without realization, packet and frozen: one per point of parameter space."""
        content = self.content()
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

    @property
    def is_frozen(self) -> bool:
        """Whether its lattice is stopped."""
        return self.scenario.frozen

    @property
    def is_predictable(self) -> bool:
        """Always: the cost follows from the grid and the steps."""
        return True

    def row(self) -> dict[str, Any]:
        """Columns that name the trial: ids, axes, options, realization and what decides its phases."""
        scenario = self.scenario
        axes = {name: getattr(scenario, name) for name in AXIS_NAMES}
        if axes["disorder"] is None and scenario.fermi_energy > 0.0:
            axes["disorder"] = scenario.rms / scenario.fermi_energy
        center = (*(scenario.center or ()), None, None)
        energy, delta = scenario.energy_filter or (None, None)
        return axes | {
            KELVIN: self.temperature_k,
            "trial_id": self.trial_id,
            "point_id": self.point_id,
            "dimension": scenario.dimension,
            "realization": scenario.realization,
            "packet": scenario.packet,
            "center_x": center[0],
            "center_y": center[1],
            "energy_filter_e": energy,
            "energy_filter_delta": delta,
            "classical": scenario.classical,
            "amplitudes": scenario.amplitudes,
            "zero_point": scenario.zero_point,
            "frozen": scenario.frozen,
            "twin_of": self.twin_of,
            "seed": scenario.seed,
            "t_final": self.numerics.t_final,
            "samples": self.numerics.samples,
            "tolerance": self.numerics.tolerance,
            "precision": self.numerics.precision,
            "physics_version": PHYSICS_VERSION,
        }

    def to_text(self) -> str:
        """The canonical JSON, with the temperature in kelvin beside it where there is one."""
        kelvin = {} if self.temperature_k is None else {KELVIN: self.temperature_k}
        return canonical_json(self.content() | kelvin)

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

    def content(self) -> dict[str, Any]:
        """Scenario and numerics, defaults elided, and the version of the physics."""
        return {
            "scenario": elided(self.scenario),
            "numerics": elided(self.numerics, without=("max_grid",)),
            "physics_version": PHYSICS_VERSION,
        }


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
