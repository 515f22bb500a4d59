"""The gap statistic: how much more structure there is than in series without regimes.

References
----------
.. [1] R. Tibshirani, G. Walther, T. Hastie, "Estimating the number of clusters in a data set via the gap
   statistic", J. R. Stat. Soc. B 63, 411 (2001), doi 10.1111/1467-9868.00293.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from learn.distance import distance_matrix
from learn.partition import nearest, partition
from learn.value import Floats, Ints

REFERENCES = 10  # data sets without regimes
LARGEST = 200  # series that are compared with them


@dataclass(frozen=True)
class Gap:
    """How much tighter k regimes are than in series without any: Gap(k) and its error s_k, eq. 3.

    The value is infinite where k regimes leave no spread at all.
    """

    value: float
    error: float


def gaps(series: Floats, lengths: Ints, counts: Sequence[int], band: float, seed: int) -> Mapping[int, Gap]:
    """Gap statistic of k-medoids for each number of regimes.

    The reference series are uniform over the box of the principal components of the series (choice b of the
    paper): as smooth as they are, and spread along the directions in which they differ. Series at least as
    long as the median are compared, over that length; of more than LARGEST, every so-manieth.

    Parameters
    ----------
    series : array (n, T, C)
        In an order that does not depend on how they came in.
    lengths : array of int (n,)
    counts : sequence of int
    band : float
        Of the distances, those of the references too.
    seed : int

    Returns
    -------
    mapping of int to Gap
        Without the numbers that need more series, or that leave no spread in series without regimes either.
    """
    chosen = _alike(series, lengths)
    rng = np.random.default_rng(np.random.SeedSequence([seed, len(chosen)]))
    counts = [k for k in counts if k < len(chosen)]
    found = _log_spreads(chosen, counts, band, seed)
    references = np.array(
        [_log_spreads(_reference(chosen, rng), counts, band, seed) for _ in range(REFERENCES)]
    )
    with np.errstate(invalid="ignore"):
        differences = references - found
        error = np.sqrt(1.0 + 1.0 / REFERENCES) * references.std(axis=0)
    return {
        k: Gap(float(differences[:, i].mean()), float(error[i]))
        for i, k in enumerate(counts)
        if np.isfinite(references[:, i]).all()
    }


def gap_count(found: Mapping[int, Gap]) -> int | None:
    """Return the smallest k whose gap is within one error of that of k + 1; None where none is."""
    for k in sorted(found):
        after = found.get(k + 1)
        if after is not None and found[k].value >= after.value - after.error:
            return k
    return None


def _alike(series: Floats, lengths: Ints) -> Floats:
    """Series of one length, LARGEST at most."""
    length = int(np.median(lengths))
    long = np.flatnonzero(lengths >= length)
    rows = long[np.linspace(0, len(long) - 1, min(len(long), LARGEST)).round().astype(np.int64)]
    return series[rows, :length]


def _reference(series: Floats, rng: np.random.Generator) -> Floats:
    flat = series.reshape(len(series), -1)
    centre = flat.mean(axis=0)
    _, _, directions = np.linalg.svd(flat - centre, full_matrices=False)
    places = (flat - centre) @ directions.T
    drawn = rng.uniform(places.min(axis=0), places.max(axis=0), places.shape)
    return np.asarray(centre + drawn @ directions).reshape(series.shape)


def _log_spreads(series: Floats, counts: Sequence[int], band: float, seed: int) -> Floats:
    """Logarithm of the pooled spread within k regimes, W_k of eq. 2; minus infinity where there is none."""
    distances = distance_matrix(series, band=band)
    squares = distances**2
    spreads = []
    for k in counts:
        labels = nearest(distances, partition(distances, k, seed, starts=1))
        own = [np.flatnonzero(labels == regime) for regime in range(k)]
        spreads.append(
            sum(squares[np.ix_(rows, rows)].sum() / (2.0 * len(rows)) for rows in own if len(rows))
        )
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(spreads, dtype=np.float64))
