"""A simulated point as a map shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class SampledPoint:
    """A simulated point.

    Attributes
    ----------
    at : tuple of float
        In axis units, an entry for each axis.
    round : int
        In which it was proposed.
    regime : int or None
        None where its series name no regime.
    """

    at: tuple[float, ...]
    round: int
    regime: int | None
