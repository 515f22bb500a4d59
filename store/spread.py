"""From rows of trials to an array with a cell for every draw of every point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa

from store.columns import Column
from store.errors import QueryError

Array = np.ndarray[Any, np.dtype[Any]]

_EXACT = 2**53
# In the order of the dimensions; `realization` always is one.
_DRAWS = ("frozen", "realization", "packet")


@dataclass(frozen=True)
class Cells:
    """Where each trial goes.

    Attributes
    ----------
    points : ndarray of shape (points,)
        The point ids, in order of appearance.
    draws : mapping of str to ndarray of shape (values,)
        The values of ``frozen``, ``realization`` and ``packet`` that there are, ascending.
    dims : tuple of str
        The dimensions.
    shape : tuple of int
        Their lengths.
    index : ndarray of shape (trials,)
        The cell of each trial in the array laid flat.
    row : ndarray of shape (trials,)
        The point of each trial, a place in `points`.
    """

    points: Array
    draws: Mapping[str, Array]
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    index: Array
    row: Array

    @classmethod
    def of(cls, trials: pa.Table) -> Cells:
        """Lay out the cells of `trials`.

        Raises
        ------
        QueryError
            If two trials fall into one cell.
        """
        encoded = trials.column("point_id").combine_chunks().dictionary_encode()
        points = np.array(encoded.dictionary.to_pylist(), object)
        row = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        draws, dims, shape, index = {}, ["point"], [len(points)], row
        for name in _DRAWS:
            values, codes = np.unique(_known(trials.column(name)), return_inverse=True)
            # Of no trials there is no realization, but they are all of one packet.
            draws[name] = values if len(values) or name == "realization" else np.zeros(1, values.dtype)
            if name == "realization" or len(values) > 1:
                dims.append(name)
                shape.append(len(values))
                index = index * len(values) + codes
        _refuse_shared(trials, index)
        return cls(points, draws, tuple(dims), tuple(shape), index, row)

    def by_point(self, column: pa.ChunkedArray) -> Array | None:
        """Return the values of `column` by point, or None if they differ inside a point."""
        values = column.to_numpy()
        first = np.zeros(len(self.points), values.dtype)
        first[self.row] = values
        alike = np.array_equal(first[self.row], values, equal_nan=values.dtype.kind == "f")
        return first if alike else None


def _known(column: pa.ChunkedArray) -> Array:
    values: Array = column.combine_chunks().to_numpy(zero_copy_only=False)
    return values


def _refuse_shared(trials: pa.Table, index: Array) -> None:
    places, counts = np.unique(index, return_counts=True)
    if (counts > 1).any():
        shared = np.flatnonzero(index == places[counts > 1][0])[:2].tolist()
        first, second = (trials.column("trial_id")[i].as_py() for i in shared)
        raise QueryError(
            f"expected one trial for a point, realization, packet and frozen; got {first!r} and {second!r} "
            f"of point {trials.column('point_id')[shared[0]].as_py()!r}; leave one out with where"
        )


def spread(column: Column, trials: pa.Table, cells: Cells) -> Array:
    """Return the values of `column` in their cells, an array of shape ``cells.shape``.

    Raises
    ------
    QueryError
        If cells are empty and a whole number is too large for the float64 that must hold NaN.
    """
    values = trials.column(column.name).combine_chunks()
    size = prod(cells.shape)
    whole = values.null_count == 0 and len(values) == size
    if column.type in ("bigint", "boolean") and not whole:
        values = _as_float(column, values)
    numbers = values.to_numpy(zero_copy_only=False)
    if numbers.dtype.kind == "O":
        numbers = np.array(["" if value is None else value for value in numbers], object)
    flat = np.full(size, _missing(numbers.dtype), numbers.dtype)
    flat[cells.index] = numbers
    return flat.reshape(cells.shape)


def _as_float(column: Column, values: pa.Array) -> pa.Array:
    known = values.drop_null().to_numpy(zero_copy_only=False)
    if column.type == "bigint" and len(known) and max(abs(int(known.min())), abs(int(known.max()))) > _EXACT:
        raise QueryError(
            f"expected whole numbers up to 2^53 in {column.name!r}, where some trials have none and NaN must "
            f"say so; got {int(known.max())}; name the columns without it"
        )
    return (
        values.cast(pa.int8()).cast(pa.float64()) if column.type == "boolean" else values.cast(pa.float64())
    )


def _missing(dtype: np.dtype[Any]) -> Any:  # noqa: ANN401 - of the dtype's own kind
    return {"f": np.nan, "M": np.datetime64("NaT"), "O": ""}.get(dtype.kind, 0)
