"""Recorded series of points, averaged over their trials, and few enough numbers for a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from store.schema import DATA_STATUSES
from sweep.report.points import Points
from sweep.report.subject import Subject

TOLD = ("msd", "participation_ratio")
MOST_COLUMNS = 3
# Numbers of all series together, and the fewest and the most samples of one that this leaves.
MOST_NUMBERS = 300_000
FEWEST_SAMPLES, MOST_SAMPLES = 12, 48

# Beyond the shortest valid time of its trials a mean would be one over survivors.
_SERIES = """, members AS (
    SELECT trial_id, point_id, coalesce(frozen, false) AS frozen, {t_valid} AS t_valid
    FROM trials SEMI JOIN planned USING (trial_id) WHERE status IN ({data})
), common AS (
    SELECT point_id, frozen, min(t_valid) * (1 + 1e-9) AS t_valid FROM members GROUP BY ALL
)
SELECT members.point_id, members.frozen, series.t{columns}
FROM series JOIN members USING (trial_id)
    JOIN common ON common.point_id = members.point_id AND common.frozen = members.frozen
WHERE series.t <= common.t_valid GROUP BY ALL ORDER BY ALL
"""

Floats = NDArray[np.float64]
Key = tuple[str, bool]


@final
@dataclass(frozen=True, eq=False)
class Recording:
    """Series of a point on one kind of lattice.

    Attributes
    ----------
    times : ndarray (T,)
    mean, low, high : ndarray (C, T)
        Over the trials with data: their mean, and the lowest and the highest.
    """

    times: Floats
    mean: Floats
    low: Floats
    high: Floats


@final
@dataclass(frozen=True, eq=False)
class Recordings:
    """All of them.

    Attributes
    ----------
    columns : tuple of str
        Of the table `series`.
    by_key : mapping of (point id, frozen) to Recording
    samples : int
        The most that were recorded of one series.
    """

    columns: tuple[str, ...]
    by_key: Mapping[Key, Recording]
    samples: int

    @property
    def shown(self) -> int:
        """Samples that the longest series has here."""
        return max((recording.times.size for recording in self.by_key.values()), default=0)


def read_recordings(subject: Subject, points: Points) -> Recordings:
    """Series of the points that a page shows.

    Parameters
    ----------
    subject : Subject
    points : Points
    """
    columns = _columns(subject)
    if not columns:
        return Recordings((), {}, 0)
    wanted = {point.point_id for point in points.shown}
    parts = "".join(f', avg("{name}"), min("{name}"), max("{name}")' for name in columns)
    data = ", ".join(f"'{status}'" for status in DATA_STATUSES)
    grouped: dict[Key, list[tuple[float, ...]]] = {}
    ends = "coalesce(t_valid, 'inf'::DOUBLE)" if "t_valid" in subject.columns("trials") else "'inf'::DOUBLE"
    query = _SERIES.format(data=data, columns=parts, t_valid=ends)
    for point_id, frozen, *numbers in subject.rows(query):
        if point_id in wanted:
            grouped.setdefault((str(point_id), bool(frozen)), []).append(tuple(numbers))
    samples = _samples(len(grouped), len(columns))
    by_key = {key: _recording(rows, samples) for key, rows in grouped.items()}
    return Recordings(columns, by_key, max(map(len, grouped.values()), default=0))


def _columns(subject: Subject) -> tuple[str, ...]:
    """Columns that hold anything: the usual ones, or what a user's model returned."""
    known = subject.columns("series")
    asked = [name for name in TOLD if name in known] or _returned(subject)
    if not asked:
        return ()
    counts = ", ".join(f'count("{name}")' for name in asked)
    found = subject.rows(f"SELECT {counts} FROM series SEMI JOIN planned USING (trial_id)")
    return tuple(name for name, count in zip(asked, found[0], strict=True) if count)[:MOST_COLUMNS]


def _returned(subject: Subject) -> list[str]:
    """Those of a user's model, the ones that tell the regimes apart before all others."""
    return sorted(subject.returned("series"), key=lambda name: name not in subject.compared)


def _samples(series: int, columns: int) -> int:
    share = MOST_NUMBERS // max(1, 3 * series * columns)
    return min(MOST_SAMPLES, max(FEWEST_SAMPLES, share))


def _recording(rows: Sequence[tuple[float, ...]], samples: int) -> Recording:
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(samples, len(rows))).round().astype(int))
    table = np.array([rows[place] for place in chosen], dtype=float)
    return Recording(table[:, 0], *(table[:, 1 + part :: 3].T for part in range(3)))
