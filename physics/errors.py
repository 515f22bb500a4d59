"""What physics refuses, and how it says so."""

from numbers import Integral, Real


class PhysicsError(Exception):
    """Base of every error raised by :mod:`physics`."""


class InputError(PhysicsError, ValueError):
    """A value outside its domain; the text says what was expected, what came and what to do."""


class ResolutionError(PhysicsError, ValueError):
    """A point that the largest allowed grid cannot resolve; the text names the point and the need."""


class PotentialError(PhysicsError, RuntimeError):
    """A function given as a potential failed; the error it raised is the cause."""


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


def is_number(value: object) -> bool:
    """Whether a value is a real number, which text and truth values are not."""
    return isinstance(value, Real) and not isinstance(value, bool)
