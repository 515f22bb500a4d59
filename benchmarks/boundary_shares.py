"""A method's points to a target as a share of Sobol's, where either may have been cut before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Share:
    """What is known of a share: that it lies between two bounds, which are equal where both were reached."""

    low: float
    high: float

    @classmethod
    def of(cls, needed: float | None, last: int, sobol: float | None, sobol_last: int) -> Share:
        """From the points needed (None where not reached by the last) by a method and by Sobol."""
        low = (last if needed is None else needed) / (math.inf if sobol is None else sobol)
        high = math.inf if needed is None else needed / (sobol_last if sobol is None else sobol)
        return cls(low, high)

    def __str__(self) -> str:
        """As a number, a bound or two, or a question mark where nothing is known."""
        if self.low == self.high:
            return f"{self.low:.2f}"
        if self.low == 0.0 and self.high == math.inf:
            return "?"
        if self.high == math.inf:
            return f"> {self.low:.2f}"
        return f"< {self.high:.2f}" if self.low == 0.0 else f"{self.low:.2f}-{self.high:.2f}"


def middle(shares: Sequence[Share]) -> Share:
    """The median's own bounds."""
    return Share(median(share.low for share in shares), median(share.high for share in shares))
