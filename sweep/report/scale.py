"""From values to places on the page, and the ticks between."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_TICKS = 6
LABELLED_DECADES = 2.2  # beyond that only powers of ten
FROM_ONE = 5.0  # end of an axis of ln(1 + value) from which on its ticks are those of a logarithmic one
NEXT_TICK = 0.09  # share of an axis that lies between two ticks at least


Kind = Literal["linear", "log", "log1p"]
Ends = tuple[float, float, Kind]


@final
@dataclass(frozen=True)
class Scale:
    """An axis on the page.

    Parameters
    ----------
    low, high : float
        Values at its ends.
    kind : {"linear", "log", "log1p"}
        The last is ln(1 + value): logarithmic from where 1 counts, and 0 has a place.
    start, end : float
        Where the ends are, in units of the drawing.
    """

    low: float
    high: float
    kind: Kind
    start: float
    end: float

    def place(self, values: ArrayLike) -> NDArray[np.float64]:
        """Where values are."""
        low, high, given = (self._warped(each) for each in (self.low, self.high, values))
        places: NDArray[np.float64] = self.start + (given - low) / (high - low) * (self.end - self.start)
        return places

    def between(self, unit: ArrayLike) -> NDArray[np.float64]:
        """Where shares of the axis's length are."""
        places: NDArray[np.float64] = self.start + np.asarray(unit, dtype=float) * (self.end - self.start)
        return places

    def ticks(self) -> list[float]:
        """Round values, ascending, on the axis."""
        ticks = {"linear": self._linear_ticks, "log": self._log_ticks, "log1p": self._log1p_ticks}
        found = ticks[self.kind]()
        slack = 1e-9 * abs(self.high - self.low)
        return [value for value in found if self.low - slack <= value <= self.high + slack]

    def _warped(self, values: ArrayLike) -> NDArray[np.float64]:
        array = np.asarray(values, dtype=float)
        if self.kind == "linear":
            return array
        if self.kind == "log1p":
            return np.log1p(np.where(array > -1, array, np.nan))
        # What is not above zero has no place on a logarithmic axis.
        return np.log10(np.where(array > 0, array, np.nan))

    def _linear_ticks(self) -> list[float]:
        rough = (self.high - self.low) / (MOST_TICKS - 1)
        power = 10.0 ** floor(log10(rough))
        step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [float(f"{n * step:.12g}") for n in range(first, last + 1)]

    def _log1p_ticks(self) -> list[float]:
        if self.high < FROM_ONE:
            return self._linear_ticks()
        upper = Scale(max(self.low, 1.0), self.high, "log", self.start, self.end)
        zero, one = self._warped([0.0, 1.0]) - self._warped(self.low)
        room = (one - zero) / (self._warped(self.high) - self._warped(self.low))
        if self.low > 0.0:
            return upper.ticks()
        # On a long axis 0 and 1 would be one upon the other.
        return [0.0, *(value for value in upper.ticks() if value > 1.0 or room > NEXT_TICK)]

    def _log_ticks(self) -> list[float]:
        low, high = log10(self.low), log10(self.high)
        powers = range(floor(low), ceil(high) + 1)
        if high - low < 0.5:
            return self._linear_ticks()
        if high - low < LABELLED_DECADES:
            factors = (1.0, 2.0, 5.0) if high - low < 1.8 else (1.0, 3.0)
            return [float(f"{factor * 10.0**power:.12g}") for power in powers for factor in factors]
        inside = [power for power in powers if low - 1e-9 <= power <= high + 1e-9]
        stride = ceil(len(inside) / MOST_TICKS)
        return [10.0**power for power in inside if power % stride == 0]
