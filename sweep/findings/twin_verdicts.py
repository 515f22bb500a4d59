"""Held, released or free: what a point's moving and frozen twins say, whatever the clusters are.

The rule is derived here. A packet that is held keeps the volume it fills, so its participation ratio grows
as t^0; one that diffuses in d dimensions fills t^(d/2). A packet is called held where its late growth
exponent is nearer to the first than to the second, below d/4. The participation ratio decides, and not the
MSD: a packet mixes energies, and the MSD is that of its fast parts, the participation ratio that of where
most of it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from sweep.findings.late_windows import FloatArray, PointWindows, mean_and_error

HELD, RELEASED, DRIVEN, FREE = "held", "released", "driven", "free"
VERDICTS = (HELD, RELEASED, DRIVEN, FREE)
# A verdict is sure where so many resamples of the lattices give it.
SURE = 0.9


@final
@dataclass(frozen=True)
class TwinVerdict:
    """What the twins of a point say.

    Attributes
    ----------
    point_id : str
    verdict : str
        "released": held while the lattice is frozen, not when it moves, which is transient localization;
        "driven": the same, but the lattice has given so much energy that it is another packet by then;
        "held": in both; "free": not held by the frozen lattice either.
    probabilities : tuple of float
        Shares of bootstrap resamples of the lattices that give VERDICTS.
    growth_frozen, growth_moving : tuple of float
        Late growth exponent of the participation ratio and its standard error over lattices.
    gain : tuple of float
        Energy gained from the moving lattice, in units of the limit for driven packets, with its error.
    log_ratio, log_msd : tuple of float
        Late ln of moving over frozen, of the participation ratio and of the MSD, with standard errors.
    diffusion_moving, diffusion_frozen : tuple of float
        ``(1/2d) d MSD / dt`` between the two windows, in hbar/m*, with standard errors.
    t_common : float
        Time to which all of it refers.
    """

    point_id: str
    verdict: str
    probabilities: tuple[float, ...]
    growth_frozen: tuple[float, float]
    growth_moving: tuple[float, float]
    gain: tuple[float, float]
    log_ratio: tuple[float, float]
    log_msd: tuple[float, float]
    diffusion_moving: tuple[float, float]
    diffusion_frozen: tuple[float, float]
    t_common: float

    @property
    def sure(self) -> bool:
        """Whether nine in ten resamples give the verdict."""
        return max(self.probabilities) >= SURE


def held_growth(dimension: int) -> float:
    """Growth exponent of the participation ratio below which a packet is called held: d/4."""
    return dimension / 4.0


def twin_verdict(windows: PointWindows, dimension: int, driven: float) -> TwinVerdict:
    """What the twins of a point say.

    Parameters
    ----------
    windows : PointWindows
    dimension : int
        Of space.
    driven : float
        Energy gained from the lattice, natural units, above which a released packet counts as driven.
    """
    still, moving = (
        np.diff(each.log_ratio, axis=1)[:, 0] / windows.stretch for each in (windows.frozen, windows.moving)
    )
    draws = windows.resamples()
    limit, gain = held_growth(dimension), windows.moving.gain / driven
    shares = _shares(still[draws].mean(axis=1), moving[draws].mean(axis=1), gain[draws].mean(axis=1), limit)
    one, other, heat = (each.mean(keepdims=True) for each in (still, moving, gain))
    whole = _shares(one, other, heat, limit)
    rates = [
        mean_and_error(np.diff(each.msd, axis=1)[:, 0] / float(np.diff(windows.t)[0]) / (2 * dimension))
        for each in (windows.moving, windows.frozen)
    ]
    return TwinVerdict(
        point_id=windows.point_id,
        verdict=VERDICTS[int(np.argmax(whole))],
        probabilities=shares,
        growth_frozen=mean_and_error(still),
        growth_moving=mean_and_error(moving),
        gain=mean_and_error(gain),
        log_ratio=mean_and_error(windows.moving.log_ratio[:, 1] - windows.frozen.log_ratio[:, 1]),
        log_msd=_log_ratio(windows.moving.msd[:, 1], windows.frozen.msd[:, 1], draws),
        diffusion_moving=rates[0],
        diffusion_frozen=rates[1],
        t_common=windows.t_common,
    )


def _shares(frozen: FloatArray, moving: FloatArray, gain: FloatArray, limit: float) -> tuple[float, ...]:
    """Shares of resamples that are held in both, released, driven, and free."""
    still, gone, hot = frozen < limit, moving >= limit, gain > 1.0
    verdicts = (still & ~gone, still & gone & ~hot, still & gone & hot, ~still)
    return tuple(float(np.mean(each)) for each in verdicts)


def _log_ratio(one: FloatArray, other: FloatArray, draws: NDArray[np.int64]) -> tuple[float, float]:
    """Ln of the ratio of two means over lattices, and its error from resamples; NaN for one lattice."""
    resampled = np.log(one[draws].mean(axis=1) / other[draws].mean(axis=1))
    error = float(np.std(resampled)) if one.size > 1 else float("nan")
    return float(np.log(one.mean() / other.mean())), error
