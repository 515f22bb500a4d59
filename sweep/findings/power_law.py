"""A power law of the axes through one number for each point, with its errors from resampled points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from sweep.findings.late_windows import DRAWS, SEED

FloatArray = NDArray[np.float64]
# Points beyond as many as the law has numbers, without which it would say nothing of its scatter.
SPARE = 2


@final
@dataclass(frozen=True)
class PowerLaw:
    """``ln y = intercept + sum of exponents ln(axis)``, by least squares over points.

    Attributes
    ----------
    axes : tuple of str
    exponents, errors : tuple of float
        With the standard error from resampled points.
    intercept : float
    scatter : float
        Standard deviation of ln y about the law: where it is much larger than what lattices scatter, no power
        law describes the points.
    points : int
        That have a positive, finite number; the others are not in it.
    left_out : int
    """

    axes: tuple[str, ...]
    exponents: tuple[float, ...]
    errors: tuple[float, ...]
    intercept: float
    scatter: float
    points: int
    left_out: int


def power_law(
    numbers: Mapping[str, float], values: Mapping[str, Mapping[str, float]], axes: Sequence[str]
) -> PowerLaw | None:
    """Fit a power law of the axes; None where there are too few points for it.

    Parameters
    ----------
    numbers : mapping of point id to float
    values : mapping of point id to axis values
        Positive ones.
    axes : sequence of str
        Those that the law is in.
    """
    known = [point_id for point_id, number in numbers.items() if np.isfinite(number) and number > 0.0]
    if len(known) < len(axes) + 1 + SPARE:
        return None
    x = np.log([[values[point_id][name] for name in axes] for point_id in known])
    y = np.log([numbers[point_id] for point_id in known])
    fit = _line(x, y)
    rows = np.random.default_rng(SEED).integers(len(y), size=(DRAWS, len(y)))
    spread = np.std([_line(x[each], y[each]) for each in rows], axis=0)
    residual = y - fit[0] - x @ fit[1:]
    return PowerLaw(
        axes=tuple(axes),
        exponents=tuple(fit[1:].tolist()),
        errors=tuple(spread[1:].tolist()),
        intercept=float(fit[0]),
        scatter=float(np.sqrt(np.sum(residual**2) / (len(y) - len(fit)))),
        points=len(y),
        left_out=len(numbers) - len(known),
    )


def _line(x: FloatArray, y: FloatArray) -> FloatArray:
    design = np.column_stack([np.ones(len(y)), x])
    return np.asarray(np.linalg.lstsq(design, y, rcond=None)[0])
