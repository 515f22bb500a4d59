"""Whether the rows of two files that belong together, trials and their series, make sense."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from store.care.findings import CHANGED, MISNAMED, MISPLACED, ORPHAN, REPEATED, SHORT, STATUS, UNNAMED
from store.schema import STATUSES, Schema


@dataclass(frozen=True)
class Doubt:
    """Why an id was not confirmed.

    Attributes
    ----------
    text : str
        What the id is and what it should be.
    certain : bool
        Whether the id is wrong; else there is no telling.
    """

    text: str
    certain: bool


class Identification(Protocol):
    """What knows how the ids of a store's model follow from the content; its owner passes it in."""

    def planned(self, row: Mapping[str, Any]) -> Doubt | None:
        """Check a row of ``chunks``; all of these come before the first trial."""

    def trial(self, row: Mapping[str, Any]) -> Doubt | None:
        """Check a row of ``trials``."""


@final
class Tally:
    """Problems by kind: how many, and the first of them in words."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, kind: str, text: str, count: int = 1) -> None:
        """Count a problem."""
        self._counts[kind] += count
        self._first.setdefault(kind, text)

    def doubt(self, doubt: Doubt | None) -> None:
        """Count what an identification says, if it says something."""
        if doubt is not None:
            self.add(MISNAMED if doubt.certain else UNNAMED, doubt.text)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for kind, count in self._counts.items():
            more = f", and {count - 1} more like it" if count > 1 else ""
            yield kind, f"{self._first[kind]}{more}"


@final
class Inspection:
    """Reads the trials of a file and then their series, a row group at a time.

    Parameters
    ----------
    tally : Tally
        Where problems are counted.
    schema : Schema
        The columns of the store.
    home : tuple of (str, int), optional
        The chunk and the attempt that all rows must be of.
    identification : Identification, optional
        Without it, ids are not recomputed.
    """

    def __init__(
        self,
        tally: Tally,
        schema: Schema,
        home: tuple[str, int] | None = None,
        identification: Identification | None = None,
    ) -> None:
        self._tally = tally
        self._schema = schema
        self._home = home
        self._identification = identification
        self._keys: list[pa.Table] = []
        self._known: pa.Table | None = None
        self._expected: dict[str, tuple[str, int | None]] = {}
        self._samples: Counter[str] = Counter()
        self._last: tuple[str, float] | None = None

    @property
    def count(self) -> int:
        """Trials read so far."""
        return len(self._expected)

    def trials(self, rows: pa.Table) -> None:
        """Read rows of `trials`."""
        self._required(rows)
        names = [name for name in self._schema.series_keys if name in rows.column_names]
        self._keys.append(rows.select(names))
        for row in rows.to_pylist():
            self._trial(row)

    def _required(self, rows: pa.Table) -> None:
        for column in self._schema.trials.columns:
            if column.required and rows.column(column.name).null_count:
                self._tally.add(CHANGED, f"a trial without {column.name!r}")

    def _trial(self, row: Mapping[str, Any]) -> None:
        trial_id, home = row["trial_id"], (row["chunk"], row["attempt"])
        if trial_id in self._expected:
            self._tally.add(REPEATED, f"trial {trial_id!r} twice")
        if self._home is not None and home != self._home:
            self._tally.add(MISPLACED, f"trial {trial_id!r} of chunk {home[0]!r}, attempt {home[1]}")
        if row["status"] not in STATUSES:
            self._tally.add(STATUS, f"trial {trial_id!r} with status {row['status']!r}")
        if self._identification is not None:
            self._tally.doubt(self._identification.trial(row))
        self._expected[trial_id] = (row["status"], row.get("samples"))

    def series(self, rows: pa.Table) -> None:
        """Read rows of `series`; all trials have been read before."""
        if self._known is None:
            self._known = pa.concat_tables(self._keys, promote_options="default") if self._keys else None
        ids = rows.column("trial_id")
        self._in_order(ids.to_numpy(zero_copy_only=False), rows.column("t").to_numpy())
        for entry in pc.value_counts(ids.combine_chunks()).to_pylist():
            if entry["values"] in self._expected:
                self._samples[entry["values"]] += entry["counts"]
            else:
                self._tally.add(
                    ORPHAN, f"{entry['counts']} samples of {entry['values']!r}, which is no trial here"
                )
        if self._known is not None:
            self._agree(rows, self._known)

    def _in_order(self, ids: np.ndarray[Any, Any], t: np.ndarray[Any, Any]) -> None:
        if not len(ids):
            return
        follows = (ids[1:] == ids[:-1]) & ~(t[1:] > t[:-1])
        across = self._last is not None and self._last[0] == ids[0] and not t[0] > self._last[1]
        if follows.any() or across:
            where = ids[1:][follows][0] if follows.any() else ids[0]
            self._tally.add(REPEATED, f"a sample of {where!r} that is not after the one before it")
        self._last = (ids[-1], t[-1])

    def _agree(self, rows: pa.Table, known: pa.Table) -> None:
        """Compare the columns that series repeat from their trials."""
        places = pc.index_in(rows.column("trial_id"), known.column("trial_id").combine_chunks())
        found = places.is_valid()
        repeated = known.take(places.filter(found))
        for name in known.column_names:
            if name not in rows.column_names:
                continue
            ours, theirs = _values(rows.column(name).filter(found)), _values(repeated.column(name))
            if not _same(ours, theirs):
                self._tally.add(CHANGED, f"series whose {name!r} is not that of their trials")

    def end(self) -> None:
        """Count the trials whose series are not as long as they should be."""
        for trial_id, (status, samples) in self._expected.items():
            if samples is None:
                continue
            found = self._samples[trial_id]
            if found > samples or (status == "complete" and found < samples):
                self._tally.add(
                    SHORT, f"{found} samples of the {status} trial {trial_id!r}, which has {samples}"
                )


def _values(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    values: np.ndarray[Any, Any] = column.to_numpy(zero_copy_only=False)
    return values


def _same(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == other.dtype.kind == "f")
