"""From recorded series to features that keep the growth law: (n, T, C) on one time base and one scale.

The law by which a series grows is what tells regimes apart, so channels are logarithms of a ratio to a
stated reference, and every channel has one scale over all series: a scale per series would erase the law.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from learn.errors import InvalidSeriesError, InvalidSettingError
from learn.value import Floats, Ints

Mean = Literal["linear", "log"]


def log_growth(series: ArrayLike, floor: ArrayLike) -> Floats:
    """Logarithm ln(1 + series / floor) of a quantity that starts at zero, as an MSD does.

    Parameters
    ----------
    series : array_like (..., T)
        Values; small negative ones (rounding) count as zero, NaN stays NaN.
    floor : array_like
        Positive reference in the unit of the series, below which growth does not count; it broadcasts
        against the series.

    Raises
    ------
    InvalidSeriesError
        If the floor is not positive.
    """
    reference = np.asarray(floor, dtype=np.float64)
    if not np.all(reference > 0):
        raise InvalidSeriesError(
            f"expected a positive floor, got {floor!r}; state it in the unit of the series"
        )
    grown: Floats = np.log1p(np.maximum(np.asarray(series, dtype=np.float64), 0.0) / reference)
    return grown


def log_ratio(series: ArrayLike, initial: ArrayLike | None = None) -> Floats:
    """Logarithm ln(series / initial) of a positive quantity, as a participation ratio is.

    Parameters
    ----------
    series : array_like (..., T)
        Values; those that are not positive become NaN.
    initial : array_like, optional
        Reference, broadcast against the series; the first sample of each series if left out.
    """
    values = np.asarray(series, dtype=np.float64)
    ratio = values / (values[..., :1] if initial is None else np.asarray(initial, dtype=np.float64))
    return np.log(ratio, out=np.full(ratio.shape, np.nan), where=ratio > 0)


def resample(t: ArrayLike, series: ArrayLike, times: ArrayLike, t_valid: ArrayLike | None = None) -> Floats:
    """Interpolate series (..., T), sampled at t (T,), linearly onto the common time base times (S,).

    Samples later than t_valid (...), later than t[-1], or beside a NaN become NaN.

    Raises
    ------
    InvalidSeriesError
        If t is not strictly increasing or does not fit the series.
    """
    known, wanted = np.asarray(t, dtype=np.float64), np.asarray(times, dtype=np.float64)
    values = np.asarray(series, dtype=np.float64)
    if known.ndim != 1 or values.shape[-1:] != known.shape or not np.all(np.diff(known) > 0):
        raise InvalidSeriesError(
            f"expected strictly increasing times t (T,) and series (..., T), got t {known.shape} and series "
            f"{values.shape}; pass the times at which the series were recorded"
        )
    flat = values.reshape(-1, known.size)
    sampled = np.array([np.interp(wanted, known, row, left=np.nan, right=np.nan) for row in flat])
    sampled = sampled.reshape(*values.shape[:-1], wanted.size)
    if t_valid is None:
        return sampled
    return np.where(wanted <= np.asarray(t_valid, dtype=np.float64)[..., None], sampled, np.nan)


def ensemble_mean(series: ArrayLike, how: Mean, points: ArrayLike | None = None) -> Floats:
    """Average over realizations: "linear" for an MSD, "log" (mean logarithm) for a participation ratio.

    Parameters
    ----------
    series : array_like (P, R, T), or (N, T) with `points`
        Realizations of P points; with `points` (N,) the point 0 .. P - 1 of each row, so R may differ.
    how : {"linear", "log"}
        The mean; "log" gives exp(mean(ln x)).
    points : array_like of int (N,), optional
        Point index of each row.

    Returns
    -------
    array (P, T)
        NaN wherever one realization is NaN: the common valid time, never the survivors.
    """
    values = np.asarray(series, dtype=np.float64)
    if how not in ("linear", "log"):
        raise InvalidSettingError(f"expected how 'linear' or 'log', got {how!r}; choose one of them")
    if how == "log":
        values = np.log(values, out=np.full(values.shape, np.nan), where=values > 0)
    mean = values.mean(axis=1) if points is None else mean_by_point(values, points)
    averaged: Floats = np.exp(mean) if how == "log" else mean
    return averaged


def mean_by_point(values: Floats, points: ArrayLike) -> Floats:
    """Average rows (N, ...) that belong to the same point 0 .. P - 1, giving (P, ...)."""
    index = np.asarray(points, dtype=np.int64)
    if index.shape != values.shape[:1] or index.size == 0 or index.min() < 0:
        raise InvalidSeriesError(
            f"expected one point index >= 0 per row, got shape {index.shape} for {len(values)} rows; "
            "number the points from 0"
        )
    counts = np.bincount(index)
    if not counts.all():
        raise InvalidSeriesError(
            f"expected every point 0 .. {counts.size - 1} to have a realization, got none for point "
            f"{int(np.argmin(counts))}; renumber the points"
        )
    total = np.zeros((counts.size, *values.shape[1:]))
    np.add.at(total, index, values)
    mean: Floats = total / counts.reshape(-1, *[1] * (values.ndim - 1))
    return mean


def stack_channels(channels: Sequence[ArrayLike]) -> Floats:
    """Stack C channels, each (n, T), as features (n, T, C)."""
    arrays = [np.asarray(channel, dtype=np.float64) for channel in channels]
    if not arrays or {array.shape for array in arrays} != {arrays[0].shape} or arrays[0].ndim != 2:
        raise InvalidSeriesError(
            f"expected channels of one shape (n, T), got {[array.shape for array in arrays]}; "
            "resample them first"
        )
    return np.stack(arrays, axis=-1)


def valid_lengths(features: ArrayLike) -> Ints:
    """Samples (n,) of features (n, T, C) before the first one that is not finite in every channel."""
    finite = np.isfinite(np.asarray(features, dtype=np.float64)).all(axis=2)
    lengths: Ints = np.logical_and.accumulate(finite, axis=1).sum(axis=1).astype(np.int64)
    return lengths


@dataclass(frozen=True)
class FeatureScale:
    """One scale per channel, common to all series; `apply` divides features (n, T, C) by it."""

    scales: tuple[float, ...]

    def apply(self, features: ArrayLike) -> Floats:
        """Divide features (n, T, C) by the scale of each channel."""
        return np.asarray(features, dtype=np.float64) / np.asarray(self.scales, dtype=np.float64)


def pooled_scale(features: ArrayLike, floor: float = 0.01) -> FeatureScale:
    """Standard deviation of each channel over all valid samples of all series.

    Parameters
    ----------
    features : array_like (n, T, C)
        Features; samples after the first NaN of a series do not count.
    floor : float
        Smallest scale (0.01 is one percent for a logarithmic channel): below it a channel is taken as
        constant and its noise is not blown up.
    """
    array = np.asarray(features, dtype=np.float64)
    valid = np.arange(array.shape[1]) < valid_lengths(array)[:, None]
    if not valid.any():
        raise InvalidSeriesError("expected at least one valid sample, got none; drop series without data")
    return FeatureScale(tuple(np.maximum(array[valid].std(axis=0), floor).tolist()))
