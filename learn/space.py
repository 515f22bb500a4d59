"""The box that is searched: its axes, its unit cube, and low-discrepancy points in it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from scipy.stats import qmc

from learn.errors import InvalidSpaceError
from learn.value import Floats

Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class Axis:
    """One swept number.

    Parameters
    ----------
    name : str
        Name of the axis.
    low, high : float
        Bounds, in the axis's own unit; low < high, and both positive on a log axis.
    scale : {"linear", "log"}
        How the axis maps to the unit interval.
    integer : bool
        Whether only whole numbers are points; each has an equal part of the interval, or of its logarithm.

    Raises
    ------
    InvalidSpaceError
        If the bounds are not finite, not ordered, not positive on a log axis, or not whole on an integer one.
    """

    name: str
    low: float
    high: float
    scale: Scale = "linear"
    integer: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", _number(self.name, self.low))
        object.__setattr__(self, "high", _number(self.name, self.high))
        if self.scale not in get_args(Scale):
            raise InvalidSpaceError(
                f"axis {self.name!r}: expected scale 'linear' or 'log', got {self.scale!r}; "
                "choose one of them"
            )
        if not self.low < self.high:
            raise InvalidSpaceError(
                f"axis {self.name!r}: expected low < high, got low={self.low}, high={self.high}; "
                "swap the bounds, or fix the value instead of sweeping it"
            )
        if self.scale == "log" and self.low <= 0:
            raise InvalidSpaceError(
                f"axis {self.name!r}: expected positive bounds on a log axis, got low={self.low}; "
                "raise low above zero or use scale='linear'"
            )
        if self.integer and not (self.low.is_integer() and self.high.is_integer()):
            raise InvalidSpaceError(
                f"axis {self.name!r}: expected whole numbers as bounds of an integer axis, "
                f"got low={self.low}, high={self.high}; round them"
            )
        if not np.all(np.diff(_warp(self.scale, np.array([self.low, self.high]))) > 0):
            raise InvalidSpaceError(
                f"axis {self.name!r}: expected bounds that differ by more than rounding, "
                f"got low={self.low}, high={self.high}; widen them"
            )

    @property
    def distribution(self) -> BaseDistribution:
        """The axis as an optuna distribution."""
        log = self.scale == "log"
        if self.integer:
            return IntDistribution(int(self.low), int(self.high), log=log)
        return FloatDistribution(self.low, self.high, log=log)

    def to_unit(self, values: Floats) -> Floats:
        """Map axis values to the unit interval (values outside the bounds map outside of it)."""
        low, high = self._ends()
        unit: Floats = (_warp(self.scale, values) - low) / (high - low)
        return unit

    def from_unit(self, unit: Floats) -> Floats:
        """Map the unit interval to axis values, never outside the bounds."""
        low, high = self._ends()
        warped = low * (1 - unit) + high * unit
        values = np.exp(warped) if self.scale == "log" else warped
        clipped: Floats = np.clip(np.rint(values) if self.integer else values, self.low, self.high)
        return clipped

    def holds(self, value: object) -> bool:
        """Whether this is a number between the bounds."""
        return isinstance(value, (int, float)) and self.low <= value <= self.high

    def value(self, number: float) -> float:
        """The number as a point of the axis has it: an int on an integer axis."""
        return round(number) if self.integer else number

    def _ends(self) -> Floats:
        margin = 0.5 if self.integer else 0.0
        return _warp(self.scale, np.array([self.low - margin, self.high + margin]))


@dataclass(frozen=True)
class SearchSpace:
    """A box of named axes.

    Parameters
    ----------
    axes : sequence of Axis
        At least one, with distinct names; arrays X (n, d) have their columns in this order.

    Raises
    ------
    InvalidSpaceError
        If there is no axis or a name occurs twice.
    """

    axes: tuple[Axis, ...]

    def __init__(self, axes: Sequence[Axis]) -> None:
        object.__setattr__(self, "axes", tuple(axes))
        repeated = sorted({name for name in self.names if self.names.count(name) > 1})
        if not self.axes:
            raise InvalidSpaceError("expected at least one axis, got none; add an Axis")
        if repeated:
            raise InvalidSpaceError(f"expected distinct axis names, got {repeated} twice; rename or drop one")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes, in column order."""
        return tuple(axis.name for axis in self.axes)

    @property
    def dimension(self) -> int:
        """Number of axes d."""
        return len(self.axes)

    def to_unit(self, X: ArrayLike) -> Floats:
        """Map X (n, d) in axis units to the unit cube (n, d)."""
        columns = self._columns(X)
        for axis, column in zip(self.axes, columns.T, strict=True):
            if axis.scale == "log" and np.any(column <= 0):
                raise InvalidSpaceError(
                    f"axis {axis.name!r}: expected positive values on a log axis, got {column.min()}; "
                    "drop these points or use scale='linear'"
                )
        return np.column_stack([axis.to_unit(x) for axis, x in zip(self.axes, columns.T, strict=True)])

    def from_unit(self, U: ArrayLike) -> Floats:
        """Map U (n, d) in the unit cube to axis units (n, d)."""
        columns = self._columns(U).T
        return np.column_stack([axis.from_unit(u) for axis, u in zip(self.axes, columns, strict=True)])

    def rows(self, points: Sequence[Mapping[str, float]]) -> Floats:
        """Collect points, mappings of axis name to value, as X (n, d); other keys are left out."""
        try:
            listed = [[float(point[name]) for name in self.names] for point in points]
        except KeyError as missing:
            raise InvalidSpaceError(
                f"expected points with axes {list(self.names)}, got one without {missing}; add the axis"
            ) from None
        return np.asarray(listed, dtype=np.float64).reshape(-1, self.dimension)

    def point(self, row: ArrayLike) -> dict[str, float]:
        """Name the values of one row (d,)."""
        numbers = self._columns(np.atleast_2d(row))[0].tolist()
        return {axis.name: axis.value(number) for axis, number in zip(self.axes, numbers, strict=True)}

    def snapped(self, U: Floats) -> Floats:
        """Move points (n, d) of the unit cube to where the axes have points."""
        return self.to_unit(self.from_unit(U)) if any(axis.integer for axis in self.axes) else U

    def inside(self, U: Floats) -> NDArray[np.bool_]:
        """Say which of the points (n, d) lie in the unit cube."""
        return np.asarray(((U >= 0) & (U <= 1)).all(axis=1))

    @classmethod
    def from_distributions(cls, distributions: Mapping[str, BaseDistribution]) -> "SearchSpace":
        """The space of float and integer optuna distributions.

        Raises
        ------
        InvalidSpaceError
            For a categorical parameter, whose choices have no order for a boundary to lie in, and for a step
            other than 1 of an integer.
        """
        return cls([_axis(name, distribution) for name, distribution in distributions.items()])

    def distributions(self) -> dict[str, BaseDistribution]:
        """Give the axes as optuna distributions, for `study.ask`."""
        return {axis.name: axis.distribution for axis in self.axes}

    def sobol(self, n: int, seed: int, start: int = 0) -> Floats:
        """Give points start .. start + n of the scrambled Sobol sequence of this seed, (n, d), axis units.

        Addressed by index: `sobol(8, s)[5:]` equals `sobol(3, s, start=5)`, bit for bit.

        References
        ----------
        .. [1] A. B. Owen, "Scrambling Sobol' and Niederreiter-Xing points", J. Complexity 14, 466 (1998).
        """
        return self.from_unit(unit_sobol(self.dimension, n, [seed], start))

    def _columns(self, X: ArrayLike) -> Floats:
        array = np.asarray(X, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != self.dimension:
            raise InvalidSpaceError(
                f"expected an array (n, {self.dimension}) for axes {list(self.names)}, "
                f"got shape {array.shape}; give one row per point and one column per axis"
            )
        if not np.all(np.isfinite(array)):
            raise InvalidSpaceError("expected finite values, got NaN or infinity; drop these points")
        return array


def unit_sobol(dimension: int, n: int, key: Sequence[int], start: int = 0) -> Floats:
    """Scrambled Sobol points start .. start + n in the unit cube, (n, dimension), scrambled by `key`."""
    engine = qmc.Sobol(dimension, rng=np.random.default_rng(np.random.SeedSequence(key)))
    # scipy warns about a first draw that is not a power of two; the first point alone is one.
    first = engine.random(1)
    if start > 1:
        engine.fast_forward(start - 1)
    rest = engine.random(n if start > 0 else n - 1) if n > (start == 0) else np.empty((0, dimension))
    return rest if start > 0 or n == 0 else np.vstack([first, rest])


def _axis(name: str, distribution: BaseDistribution) -> Axis:
    if not isinstance(distribution, (FloatDistribution, IntDistribution)):
        raise InvalidSpaceError(
            f"axis {name!r}: expected a float or an integer, got {distribution}; its choices have no "
            "order for a boundary to lie in: fix it, and make a study for each choice"
        )
    integer = isinstance(distribution, IntDistribution)
    if distribution.step not in ((1,) if integer else (None,)):
        raise InvalidSpaceError(
            f"axis {name!r}: expected no step, got {distribution}; sweep the number of the step instead"
        )
    return Axis(name, distribution.low, distribution.high, "log" if distribution.log else "linear", integer)


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise InvalidSpaceError(f"axis {name!r}: expected numbers as bounds, got {value!r}; give two numbers")
    number = float(value)
    if not math.isfinite(number):
        raise InvalidSpaceError(
            f"axis {name!r}: expected finite bounds, got {number}; give two finite numbers"
        )
    return number


def _warp(scale: Scale, values: Floats) -> Floats:
    return np.log(values) if scale == "log" else values
