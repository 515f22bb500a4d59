"""The times that the series of several trials share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from store.errors import QueryError
from store.results import Result

Array = np.ndarray[tuple[int], np.dtype[Any]]

# Times that differ by rounding only are one: as a share of the largest.
_ROUNDING = 1e-9
_SHOWN = 4


@dataclass(frozen=True)
class TimeGrid:
    """Ascending times.

    Attributes
    ----------
    times : ndarray of shape (times,)
        The times; those that differ by rounding only are one, the smallest of them.
    samples : int
        Samples of all the trials together.
    """

    times: Array
    samples: int

    @classmethod
    def empty(cls) -> TimeGrid:
        """Return a grid without times."""
        return cls(np.zeros(0), 0)

    def places(self, times: pa.Array) -> Array:
        """Return the place of each time in the grid; it must be one of those the grid is made of."""
        found: Array = np.searchsorted(self.times, times.to_numpy(zero_copy_only=False), side="right") - 1
        return found


def time_grid(result: Result, trial_ids: list[str] | None, *, union: bool) -> TimeGrid:
    """Return the grid of the times of some trials, or of all.

    Parameters
    ----------
    result : Result
        An answer of the store, for its state.
    trial_ids : list of str or None
        The trials; None for all.
    union : bool
        Whether the trials may have other times than the one with most samples.

    Raises
    ------
    QueryError
        If a trial has other times, and may not.
    """
    chosen = "" if trial_ids is None else " WHERE trial_id IN (SELECT unnest(?::VARCHAR[]))"
    parameters = None if trial_ids is None else [trial_ids]
    distinct = result.also(f"SELECT DISTINCT t FROM series{chosen} ORDER BY t", parameters).arrow()
    times = _without_rounding(distinct.column("t").to_numpy())
    grids = f"SELECT max(t) AS last, count(*) AS n FROM series{chosen} GROUP BY trial_id"
    found = list(
        result.also(
            f"SELECT n, last, count(*) FROM ({grids}) GROUP BY n, last ORDER BY count(*) DESC, n DESC, last",
            parameters,
        ).rows()
    )
    if found and not union and len(times) > max(n for n, _, _ in found):
        raise _mixed(found)
    return TimeGrid(times, sum(n * trials for n, _, trials in found))


def _without_rounding(times: Array) -> Array:
    if len(times) == 0:
        return times
    apart = np.diff(times) > _ROUNDING * np.abs(times).max()
    return times[np.concatenate(([True], apart))]


def _mixed(grids: list[tuple[Any, ...]]) -> QueryError:
    listed = [f"{n} samples to t = {last:g} ({trials} trials)" for n, last, trials in grids[:_SHOWN]]
    more = f" and {len(grids) - _SHOWN} more" if len(grids) > _SHOWN else ""
    return QueryError(
        f"expected trials that share one grid of times; got {', '.join(listed)}{more}; choose with where, "
        "such as t_final = 150, or take times 'union', NaN where a trial has no sample"
    )
