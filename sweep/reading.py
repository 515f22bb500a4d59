"""Reading tables of a spec: known keys, expected types, and words for what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import fields
from math import isfinite
from typing import Any

from sweep.errors import SpecError

WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text", list: "a list"}


def check_known(where: str, table: Mapping[str, Any], names: Collection[str]) -> None:
    """Refuse a key that is not among the names, with the nearest one that is."""
    for key in table:
        if key not in names:
            nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"known: {', '.join(names)}"
            raise SpecError(f"{where}: unknown key {key!r}; {hint}")


def read_table(name: str, content: Mapping[str, Any], types: Mapping[str, type]) -> dict[str, Any]:
    """Values of a table of the spec, each of its expected type; an absent table is empty."""
    table = content.get(name, {})
    check_known(f"[{name}]", table, types)
    return {key: typed(f"[{name}] {key}", value, types[key]) for key, value in table.items()}


def typed(where: str, value: Any, kind: type) -> Any:  # noqa: ANN401  # TOML values
    """The value, if it is of this type; a whole number passes for a number, and nothing for true or false."""
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise SpecError(f"{where}: expected {WORDS[kind]}, got {value!r}")
    if kind is float:
        if not isfinite(value):
            raise SpecError(f"{where}: expected a finite number, got {value!r}")
        return float(value)
    return value


def field_types(record: type, only: Collection[str] = ()) -> dict[str, type]:
    """Expected type of each field of a dataclass, or of those in `only`, from its annotation."""
    known = {"int": int, "float": float, "bool": bool, "str": str}
    return {
        f.name: known.get(str(f.type).removesuffix(" | None"), list)
        for f in fields(record)
        if not only or f.name in only
    }
