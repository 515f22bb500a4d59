"""The columns of a user's model, as its store declares them: parameters by the spec, outputs by a trial.

A declaration is a small kept file, written once. Types are frozen with it: a column that another version of
the model returns, or another spec sweeps, is added, and refused where it is of another type.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from store.columns import Column
from store.digests import open_blob, sealed_blob
from store.errors import DamagedStoreError, RecordError
from store.layout import KEPT
from store.medium import Medium
from store.schema import BUILT_IN, OWN_RESERVED, STATUSES, Schema, own_schema

LONGEST_NAME = 60
_PREFIX = "columns-"
_DIGITS = 20
_NAME = re.compile(r"[^\W\d]\w*")
# The view `points` has columns of its own beside the parameters.
_OF_POINTS = frozenset(("trials", *STATUSES, "regime", "membership", "frozen_regime"))


@final
@dataclass(frozen=True)
class Declaration:
    """Columns that a store has besides those of every store.

    Attributes
    ----------
    parameters : tuple of Column
        What a point says.
    scalars, observables : tuple of Column
        What the function returns: one value a trial, and one a sample.
    """

    parameters: tuple[Column, ...] = ()
    scalars: tuple[Column, ...] = ()
    observables: tuple[Column, ...] = ()

    @property
    def parts(self) -> dict[str, tuple[Column, ...]]:
        """Columns by what they are."""
        return {"parameter": self.parameters, "scalar": self.scalars, "series": self.observables}

    def to_bytes(self) -> bytes:
        """Text that `from_bytes` reads back."""
        content = {
            part: [[c.name, c.type, c.unit, c.meaning] for c in columns]
            for part, columns in self.parts.items()
        }
        return json.dumps(content, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> Declaration:
        """Read what `to_bytes` wrote."""
        content = json.loads(text)
        return cls(
            *(tuple(Column(*entry) for entry in content[part]) for part in ("parameter", "scalar", "series"))
        )


def schema_of(medium: Medium) -> Schema:
    """Return the columns of a store as they are declared now."""
    names = [name for name in medium.names(KEPT) if name.startswith(_PREFIX)]
    return _joined(tuple(_read(medium, name) for name in names)) if names else BUILT_IN


def declare_parameters(medium: Medium, columns: Sequence[Column]) -> None:
    """Declare the parameters of a spec; those that the store has already stay as they are.

    Raises
    ------
    RecordError
        If a name cannot be a column's, or the store has it as something else.
    """
    for column in columns:
        check_parameter(column.name)
    declaration = Declaration(parameters=tuple(columns))
    text = declaration.to_bytes()
    _check_agrees(medium, declaration)
    _keep(medium, f"{_PREFIX}parameters-{hashlib.sha256(text).hexdigest()[:_DIGITS]}", text)


def declare_outputs(
    medium: Medium, version: str, scalars: Sequence[Column], observables: Sequence[Column]
) -> Declaration:
    """Declare what a version of the model returns, unless that is declared; return what stands.

    Raises
    ------
    RecordError
        If a name cannot be a column's, or the store has it as something else.
    """
    name = f"{_PREFIX}outputs-{hashlib.sha256(version.encode()).hexdigest()[:_DIGITS]}"
    if not medium.exists(f"{KEPT}/{name}"):
        for column in (*scalars, *observables):
            check_name("output", column.name)
        declaration = Declaration((), tuple(scalars), tuple(observables))
        _check_agrees(medium, declaration)
        _keep(medium, name, declaration.to_bytes())
    return Declaration.from_bytes(_read(medium, name))


def check_name(what: str, name: object) -> None:
    """Refuse a name that cannot be a column's beside those that every store has.

    Parameters
    ----------
    what : str
        "parameter" or "output", for the message.
    name : object

    Raises
    ------
    RecordError
        With what to do.
    """
    one = f"an {what}" if what[0] in "aeiou" else f"a {what}"
    if not (isinstance(name, str) and _NAME.fullmatch(name) and len(name) <= LONGEST_NAME):
        raise RecordError(
            f"expected the name of {one} to be up to {LONGEST_NAME} letters, digits and _ that begin with "
            f"a letter; got {name!r}; rename it"
        )
    if name.lower() in OWN_RESERVED:
        raise RecordError(
            f"expected another name for {one} than a column that every store has; got {name!r}; rename it"
        )


def check_parameter(name: object) -> None:
    """Refuse a name that no parameter can have.

    Raises
    ------
    RecordError
        With what to do.
    """
    check_name("parameter", name)
    if str(name).lower() in _OF_POINTS:
        raise RecordError(
            f"expected another name for a parameter than a column of the view points; got {name!r}; rename it"
        )


def _check_agrees(medium: Medium, declaration: Declaration) -> None:
    known = {
        column.name.lower(): (column, part)
        for name in medium.names(KEPT)
        if name.startswith(_PREFIX)
        for part, columns in Declaration.from_bytes(_read(medium, name)).parts.items()
        for column in columns
    }
    for part, columns in declaration.parts.items():
        for column in columns:
            found, role = known.setdefault(column.name.lower(), (column, part))
            if (found.name, found.type, role) != (column.name, column.type, part):
                raise RecordError(
                    f"expected {found.name!r} to stay a {role} of type {found.type}, as in {medium.url}; "
                    f"got {column.name!r}, a {part} of type {column.type}; rename it, or use another store"
                )


def _keep(medium: Medium, name: str, text: bytes) -> None:
    medium.put(f"{KEPT}/{name}", sealed_blob(text))


def _read(medium: Medium, name: str) -> bytes:
    text, sound = open_blob(medium.read(f"{KEPT}/{name}"))
    if sound is False:
        raise DamagedStoreError(
            f"expected in {medium.place(f'{KEPT}/{name}')} what its digest is of; got other content; "
            "restore that file from a copy"
        )
    return text


@lru_cache(maxsize=32)
def _joined(texts: tuple[bytes, ...]) -> Schema:
    declarations = [Declaration.from_bytes(text) for text in texts]
    return own_schema(
        _distinct(column for each in declarations for column in each.parameters),
        _distinct(column for each in declarations for column in each.scalars),
        _distinct(column for each in declarations for column in each.observables),
    )


def _distinct(columns: Iterable[Column]) -> tuple[Column, ...]:
    first: dict[str, Column] = {}
    for column in columns:
        first.setdefault(column.name, column)
    return tuple(first.values())
