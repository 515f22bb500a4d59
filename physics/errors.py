"""What physics refuses, and how it says so."""

from collections.abc import Iterable
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class PhysicsError(Exception):
    """Base of every error raised by :mod:`physics`."""


class InputError(PhysicsError, ValueError):
    """A value outside its domain; the text says what was expected, what came and what to do."""


class ResolutionError(PhysicsError, ValueError):
    """A point that the largest allowed grid cannot resolve; the text names the point and the need."""


class PotentialError(PhysicsError, RuntimeError):
    """A function given as a potential failed; the error it raised is the cause."""


class CheckpointError(PhysicsError, ValueError):
    """A checkpoint that is damaged or of another simulation; the text names the difference."""


def require_positive(name: str, value: float) -> None:
    """Refuse anything but a finite number above zero.

    Raises
    ------
    InputError
        Naming `name` and the value that came.
    """
    if not (is_number(value) and 0.0 < value < float("inf")):
        raise InputError(f"{name}: expected a finite number above 0, got {value!r}; give a positive value")


def require_nonnegative(name: str, value: float) -> None:
    """Refuse anything but a finite number at or above zero.

    Raises
    ------
    InputError
        Naming `name` and the value that came.
    """
    if not (is_number(value) and 0.0 <= value < float("inf")):
        raise InputError(f"{name}: expected a finite number, 0 or above, got {value!r}; give such a value")


def require_whole(name: str, value: object, minimum: int) -> None:
    """Refuse anything but a whole number, Python's or numpy's, at or above `minimum`.

    Raises
    ------
    InputError
        Naming `name` and the value that came.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < minimum:
        raise InputError(f"{name}: expected a whole number, {minimum} or above, got {value!r}")


def require_vector(name: str, values: Iterable[float], count: int) -> tuple[float, ...]:
    """The values as plain numbers, if they are `count` finite ones.

    Raises
    ------
    InputError
        Naming `name` and what came.
    """
    try:
        numbers = tuple(values)
    except TypeError:
        numbers = ()
    if len(numbers) != count or not all(is_number(x) and isfinite(x) for x in numbers):
        raise InputError(f"{name}: expected {count} finite numbers, got {values!r}")
    return tuple(float(x) for x in numbers)


def require_array(name: str, values: ArrayLike) -> NDArray[Any]:
    """The values as an array, not a copy.

    Raises
    ------
    InputError
        For rows of different lengths, naming `name`.
    """
    try:
        return np.asarray(values)
    except ValueError:
        raise InputError(f"{name}: expected an array, got rows of different lengths") from None


def is_number(value: object) -> bool:
    """Whether a value is a real number, which text and truth values are not."""
    return isinstance(value, Real) and not isinstance(value, bool)
