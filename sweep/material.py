"""A spec's material: values in their units, and from a point in kelvin to the numbers of a scenario."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, final

from physics import Material, PhysicsError
from physics.quantities import QUANTITY_NAMES
from sweep.errors import SpecError
from sweep.identity import rounded
from sweep.reading import read_table
from sweep.trial import KELVIN

# What can be swept only where there is a material, and what it decides of a scenario.
MATERIAL_AXES = (KELVIN, *QUANTITY_NAMES)
DECIDED = ("disorder", "coupling", "sound_speed", "temperature", "wavenumber")


@final
@dataclass(frozen=True)
class MaterialTable:
    """The table [material].

    Parameters
    ----------
    quantities : tuple of (str, float)
        By names with units, such as "deformation_ev"; those that are swept are left out.
    name : str
        A label for the reader; no value follows from it.
    """

    quantities: tuple[tuple[str, float], ...]
    name: str = ""

    def material(self, values: Mapping[str, Any]) -> Material:
        """The material at a point, whose own quantities may be among its values.

        Raises
        ------
        SpecError
            If a quantity is missing, given twice or not above 0.
        """
        swept = {name: value for name, value in values.items() if name in QUANTITY_NAMES}
        try:
            return Material.from_quantities(dict(self.quantities) | swept)
        except PhysicsError as error:
            raise SpecError(f"[material] {error}") from None

    def scenario_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of a scenario, from values that name kelvin and quantities of the material.

        Raises
        ------
        SpecError
            If the values are no material, or their dimension is another than its density's.
        """
        material = self.material(values)
        if values.get("dimension", material.dimension) != material.dimension:
            raise SpecError(
                f"[fixed] dimension: expected {material.dimension}, as the density of [material] is per "
                f"{'area' if material.dimension == 2 else 'length'}, got {values['dimension']}; remove one"
            )
        try:
            temperature = material.temperature(values[KELVIN])
        except PhysicsError as error:
            raise SpecError(f"[axes] or [fixed] {error}") from None
        numbers = {
            "coupling": material.coupling,
            "sound_speed": material.sound_speed,
            "temperature": temperature,
            "wavenumber": material.wavenumber,
        }
        rest = {name: value for name, value in values.items() if name not in MATERIAL_AXES}
        shape = {"dimension": material.dimension}
        return rest | shape | {name: rounded(number) for name, number in numbers.items()}

    def content(self, values: Mapping[str, Any]) -> dict[str, float]:
        """What the material is at a point, in SI: equal however it was written."""
        material = self.material(values)
        si = {field.name: getattr(material, field.name) for field in fields(material)}
        return {name: rounded(value) for name, value in si.items() if value is not None}

    def mapping(self) -> dict[str, Any]:
        """What :func:`read_material` reads back as this table."""
        return ({"name": self.name} if self.name else {}) | dict(self.quantities)


def read_material(content: Mapping[str, Any]) -> MaterialTable | None:
    """The table [material] of a spec, or None where it has none."""
    if "material" not in content:
        return None
    values = read_table("material", content, dict.fromkeys(QUANTITY_NAMES, float) | {"name": str})
    name = values.pop("name", "")
    return MaterialTable(tuple(sorted(values.items())), name)


def check_places(table: MaterialTable | None, axes: Collection[str], fixed: Collection[str]) -> None:
    """Refuse axes and fixed values that go with a material where there is none, and the other way round.

    Raises
    ------
    SpecError
        Naming the key and what to do.
    """
    for where, names in (("[axes]", axes), ("[fixed]", fixed)):
        for name in names:
            if table is None and name in MATERIAL_AXES:
                raise SpecError(
                    f"{where} {name}: expected a table [material] beside it, got none; add one, or give "
                    f"{', '.join(DECIDED)} in natural units"
                )
            if table is not None and name in DECIDED:
                raise SpecError(
                    f"{where} {name}: expected {KELVIN} and [material], which decide {', '.join(DECIDED)}, "
                    f"got {name} beside them; remove it or [material]"
                )
    for name in fixed:
        if name in QUANTITY_NAMES:
            raise SpecError(f"[fixed] {name}: expected in [material], got it here; move it there")


def check_whole(table: MaterialTable, axes: Collection[str], fixed: Collection[str]) -> None:
    """Refuse a material without its kelvin, or with a quantity that is swept as well.

    Raises
    ------
    SpecError
        Naming the key and what to do.
    """
    for name in axes:
        if name in dict(table.quantities):
            raise SpecError(f"{name}: expected in [axes] or in [material], got both; remove one")
    if KELVIN not in (*axes, *fixed):
        raise SpecError(f"{KELVIN}: expected in [axes] or in [fixed] beside [material], got neither; add it")
