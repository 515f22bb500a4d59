"""The potential at the instants of a propagator's kicks, synthesised anew or interpolated in time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from math import prod
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from physics.errors import InputError, PotentialError, require_array
from physics.grid import FloatArray, Grid
from physics.potential import DeformationPotential

Potential = Callable[[float], FloatArray] | DeformationPotential | FloatArray

# Below this many kicks an interval costs more to interpolate over than it saves.
FEWEST_KICKS = 3


class Landscape(ABC):
    """``V - correction abs(grad V)^2`` as a function of time.

    Attributes
    ----------
    is_static : bool
        Whether it is the same at all times.
    """

    is_static: bool = False

    @abstractmethod
    def __call__(self, t: float) -> FloatArray:
        """Values at time t, shape ``grid.shape``; not to be written to."""


def landscape(
    grid: Grid, potential: Potential, *, correction: float = 0.0, kicks: int = 1, dt: float = 0.0
) -> Landscape:
    """The landscape that kicks `dt` apart see.

    Parameters
    ----------
    grid : Grid
    potential : callable of t, DeformationPotential or ndarray
        V(r, t), real, shape ``grid.shape``; an array does not move.
    correction : float
        Coefficient of the squared gradient.
    kicks : int
        Kicks between two syntheses of a deformation potential; with fewer than three each kick
        has its own.
    dt : float
        Time between kicks.

    Raises
    ------
    InputError
        If a deformation potential lives on another grid, or an array has the wrong shape, is complex
        or not finite.
    """
    if isinstance(potential, DeformationPotential):
        if potential.grid != grid:
            raise InputError(f"potential: expected a field on {grid}, got one on {potential.grid}")
        if potential.is_static:
            return Fixed(_of_field(potential, 0.0, correction))
        if kicks < FEWEST_KICKS:
            return Direct(lambda t: _of_field(potential, t, correction))
        return Interpolated(potential, correction, kicks * abs(dt))
    if callable(potential):
        return Direct(lambda t: _corrected(grid, called(grid, potential, t), correction))
    return Fixed(_corrected(grid, checked(grid, potential, 0.0, "the array that was given"), correction))


@final
class Fixed(Landscape):
    """A landscape that does not move."""

    is_static = True

    def __init__(self, values: FloatArray) -> None:
        self._values = values

    def __call__(self, t: float) -> FloatArray:
        """The values, whatever the time."""
        return self._values


@final
class Direct(Landscape):
    """A landscape computed at each instant; the two latest are remembered, for they are asked for twice."""

    def __init__(self, values: Callable[[float], FloatArray]) -> None:
        self._values = values
        self._recent: dict[float, FloatArray] = {}

    def __call__(self, t: float) -> FloatArray:
        """Values at time t."""
        if t not in self._recent:
            if len(self._recent) == 2:
                del self._recent[next(iter(self._recent))]
            self._recent[t] = self._values(t)
        return self._recent[t]


@final
class Interpolated(Landscape):
    """A deformation potential by cubic Hermite interpolation between snapshots with their rates.

    The error of a mode of angular frequency w over an interval D is ``(w D)^4 / 384`` of its amplitude
    at most, and less than half of that in the mean.
    """

    def __init__(self, potential: DeformationPotential, correction: float, interval: float) -> None:
        self._potential = potential
        self._correction = correction
        self._interval = interval
        self._number: int | None = None
        # Rows: value and rate times interval, at the two ends.
        self._ends: FloatArray = np.empty((4, prod(potential.grid.shape)))

    def __call__(self, t: float) -> FloatArray:
        """Values at time t."""
        number = int(np.floor(t / self._interval))
        if number != self._number:
            self._move_to(number)
        x = t / self._interval - number
        y = 1.0 - x
        weights = np.array([y * y * (1.0 + 2.0 * x), x * y * y, x * x * (1.0 + 2.0 * y), -x * x * y])
        # Not a matrix product: BLAS would wake its threads for it, which cost more than the sum.
        values: FloatArray = np.einsum("i,ij->j", weights, self._ends)
        return values.reshape(self._potential.grid.shape)

    def _move_to(self, number: int) -> None:
        if self._number is not None and number == self._number + 1:
            self._ends[:2] = self._ends[2:]
        else:
            self._ends[:2] = self._end(number)
        self._ends[2:] = self._end(number + 1)
        self._number = number

    def _end(self, number: int) -> FloatArray:
        shot = self._potential.snapshot(number * self._interval, gradient=self._correction != 0.0)
        value, rate = shot.value, shot.rate
        if shot.gradient_squared is not None and shot.gradient_squared_rate is not None:
            value = value - self._correction * shot.gradient_squared
            rate = rate - self._correction * shot.gradient_squared_rate
        return np.stack([value.reshape(-1), self._interval * rate.reshape(-1)])


def checked(grid: Grid, values: ArrayLike, t: float, source: str) -> FloatArray:
    """Values of a potential given by the user, if they can be one: a copy, which no later change reaches.

    Parameters
    ----------
    grid : Grid
    values : array_like
    t : float
        The time that they are for.
    source : str
        Where they came from, for the message.

    Raises
    ------
    InputError
        For another shape, complex numbers, NaN or infinity; t is named.
    """
    array = require_array(f"potential of {source}, at t = {t:g}", values)
    fault = _fault(grid, array)
    if fault:
        raise InputError(
            f"potential: expected real, finite values of shape {grid.shape} at t = {t:g}, got {fault} from "
            f"{source}; correct it"
        )
    return np.array(array, dtype=np.float64)


def _fault(grid: Grid, values: NDArray[np.generic]) -> str:
    """What keeps values from being a potential; nothing if they are one."""
    if values.dtype.kind == "c":
        return f"complex values ({values.dtype})"
    if values.dtype.kind not in "fiu":
        return f"an array of {values.dtype}"
    if values.shape != grid.shape:
        return f"shape {values.shape}"
    broken = values.size - int(np.count_nonzero(np.isfinite(values)))
    return f"NaN or infinity at {broken} of {values.size} points" if broken else ""


def called(grid: Grid, potential: Callable[[float], FloatArray], t: float) -> FloatArray:
    """Values of a potential that the user gave as a function of time.

    Raises
    ------
    PotentialError
        If the function raises: the error is the user's, and t is named.
    InputError
        If what it returns cannot be a potential.
    """
    try:
        values = potential(t)
    except Exception as error:
        raise PotentialError(
            f"potential: the function that was given raised {type(error).__name__} at t = {t:g}: {error}"
        ) from error
    return checked(grid, values, t, "the function that was given")


def _of_field(field: DeformationPotential, t: float, correction: float) -> FloatArray:
    values = field(t)
    if correction != 0.0:
        for slope in field.gradient(t):
            values -= correction * slope**2
    return values


def _corrected(grid: Grid, values: FloatArray, correction: float) -> FloatArray:
    if correction == 0.0:
        return values
    spectrum = np.fft.fftn(values)
    slopes = (np.fft.ifftn(1j * k * spectrum).real for k in grid.wavenumbers())
    return values - correction * sum((slope**2 for slope in slopes), start=np.zeros(grid.shape))
