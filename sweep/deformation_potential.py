"""The built-in model as a sweep sees it: scenarios of an electron in a vibrating lattice, and their twins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any, final

from physics import PHYSICS_VERSION, PhysicsError, Resolution, memory_bytes
from sweep.cost import known_resolution
from sweep.errors import SpecError
from sweep.material import check_places, check_whole
from sweep.model import Model
from sweep.trial import KELVIN, Trial, elided

if TYPE_CHECKING:
    from sweep.spec import SweepSpec

MODEL = "deformation-potential"


@final
@dataclass(frozen=True)
class DeformationPotential(Model):
    """An electron in the deformation potential of a lattice."""

    @property
    def name(self) -> str:
        """As the store has it."""
        return MODEL

    @property
    def twins(self) -> bool:
        """Yes: each moving lattice is also stopped."""
        return True

    def given(self) -> dict[str, Any]:
        """Nothing: it is the default."""
        return {}

    def check(self, spec: SweepSpec) -> None:
        """Refuse parameters that no scenario has, and corners of the box that are none."""
        check_places(spec.material, spec.axis_names, dict(spec.fixed))
        if spec.material is not None:
            check_whole(spec.material, spec.axis_names, dict(spec.fixed))
        for name in ("series", "label", "membership"):
            if getattr(spec.regimes, name):
                raise SpecError(
                    f"[regimes] {name}: expected with a model of your own only, got it beside the "
                    "deformation potential, whose regimes come from MSD and participation ratio; remove it"
                )
        for corner in spec.corners():
            spec.scenario(corner)

    def check_ready(self) -> None:
        """Nothing: it is always here."""

    def content(self, spec: SweepSpec) -> dict[str, Any]:
        """Scenario and numerics in canonical values, whatever the spec spells out."""
        corner = spec.corners()[0]
        shared = elided(spec.scenario(corner), without=(*spec.axis_names, "seed"))
        further: dict[str, Any] = {}
        if spec.material is not None:
            # At one corner: the axes tell the rest.
            further["material"] = spec.material.content(corner)
            further[KELVIN] = spec.kelvin(corner)
        if spec.observe.centers > 1:
            further["centers"] = spec.observe.centers
        return further | {
            "fixed": shared,
            "numerics": elided(spec.numerics, without=("max_grid",)),
            "physics_version": PHYSICS_VERSION,
            "twin": spec.twin,
        }

    def trials(self, spec: SweepSpec, point: Mapping[str, float]) -> list[Trial]:
        """Each packet in each realization, followed by its frozen twin where it has one."""
        scenario = spec.scenario(point)
        first = Trial(scenario, spec.numerics, spec.kelvin(point))
        trials = []
        for realization, packet in product(range(spec.realizations), range(spec.observe.centers)):
            trial = replace(first, scenario=replace(scenario, realization=realization, packet=packet))
            trials.append(trial)
            if spec.twin and scenario.sound_speed > 0.0:
                trials.append(replace(trial, scenario=trial.scenario.twin()))
        return trials

    def resolution(self, spec: SweepSpec, point: Mapping[str, float], max_grid: int) -> Resolution:
        """Grid and time step of the moving trials of a point."""
        try:
            return known_resolution(spec.scenario(point), replace(spec.numerics, max_grid=max_grid))
        except PhysicsError as error:
            raise SpecError(str(error)) from None

    def memory(self, spec: SweepSpec) -> int:
        """By the corners of the swept box."""
        return max((self._need(spec, corner) for corner in spec.corners()), default=0)

    def columns(self, spec: SweepSpec) -> None:
        """Those of every store."""

    @staticmethod
    def _need(spec: SweepSpec, corner: Mapping[str, float]) -> int:
        try:
            return memory_bytes(spec.scenario(corner), spec.numerics)
        except PhysicsError:
            # Refused elsewhere, with what to do; it needs nothing.
            return 0
