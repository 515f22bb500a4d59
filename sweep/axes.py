"""Swept parameters: an interval with a scale, or a list of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, cast, final, get_args

import numpy as np

from sweep.errors import SpecError
from sweep.reading import check_known, typed

# The numbers of a scenario that can be swept.
AXIS_NAMES = (
    "disorder",
    "coupling",
    "sound_speed",
    "temperature",
    "wavenumber",
    "packet_width",
    "direction",
)
Scale = Literal["linear", "log"]


@final
@dataclass(frozen=True)
class SweptAxis:
    """One swept parameter: an interval with a scale, or explicit values.

    Parameters
    ----------
    name : str
    low, high : float
        Ends of the interval, in the parameter's own unit; those of the values where there are any.
    scale : str
        "linear" or "log": where points spread evenly, and distances on the map.
    values : tuple of float
        The only values, instead of an interval.

    Raises
    ------
    SpecError
        Naming the axis, if its ends or values make none.
    """

    name: str
    low: float
    high: float
    scale: Scale = "linear"
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        where = f"[axes] {self.name}"
        numbers = self.values or (self.low, self.high)
        if not all(isfinite(x) for x in numbers):
            raise SpecError(f"{where}: expected finite numbers, got {list(numbers)}")
        if self.scale not in get_args(Scale):
            raise SpecError(f"{where}: expected scale 'linear' or 'log', got {self.scale!r}")
        if len(set(self.values)) < len(self.values):
            raise SpecError(
                f"{where}: expected each value once, got {list(self.values)}; remove the repeated ones"
            )
        if not self.values and not self.low < self.high:
            raise SpecError(
                f"{where}: expected low below high, got low = {self.low:g} and high = {self.high:g}; "
                "swap them, or move the parameter to [fixed]"
            )
        if self.scale == "log" and min(numbers) <= 0.0:
            raise SpecError(
                f"{where}: expected values above 0 on a log axis, got {min(numbers):g}; "
                "raise it or set scale = 'linear'"
            )

    def levels(self, n: int) -> list[float]:
        """The explicit values, or `n` of them spread evenly in the axis's scale, both ends included."""
        if self.values:
            return list(self.values)
        place = np.geomspace if self.scale == "log" else np.linspace
        return [float(x) for x in place(self.low, self.high, n)]


def read_axis(name: str, value: Any) -> SweptAxis:  # noqa: ANN401  # TOML values
    """The axis that a spec writes as ``{ low = ..., high = ..., scale = ... }`` or ``{ values = [...] }``."""
    where = f"[axes] {name}"
    if not isinstance(value, Mapping):
        raise SpecError(f"{where}: expected {{ low = ..., high = ..., scale = ... }}, got {value!r}")
    check_known(where, value, ("low", "high", "scale", "values"))
    scale = cast(Scale, typed(f"{where} scale", value.get("scale", "linear"), str))
    if "values" in value:
        if "low" in value or "high" in value:
            raise SpecError(f"{where}: expected values, or low and high, got both")
        values = tuple(typed(where, x, float) for x in typed(where, value["values"], list))
        if not values:
            raise SpecError(f"{where}: expected at least one value, got an empty list")
        return SweptAxis(name, min(values), max(values), scale, values)
    for key in ("low", "high"):
        if key not in value:
            raise SpecError(f"{where}: expected low and high, got no {key}; give both, or values = [...]")
    low, high = (typed(f"{where} {key}", value[key], float) for key in ("low", "high"))
    return SweptAxis(name, low, high, scale)


def axis_mapping(axis: SweptAxis) -> dict[str, Any]:
    """What :func:`read_axis` reads back as this axis."""
    interval = {"values": list(axis.values)} if axis.values else {"low": axis.low, "high": axis.high}
    return interval | {"scale": axis.scale}
