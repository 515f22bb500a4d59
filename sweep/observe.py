"""What a spec asks to be launched and observed, beyond one packet a lattice."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import final

from sweep.errors import SpecError


@final
@dataclass(frozen=True)
class Observe:
    """The table [observe].

    Parameters
    ----------
    energy_filter : tuple of float, optional
        E and delta in E_F: launch the part of the packet whose energy is near E.
    classical : bool
        Whether classical trajectories run beside, in the same field.
    centers : int
        Packets launched into each lattice, one at a time, their places and directions spread.
    """

    energy_filter: tuple[float, float] | None = None
    classical: bool = False
    centers: int = 1

    def __post_init__(self) -> None:
        if self.centers < 1:
            raise SpecError(f"[observe] centers: expected 1 or above, got {self.centers}")
        if self.energy_filter is not None:
            object.__setattr__(self, "energy_filter", self._window(tuple(self.energy_filter)))

    def _window(self, window: tuple[object, ...]) -> tuple[float, float]:
        numbers = [float(x) for x in window if isinstance(x, (int, float)) and not isinstance(x, bool)]
        if len(window) != 2 or len(numbers) != 2 or not all(map(isfinite, numbers)) or numbers[1] <= 0.0:
            raise SpecError(
                "[observe] energy_filter: expected [E, delta], two numbers in units of E_F with delta above "
                f"0, got {list(window)}"
            )
        return numbers[0], numbers[1]
