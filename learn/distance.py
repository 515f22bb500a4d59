"""Banded dependent dynamic time warping between multichannel series.

The band matters: without one, warping erases the growth law by which regimes differ. A band of zero warps
nothing: that is the Euclidean distance.

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


def distance_matrix(
    features: ArrayLike,
    lengths: ArrayLike | None = None,
    band: float = BAND,
    factors: Floats | None = None,
) -> Floats:
    """Distances between all pairs of series.

    Parameters
    ----------
    features : array_like (n, T, C)
        Scaled features on one time base.
    lengths : array_like of int (n,), optional
        Valid samples of each series; by default those before its first NaN. A pair is compared over the
        samples that both have.
    band : float
        Radius of the Sakoe-Chiba band as a share of the compared samples; 0 for Euclid.
    factors : array (T,), optional
        What a distance over the first 1, 2, ... T samples is multiplied by, such as `length_factors` finds;
        1 by default.

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
    weights = _weights(series, factors)
    order = np.argsort(valid, kind="stable")
    upper = np.zeros((len(series), len(series)))
    for length, first, last in _runs(valid[order]):
        count = len(order) - first
        pairs = _warped(series[order[first:], :length], ((0, last - first), (0, count)), band)
        pairs *= weights[length - 1]
        ends = np.cumsum(count - 1 - np.arange(last - first))
        for row, values in enumerate(np.split(pairs, ends[:-1]), first):
            upper[row, row + 1 :] = values
    upper += upper.T
    if np.all(np.diff(order) == 1):
        return upper
    place = np.argsort(order)
    return upper[np.ix_(place, place)]


def cross_distances(
    features: ArrayLike,
    others: ArrayLike,
    lengths: ArrayLike | None = None,
    other_lengths: ArrayLike | None = None,
    band: float = BAND,
    factors: Floats | None = None,
) -> Floats:
    """Distances (n, m) of series (n, T, C) to others (m, T, C), by the rules of `distance_matrix`."""
    series, valid = checked_series(features, lengths)
    targets, target_valid = checked_series(others, other_lengths)
    if series.shape[1:] != targets.shape[1:]:
        raise InvalidSeriesError(
            f"expected series on one time base with the same channels, got (T, C) {series.shape[1:]} and "
            f"{targets.shape[1:]}; resample them alike"
        )
    weights = _weights(series, factors)
    matrix = np.empty((len(series), len(targets)))
    valid = np.minimum(valid, target_valid.max())
    for reach in np.unique(target_valid):
        columns = np.flatnonzero(target_valid == reach)
        common = np.minimum(valid, reach)
        for length in np.unique(common):
            rows, k = np.flatnonzero(common == length), len(columns)
            both = np.concatenate([targets[columns, :length], series[rows, :length]])
            pairs = _warped(both, ((0, k), (k, len(both))), band).reshape(k, len(rows))
            matrix[np.ix_(rows, columns)] = pairs.T * weights[length - 1]
    return matrix


def length_factors(features: ArrayLike, lengths: ArrayLike | None = None) -> Floats:
    """By how much distances over the first samples fall short of those over all that two series share.

    Series that start alike differ little over few samples, whatever they become: compared as they are, short
    series are near to everything. Times these factors, distances over any number of samples are in units of
    the series' pooled spread over them.

    Parameters
    ----------
    features : array_like (n, T, C)
        Scaled features.
    lengths : array_like of int (n,), optional
        Valid samples of each series.

    Returns
    -------
    array (T,)
        Factor of a distance over the first 1, 2, ... T samples: the spread (the root of the mean variance
        between series) over the most samples that two series share, divided by that over these. Where
        series end, the ratio is that of those which go on, so a regime that ends early does not lessen it.
        It is 1 where all lengths are equal, and where series do not differ yet.
    """
    series, valid = checked_series(features, lengths)
    factors = np.ones(series.shape[1])
    longest = int(np.sort(valid)[-2]) if len(valid) > 1 else int(valid[0])
    if valid.min() >= longest:
        return factors
    ends = np.unique(np.append(valid[valid <= longest], 0))
    beyond = 1.0
    for begin, end in zip(ends[-2::-1], ends[:0:-1], strict=True):
        variance = series[valid >= end, :end].var(axis=0).sum(axis=1)
        spread = np.sqrt(np.cumsum(variance) / np.arange(1, end + 1))
        ratio = np.divide(spread[-1], spread, out=np.ones(end), where=spread > 0)
        factors[begin:end] = beyond * ratio[begin:]
        beyond *= ratio[begin - 1]
    return factors


def band_radius(band: float, samples: int) -> int:
    """Radius in samples of a band given as a share of the compared samples; at least 1 for a band above 0."""
    if not 0 <= band <= 1:
        raise InvalidSettingError(f"expected a band between 0 and 1, got {band}; 0.1 is a good one")
    return max(1, round(band * samples)) if band > 0 else 0


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


def _weights(series: Floats, factors: Floats | None) -> Floats:
    samples = series.shape[1]
    if factors is None:
        return np.ones(samples)
    if factors.shape != (samples,):
        raise InvalidSeriesError(f"expected {samples} factors, one per sample, got shape {factors.shape}")
    return factors


def _runs(ordered: Ints) -> list[tuple[int, int, int]]:
    lengths, first = np.unique(ordered, return_index=True)
    ends = [*first[1:].tolist(), len(ordered)]
    return list(zip(lengths.tolist(), first.tolist(), ends, strict=True))


def _warped(series: Floats, block: tuple[tuple[int, int], tuple[int, int]], band: float) -> Floats:
    """Distances of the pairs (row < column) of a block of rows and columns, row after row."""
    count, samples, channels = series.shape
    radius = band_radius(band, samples)
    if count == 1:
        return np.zeros(0)
    pairs = dtw_ndim.distance_matrix_fast(
        np.ascontiguousarray(series),
        ndim=channels,
        window=radius + 1,
        block=block,
        parallel=False,
        only_triu=True,
        compact=True,
    )
    distances: Floats = np.asarray(pairs, dtype=np.float64) / np.sqrt(samples)
    return distances
