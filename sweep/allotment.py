"""How a sweep's points are chosen: the tables [design] and [campaign] of a spec."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

from sweep.errors import SpecError

DESIGN_KINDS = ("grid", "sobol", "list")


@final
@dataclass(frozen=True)
class Design:
    """A fixed set of points: a grid, a scrambled Sobol sequence, or a list from a CSV file.

    Parameters
    ----------
    kind : str
        "grid", "sobol" or "list".
    n : int
        Points of a Sobol design.
    points : tuple of int
        Points of a grid along each axis, in the order of [axes].
    file : str
        CSV file that lists points, with a column for each axis; seen from the spec.

    Raises
    ------
    SpecError
        If the kind is unknown, or lacks what it needs.
    """

    kind: str = "sobol"
    n: int = 64
    points: tuple[int, ...] = ()
    file: str = ""

    def __post_init__(self) -> None:
        if self.kind not in DESIGN_KINDS:
            kinds = ", ".join(DESIGN_KINDS)
            raise SpecError(f"[design] kind: expected one of {kinds}, got {self.kind!r}")
        if self.kind == "sobol" and self.n < 1:
            raise SpecError(f"[design] n: expected 1 or above, got {self.n}")
        if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in self.points) or (
            self.kind == "grid" and not self.points
        ):
            raise SpecError(
                "[design] points: expected a number of points per axis, such as [8, 8], got "
                f"{list(self.points)}"
            )
        if self.kind == "list" and not self.file:
            raise SpecError("[design] file: expected the name of a CSV file with a column per axis, got none")


def read_list(path: Path) -> str:
    """Text of the file that lists a design's points.

    Raises
    ------
    SpecError
        If it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SpecError(f"[design] file: expected a readable CSV, got {path}: {reason}") from None


@final
@dataclass(frozen=True)
class Campaign:
    """How an adaptive campaign spends its points.

    Parameters
    ----------
    budget : int
        Points that it may choose; those that are added by hand, or were in the store before, are not counted.
    batch : int
        Points of a round.
    startup : int
        Points spread evenly before any is chosen at a boundary.
    target_wrong_area : float
        Share of the box on which the map may be expected to be wrong for the campaign to end.
    cost_aware : bool
        Whether a point is worth less the longer its trials are predicted to take: then the same core-hours
        buy more points, and the costly parts of the box get fewer.

    Raises
    ------
    SpecError
        If a value is outside its domain.
    """

    budget: int = 48
    batch: int = 4
    startup: int = 12
    target_wrong_area: float = 0.02
    cost_aware: bool = False

    def __post_init__(self) -> None:
        for name, least in (("budget", 1), ("batch", 1), ("startup", 4)):
            if getattr(self, name) < least:
                raise SpecError(f"[campaign] {name}: expected {least} or above, got {getattr(self, name)}")
        if not 0.0 <= self.target_wrong_area < 1.0:
            raise SpecError(
                "[campaign] target_wrong_area: expected a share from 0 to below 1, got "
                f"{self.target_wrong_area}"
            )
