"""`--set name=value`: one point of parameter space, from a spec, the defaults and the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, final

from physics import Numerics, Scenario
from physics.quantities import NEEDS, QUANTITY_NAMES, ways_to_give
from sweep.allotment import Design
from sweep.axes import SweptAxis
from sweep.errors import SpecError
from sweep.identity import LARGEST_SEED
from sweep.material import MATERIAL_AXES, MaterialTable, check_places
from sweep.own_model import OwnModel
from sweep.reading import WORDS, check_known, field_types, typed
from sweep.spec import FIXED_NAMES, SweepSpec
from sweep.trial import Trial

SCENARIO = field_types(Scenario)
NUMERICS = field_types(Numerics)
# What only a spec with a material knows.
MATERIAL = dict.fromkeys(MATERIAL_AXES, float)


@final
@dataclass(frozen=True)
class Chosen:
    """One trajectory to simulate.

    Attributes
    ----------
    scenario : Scenario
    numerics : Numerics
    temperature_k : float or None
        Kelvin, where the spec has a material.
    """

    scenario: Scenario
    numerics: Numerics
    temperature_k: float | None = None

    @property
    def trial(self) -> Trial:
        """The trial that a sweep would make of it, for its id and cost."""
        return Trial(self.scenario, self.numerics, self.temperature_k)


def chosen(spec: SweepSpec | None, settings: Sequence[str]) -> Chosen:
    """The point that a spec and the settings name, and the accuracy asked for.

    Parameters
    ----------
    spec : SweepSpec or None
        Gives what is fixed, the lattice's seed and the numerics; the defaults without one.
    settings : sequence of str
        ``name=value``, with the value as TOML writes it; they overrule the spec, and what they say of a
        material replaces what the spec says of the same quantity.

    Raises
    ------
    SpecError
        For a text that is no setting, an unknown name (with the nearest known one), a value of
        another type, or an axis of the spec that no setting gives.
    """
    if spec is not None and isinstance(spec.model, OwnModel):
        raise SpecError(
            f"simulate: expected a spec of the deformation potential, got one of {spec.model.place}; call "
            "that function in Python, or `run` the spec"
        )
    values = read_settings(settings, SCENARIO | NUMERICS | MATERIAL)
    _check_seed(values)
    if spec is None or spec.material is None:
        check_places(None, (), values)
    numerics = {name: values.pop(name) for name in NUMERICS if name in values}
    if spec is None:
        if "disorder" not in values and "coupling" not in values:
            raise SpecError("disorder: expected a SPEC or --set disorder=..., got neither; give one")
        return Chosen(Scenario(**values), Numerics(**numerics))
    return _point(spec, values, replace(spec.numerics, **numerics))


def read_settings(settings: Sequence[str], types: Mapping[str, type]) -> dict[str, Any]:
    """Values by name, each of its expected type, of texts such as ``disorder=0.9``."""
    values: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        if not (name and equals and text):
            raise SpecError(f"--set: expected name=value, such as disorder=0.9, got {setting!r}")
        check_known("--set", {name: text}, types)
        if name in values:
            raise SpecError(f"--set {name}: expected once, got it again with {text}; remove one")
        values[name] = typed(f"--set {name}", _value(name, text, types[name]), types[name])
    return values


def _value(name: str, text: str, kind: type) -> Any:  # noqa: ANN401  # TOML values
    try:
        content = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return _loose(name, text, kind)
    if list(content) != ["value"]:
        raise SpecError(f"--set {name}: expected one value, got {text!r}")
    return content["value"]


def _loose(name: str, text: str, kind: type) -> Any:  # noqa: ANN401  # a number or text
    """What TOML would write otherwise: a word without the quotes that a shell takes off, a number as .5."""
    if kind is str:
        return text
    with suppress(ValueError):
        if kind in (int, float):
            return kind(text)
    form = ", such as [1.0, 0.5]" if kind is list else ""
    raise SpecError(f"--set {name}: expected {WORDS[kind]} as TOML writes it{form}, got {text!r}") from None


def _check_seed(values: Mapping[str, Any]) -> None:
    if not 0 <= values.get("seed", 0) < LARGEST_SEED:
        raise SpecError(f"--set seed: expected a whole number from 0 to below 2^63, got {values['seed']}")


def _point(spec: SweepSpec, values: dict[str, Any], numerics: Numerics) -> Chosen:
    missing = [axis for axis in spec.axes if axis.name not in values]
    if missing:
        spans = ", ".join(f"{axis.name} ({_span(axis)})" for axis in missing)
        again = " ".join(f"--set {axis.name}=..." for axis in missing)
        raise SpecError(f"{spec.name}: expected a value for each axis, got none for {spans}; add {again}")
    point = {name: values.pop(name) for name in spec.axis_names}
    here = replace(
        spec,
        seed=values.pop("seed", spec.seed),
        # Nothing but this point: what cannot be is refused with its values, not with those of a corner.
        axes=tuple(SweptAxis(name, x, x, values=(x,)) for name, x in point.items()),
        design=Design(),
        material=_material(spec.material, values),
        fixed=tuple(sorted((dict(spec.fixed) | _taken(values, FIXED_NAMES)).items())),
    )
    return Chosen(replace(here.scenario(point), **values), numerics, here.kelvin(point))


def _taken(values: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Those of the values that have one of the names, which leave the mapping."""
    return {name: values.pop(name) for name in names if name in values}


def _material(table: MaterialTable | None, values: dict[str, Any]) -> MaterialTable | None:
    """The spec's material with the quantities that are set, whatever units the spec has them in."""
    quantities = _taken(values, QUANTITY_NAMES)
    if table is None or not quantities:
        return table
    needs = (ways_to_give(need) for need in NEEDS)
    replaced = {way for ways in needs if not quantities.keys().isdisjoint(ways) for way in ways}
    kept = {name: value for name, value in table.quantities if name not in replaced}
    return replace(table, quantities=tuple(sorted((kept | quantities).items())))


def _span(axis: SweptAxis) -> str:
    if axis.values:
        return "one of " + ", ".join(f"{x:g}" for x in axis.values)
    return f"{axis.low:g} to {axis.high:g}"
