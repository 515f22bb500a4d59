"""One value and its column's type: what does not fit is refused, not converted, so types never drift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isnan
from types import MappingProxyType
from typing import Any

import numpy as np

from store.columns import Column
from store.errors import RecordError
from store.schema import AXIS_NAMES

_INT64 = 2**63


class _MisfitError(Exception):
    """The value is not of the column's type."""


def _double(value: object) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise _MisfitError
    try:
        return float(value)
    except OverflowError:
        raise _MisfitError from None


def _bigint(value: object) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise _MisfitError
    if not -_INT64 <= int(value) < _INT64:
        raise _MisfitError
    return int(value)


def _boolean(value: object) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise _MisfitError
    return bool(value)


def _varchar(value: object) -> str:
    if not isinstance(value, str):
        raise _MisfitError
    return str(value)


def _timestamp(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise _MisfitError
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def _list_of(cast: Callable[[object], Any]) -> Callable[[object], list[Any]]:
    def cast_list(value: object) -> list[Any]:
        if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)):
            raise _MisfitError
        return [cast(item) for item in value]

    return cast_list


_CASTS: MappingProxyType[str, Callable[[object], Any]] = MappingProxyType(
    {
        "double": _double,
        "bigint": _bigint,
        "boolean": _boolean,
        "varchar": _varchar,
        "timestamp": _timestamp,
        "bigint[]": _list_of(_bigint),
        "double[]": _list_of(_double),
        "varchar[]": _list_of(_varchar),
    }
)


def checked_cell(column: Column, value: object, where: str) -> object:
    """Return `value` as the plain Python value that Arrow stores in `column`.

    Parameters
    ----------
    column : Column
        The column the value is for.
    value : object
        A Python or NumPy scalar, a list, or None for NULL. Naive timestamps are taken as UTC.
    where : str
        Which record it belongs to, for the message.

    Raises
    ------
    RecordError
        If the value is of another type, missing where one is required, or NaN for an axis.
    """
    if value is None:
        if column.required:
            raise RecordError(f"expected a value for {column.name!r} of {where}; got none; set it")
        return None
    try:
        cell = _CASTS[column.type](value)
    except _MisfitError:
        raise RecordError(
            f"expected {column.type} for {column.name!r} of {where}; "
            f"got {value!r} ({type(value).__name__}); convert it"
        ) from None
    if column.name in AXIS_NAMES and isinstance(cell, float) and isnan(cell):
        raise RecordError(f"expected a number for the axis {column.name!r} of {where}; got NaN; leave it out")
    return cell


def checked_samples(
    column: Column, value: object, where: str
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return `value` as a float64 array of shape (samples,).

    Raises
    ------
    RecordError
        If it is not a one-dimensional array of real numbers, or a required column is not finite.
    """
    samples = np.asarray(value)
    if samples.ndim != 1 or samples.dtype.kind not in "fiu":
        raise RecordError(
            f"expected a one-dimensional array of real numbers for {column.name!r} of {where}; "
            f"got shape {samples.shape} of {samples.dtype}; convert it"
        )
    if column.required and not np.isfinite(samples).all():
        raise RecordError(
            f"expected finite {column.name!r} of {where}; got NaN or infinity; drop those samples"
        )
    return samples.astype(np.float64)
