"""Value equality for frozen dataclasses that hold arrays."""

from dataclasses import fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


class ArrayValue:
    """Base of dataclasses (declared with `eq=False`) that compare array fields element by element."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            _same(getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
        )

    # Arrays are mutable, so these values cannot be dictionary keys.
    __hash__ = None  # type: ignore[assignment]  # the documented way to say so


def _same(mine: Any, theirs: Any) -> bool:  # noqa: ANN401  # any field of any value
    if isinstance(mine, np.ndarray):
        return np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")
    return bool(mine == theirs)
