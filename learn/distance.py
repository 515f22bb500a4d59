"""Banded dependent dynamic time warping between multichannel series.

The band matters: without one, warping erases the growth law by which regimes differ.

References
----------
.. [1] H. Sakoe, S. Chiba, "Dynamic programming algorithm optimization for spoken word recognition",
   IEEE Trans. Acoust. Speech Signal Process. 26, 43 (1978), doi 10.1109/TASSP.1978.1163055.
.. [2] M. Shokoohi-Yekta et al., "Generalizing DTW to the multi-dimensional case requires an adaptive
   approach", Data Min. Knowl. Discov. 31, 1 (2017), doi 10.1007/s10618-016-0455-0.
"""

import numpy as np
from dtaidistance import dtw_ndim
from numpy.typing import ArrayLike

from learn.errors import InvalidSeriesError, InvalidSettingError
from learn.features import valid_lengths
from learn.value import Floats, Ints

BAND = 0.1  # radius of the band as a share of the compared samples


def distance_matrix(features: ArrayLike, lengths: ArrayLike | None = None, band: float = BAND) -> Floats:
    """Distances between all pairs of series.

    Parameters
    ----------
    features : array_like (n, T, C)
        Scaled features on one time base.
    lengths : array_like of int (n,), optional
        Valid samples of each series; by default those before its first NaN. A pair is compared over the
        samples that both have.
    band : float
        Radius of the Sakoe-Chiba band as a share of the compared samples.

    Returns
    -------
    array (n, n)
        Symmetric; DTW distance divided by the square root of the number of compared samples.

    Raises
    ------
    InvalidSeriesError
        If a series has no valid sample.
    """
    series, valid = checked_series(features, lengths)
    order = np.argsort(valid, kind="stable")
    matrix = np.zeros((len(series), len(series)))
    for length, first, last in _runs(valid[order]):
        block = _warped(series[order[first:], :length], last - first, band, within=True)
        rows, columns = order[first:last], order[first:]
        matrix[np.ix_(rows, columns)] = block
        matrix[np.ix_(columns, rows)] = block.T
    return matrix


def cross_distances(
    features: ArrayLike,
    others: ArrayLike,
    lengths: ArrayLike | None = None,
    other_lengths: ArrayLike | None = None,
    band: float = BAND,
) -> Floats:
    """Distances (n, m) of series (n, T, C) to others (m, T, C), by the rules of `distance_matrix`."""
    series, valid = checked_series(features, lengths)
    targets, target_valid = checked_series(others, other_lengths)
    if series.shape[1:] != targets.shape[1:]:
        raise InvalidSeriesError(
            f"expected series on one time base with the same channels, got (T, C) {series.shape[1:]} and "
            f"{targets.shape[1:]}; resample them alike"
        )
    matrix = np.empty((len(series), len(targets)))
    for column, (target, target_length) in enumerate(zip(targets, target_valid, strict=True)):
        common = np.minimum(valid, target_length)
        for length in np.unique(common):
            rows = np.flatnonzero(common == length)
            stacked = np.concatenate([target[None, :length], series[rows, :length]])
            matrix[rows, column] = _warped(stacked, 1, band, within=False)[0, 1:]
    return matrix


def checked_series(features: ArrayLike, lengths: ArrayLike | None = None) -> tuple[Floats, Ints]:
    """Return features (n, T, C), zero after their valid length, and the lengths (n,); refuse empty ones."""
    series = np.array(features, dtype=np.float64)
    if series.ndim != 3 or 0 in series.shape:
        raise InvalidSeriesError(
            f"expected features (n, T, C) with n, T, C >= 1, got shape {series.shape}; "
            "stack the channels last"
        )
    valid = valid_lengths(series)
    if lengths is not None:
        given = np.asarray(lengths, dtype=np.int64)
        if given.shape != valid.shape:
            raise InvalidSeriesError(
                f"expected {len(valid)} lengths, got shape {given.shape}; give one for each series"
            )
        valid = np.minimum(valid, given)
    if np.any(valid < 1):
        raise InvalidSeriesError(
            f"expected at least one valid sample in every series, got none in rows "
            f"{np.flatnonzero(valid < 1)[:10].tolist()}; drop them"
        )
    series[np.arange(series.shape[1]) >= valid[:, None]] = 0.0
    return series, valid


def _runs(ordered: Ints) -> list[tuple[int, int, int]]:
    lengths, first = np.unique(ordered, return_index=True)
    ends = [*first[1:].tolist(), len(ordered)]
    return list(zip(lengths.tolist(), first.tolist(), ends, strict=True))


def _warped(series: Floats, rows: int, band: float, *, within: bool) -> Floats:
    """Distances of the first `rows` series to all of them; pairs among the rows only if `within`."""
    count, samples, channels = series.shape
    if not 0 <= band <= 1:
        raise InvalidSettingError(f"expected a band between 0 and 1, got {band}; 0.1 is a good one")
    if count == 1:
        return np.zeros((1, 1))
    radius = max(1, round(band * samples)) if band > 0 else 0
    upper = dtw_ndim.distance_matrix_fast(
        np.ascontiguousarray(series),
        ndim=channels,
        window=radius + 1,
        block=((0, rows), (0 if within else rows, count)),
        parallel=False,
        only_triu=True,
    )[:rows]
    block = np.where(np.isfinite(upper), upper, 0.0)
    if within:
        square = np.triu(block[:, :rows], 1)
        block[:, :rows] = square + square.T
    distances: Floats = block / np.sqrt(samples)
    return distances
