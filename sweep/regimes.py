"""How series become regimes, and by which rules these are named: the table [regimes] of a spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, final

from sweep.errors import SpecError
from sweep.reading import check_known, field_types, read_table

if TYPE_CHECKING:
    # Every command reads specs; few need what learn brings along.
    from learn import Method

WORDS = {
    "dtw-medoids": "k-medoids on banded DTW",
    "euclid-medoids": "k-medoids on Euclidean distances",
    "dtw-means": "k-means on banded DTW, its centroids barycentre averages",
    "euclid-means": "k-means",
}
# How a series of the user's is compared, and what of it is.
SCALES = MappingProxyType(
    {
        "linear": "{0}",
        "log": "ln({0})",
        "log1p": "ln(1 + {0})",
    }
)


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
    series : tuple of (str, str)
        Series of a model of one's own that are compared, each with its scale: "linear", "log" (above 0) or
        "log1p" (0 or above, from where 1 counts); all of them, linear, by default.
    label : str
        Column in which the model says itself which regime a trial shows: nothing is clustered then.
    membership : tuple of str
        Columns in which it says how much of each regime; the regimes have their names.
    """

    method: Method = "dtw-medoids"
    k_max: int = 6
    ballistic_exponent: float = 1.75
    held_exponent: float = 1.25
    held_growth: float = 0.75
    driven_gain: float = 1.0
    series: tuple[tuple[str, str], ...] = ()
    label: str = ""
    membership: tuple[str, ...] = ()

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
        for name, scale in self.series:
            if scale not in SCALES:
                raise SpecError(
                    f"[regimes] series: expected one of {', '.join(SCALES)} for {name}, got {scale!r}"
                )
        given = [name for name in ("series", "label", "membership") if getattr(self, name)]
        if len(given) > 1:
            raise SpecError(
                f"[regimes]: expected one of series, label and membership, got {', '.join(given)}; keep one"
            )
        if len(self.membership) == 1 or len(set(self.membership)) < len(self.membership):
            raise SpecError(
                "[regimes] membership: expected the names of two columns or more, each once, got "
                f"{list(self.membership)}"
            )

    def given(self) -> dict[str, Any]:
        """What differs from the defaults, as a spec writes it."""
        plain: dict[str, Any] = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
        written = {"series": dict(self.series), "membership": list(self.membership)}
        return {name: written.get(name, value) for name, value in plain.items()}

    @property
    def stated(self) -> bool:
        """Whether the model says itself which regime a trial shows."""
        return bool(self.label or self.membership)

    @property
    def evidence(self) -> str:
        """What tells regimes, for a reader who misses it."""
        if self.label:
            return f"points whose trials all say their regime in {self.label}"
        if self.membership:
            return "points whose trials are all complete"
        return "points whose series can be compared"

    @property
    def words(self) -> str:
        """How regimes are found, for a reader."""
        if self.label:
            return f"as the model says in {self.label}"
        if self.membership:
            return f"as the model says in {', '.join(self.membership)}"
        compared = " and ".join(SCALES[scale].format(name) for name, scale in self.series)
        return f"{WORDS[self.method]} of {compared or 'ln(1 + MSD / MSD_raw(0)) and ln(PR / PR(0))'}"


DEFAULT = Regimes()
# A method is a name among few, which the table itself checks.
_TYPES = {**field_types(Regimes), "method": str}


def read_regimes(content: Mapping[str, Any]) -> Regimes:
    """The table [regimes] of a spec.

    Raises
    ------
    SpecError
        For an unknown key, or a value outside its domain.
    """
    table = content.get("regimes", {})
    check_known("[regimes]", table, _TYPES)
    named = table.get("series", {})
    if isinstance(named, list):
        named = dict.fromkeys(map(str, named), "linear")
    if not isinstance(named, Mapping):
        raise SpecError(
            f'[regimes] series: expected names with scales, such as {{ msd = "log1p" }}, got {named!r}'
        )
    rest = {name: value for name, value in table.items() if name != "series"}
    values = read_table("regimes", {"regimes": rest}, _TYPES)
    values["membership"] = tuple(map(str, values.get("membership", ())))
    return Regimes(**values, series=tuple((str(name), str(scale)) for name, scale in named.items()))
