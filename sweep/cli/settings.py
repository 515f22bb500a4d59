"""`--set name=value`: one point of parameter space, from a spec, the defaults and the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from physics import Numerics, Scenario
from sweep.axes import SweptAxis
from sweep.errors import SpecError
from sweep.reading import check_known, field_types, typed
from sweep.spec import FIXED_NAMES, SweepSpec
from sweep.trial import Trial

SCENARIO = field_types(Scenario)
NUMERICS = field_types(Numerics)


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
        ``name=value``, with the value as TOML writes it; they overrule the spec.

    Raises
    ------
    SpecError
        For a text that is no setting, an unknown name (with the nearest known one), a value of
        another type, or an axis of the spec that no setting gives.
    """
    values = read_settings(settings, SCENARIO | NUMERICS | _names_of(spec))
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
        # A shell takes the quotes off a word.
        if kind is str:
            return text
        raise SpecError(f"--set {name}: expected a value as TOML writes it, got {text!r}") from None
    if list(content) != ["value"]:
        raise SpecError(f"--set {name}: expected one value, got {text!r}")
    return content["value"]


def _names_of(spec: SweepSpec | None) -> dict[str, type]:
    """What a spec sweeps or fixes besides the fields of a scenario: all of it numbers."""
    names = () if spec is None else (*spec.axis_names, *dict(spec.fixed))
    return {name: float for name in names if name not in SCENARIO}


def _point(spec: SweepSpec, values: dict[str, Any], numerics: Numerics) -> Chosen:
    missing = [axis for axis in spec.axes if axis.name not in values]
    if missing:
        spans = ", ".join(f"{axis.name} ({_span(axis)})" for axis in missing)
        again = " ".join(f"--set {axis.name}=..." for axis in missing)
        raise SpecError(f"{spec.name}: expected a value for each axis, got none for {spans}; add {again}")
    point = {name: values.pop(name) for name in spec.axis_names}
    seed = values.pop("seed", spec.seed)
    fixed = dict(spec.fixed)
    fixed |= {name: values.pop(name) for name in (*FIXED_NAMES, *fixed) if name in values}
    here = replace(spec, seed=seed, fixed=tuple(sorted(fixed.items())))
    return Chosen(replace(here.scenario(point), **values), numerics, here.kelvin(point))


def _span(axis: SweptAxis) -> str:
    if axis.values:
        return "one of " + ", ".join(f"{x:g}" for x in axis.values)
    return f"{axis.low:g} to {axis.high:g}"
