"""What a simulation gives: series, scalars, and whether to believe them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from physics.grid import FloatArray
from physics.scenario import Numerics, Scenario

# Times that a step is halved where the estimate of its error exceeds the tolerance.
REFINEMENTS = 2


@final
@dataclass(frozen=True, eq=False)
class Trajectory:
    """One trial's outcome.

    Attributes
    ----------
    scenario : Scenario
    numerics : Numerics
    status : str
        "complete", "escaped" (a tail reached the box's edge: the series end at t_valid) or
        "invalid" (a numerical guard failed; the series so far are kept).
    reason : str or None
        Why it is not complete.
    series : dict of str to ndarray, (n,)
        Recorded series by column name; ``series["t"]`` are the times.
    scalars : dict of str to float
        Resolved numerics, guards, estimates and their errors (``_err``), derived axes.
    """

    scenario: Scenario
    numerics: Numerics
    status: str
    reason: str | None
    series: dict[str, FloatArray]
    scalars: dict[str, float | int | str]

    @property
    def t(self) -> FloatArray:
        """Times of the samples, (n,), natural units."""
        return self.series["t"]

    @property
    def msd(self) -> FloatArray:
        """Mean squared displacement from the launch point minus its value at 0, (n,)."""
        return self.series["msd"]

    @property
    def participation_ratio(self) -> FloatArray:
        """``1 / integral abs(psi)^4``, (n,)."""
        return self.series["participation_ratio"]

    def to_records(self) -> tuple[dict[str, float | int | str | None], dict[str, FloatArray]]:
        """Row of scalars and series by column name, as plain values; NaN scalars become None."""
        plain = {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in self.scalars.items()
        }
        return {"status": self.status, "reason": self.reason, **plain}, dict(self.series)
