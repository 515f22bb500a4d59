"""What holds a packet in a frozen lattice, interference or the shape of the landscape.

The rule is derived here. An MSD that has settled grows as t^0, a diffusing one as t^1: it is called held
where its late exponent is below a half. Where the wave is held and its classical twin in the same field is
not, interference holds it (Anderson localization); where both are, the landscape does (a trap). The extent
at launch counts in both: a packet that has not outgrown it is held, whatever the little it has spread does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from sweep.findings.late_windows import FloatArray, PointWindows

HELD_EXPONENT = 0.5
TRAPPED, LOCALIZED, SPREADING = "trapped", "Anderson-localized", "spreading"
HOLDS = (TRAPPED, LOCALIZED, SPREADING)


@final
@dataclass(frozen=True)
class InterferenceVerdict:
    """What a frozen wave and its classical twin say.

    Attributes
    ----------
    point_id : str
    verdict : str
        One of HOLDS.
    probabilities : tuple of float
        Shares of bootstrap resamples of the lattices that give HOLDS.
    wave, classical : tuple of float
        Late exponents of the two MSD, the extent at launch included, with standard errors.
    """

    point_id: str
    verdict: str
    probabilities: tuple[float, ...]
    wave: tuple[float, float]
    classical: tuple[float, float]


def interference_verdict(windows: PointWindows) -> InterferenceVerdict | None:
    """What holds the packets of a point while the lattice is frozen; None where no classical twin ran.

    Parameters
    ----------
    windows : PointWindows
    """
    wave, classical = windows.frozen.msd, windows.frozen.classical
    if np.isnan(classical).any():
        return None
    draws, everything = windows.resamples(), np.arange(len(wave))[None, :]
    exponents = [_exponents(each, draws, windows.stretch) for each in (wave, classical)]
    values = [_exponents(each, everything, windows.stretch) for each in (wave, classical)]
    errors = [float(np.std(each)) if len(wave) > 1 else float("nan") for each in exponents]
    return InterferenceVerdict(
        windows.point_id,
        HOLDS[int(np.argmax(_shares(*values)))],
        _shares(*exponents),
        (float(values[0][0]), errors[0]),
        (float(values[1][0]), errors[1]),
    )


def _exponents(msd: FloatArray, rows: NDArray[np.int64], stretch: float) -> FloatArray:
    """Exponent of the mean MSD (n,) over each row of lattices."""
    early, late = np.moveaxis(msd[rows].mean(axis=1), -1, 0)
    return np.asarray(np.log(late / early) / stretch)


def _shares(wave: FloatArray, classical: FloatArray) -> tuple[float, ...]:
    spreads, runs = wave >= HELD_EXPONENT, classical >= HELD_EXPONENT
    return tuple(float(np.mean(each)) for each in (~spreads & ~runs, ~spreads & runs, spreads))
