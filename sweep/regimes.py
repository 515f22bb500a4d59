"""How series become regimes, and by which rules these are named: the table [regimes] of a spec."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite
from typing import TYPE_CHECKING, Any, final

from sweep.errors import SpecError

if TYPE_CHECKING:
    # Every command reads specs; few need what learn brings along.
    from learn import Method

WORDS = {
    "dtw-medoids": "k-medoids on banded DTW",
    "euclid-medoids": "k-medoids on Euclidean distances",
    "dtw-means": "k-means on banded DTW, its centroids barycentre averages",
    "euclid-means": "k-means",
}


@final
@dataclass(frozen=True)
class Regimes:
    """The table [regimes].

    Parameters
    ----------
    method : str
        How series are clustered: "dtw-medoids", "euclid-medoids", "dtw-means" or "euclid-means".
    k_max : int
        Most regimes that are looked for.
    ballistic_exponent : float
        Late exponent of the MSD above which motion is called ballistic; free flight has 2.
    held_exponent, held_growth : float
        Late exponents of the MSD and of the participation ratio, below both of which a packet is called held.
    driven_gain : float
        Energy gained from the lattice, in E_F, above which motion is called lattice-driven.
    """

    method: Method = "dtw-medoids"
    k_max: int = 6
    ballistic_exponent: float = 1.75
    held_exponent: float = 1.25
    held_growth: float = 0.75
    driven_gain: float = 1.0

    def __post_init__(self) -> None:
        if self.method not in WORDS:
            raise SpecError(f"[regimes] method: expected one of {', '.join(WORDS)}, got {self.method!r}")
        if self.k_max < 1:
            raise SpecError(f"[regimes] k_max: expected 1 or above, got {self.k_max}")
        for name in ("ballistic_exponent", "held_exponent", "held_growth", "driven_gain"):
            if not isfinite(getattr(self, name)):
                raise SpecError(f"[regimes] {name}: expected a finite number, got {getattr(self, name)}")
        if self.held_exponent > self.ballistic_exponent:
            raise SpecError(
                "[regimes] held_exponent: expected at most ballistic_exponent, which is "
                f"{self.ballistic_exponent}, got {self.held_exponent}"
            )

    def given(self) -> dict[str, Any]:
        """What differs from the defaults."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }

    @property
    def words(self) -> str:
        """How series are clustered, for a reader."""
        return f"{WORDS[self.method]} of ln(1 + MSD / MSD_raw(0)) and ln(PR / PR(0))"


DEFAULT = Regimes()
