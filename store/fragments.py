"""The commit of a chunk: a directory that appears whole, once, named after the chunk and its attempt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from store.durable import fsync, publish_directory, staged, write_errors
from store.errors import ConflictError
from store.layout import Layout
from store.parquet import read_rows, row_count, write_table
from store.schema import SERIES, TRIALS

TRIALS_FILE = "trials.parquet"
SERIES_FILE = "series.parquet"


@dataclass(frozen=True)
class Receipt:
    """What stands in the store after a commit.

    Attributes
    ----------
    chunk : str
        Name of the chunk.
    attempt : int
        Which try of it, from 1.
    trials, samples : int
        Rows of the two tables in the fragment that stands.
    fresh : bool
        Whether this call wrote it; False when it stood already, as after a retry.
    """

    chunk: str
    attempt: int
    trials: int
    samples: int
    fresh: bool


def commit_fragment(layout: Layout, chunk: str, attempt: int, trials: pa.Table, series: pa.Table) -> Receipt:
    """Make `trials` and `series` the fragment of this attempt, unless it stands already.

    Stage both files and flush them, flush the staging directory, rename it into place, flush its new parent.

    Raises
    ------
    ConflictError
        If a fragment of this name stands and holds other trials.
    WriteError
        If the file system refuses.
    """
    target = layout.fragment(chunk, attempt)
    fresh = not target.is_dir() and _publish(layout, target, trials, series)
    if fresh:
        return Receipt(chunk, attempt, trials.num_rows, series.num_rows, fresh=True)
    return _standing(layout, target, Receipt(chunk, attempt, trials.num_rows, 0, fresh=False), trials)


def _publish(layout: Layout, target: Path, trials: pa.Table, series: pa.Table) -> bool:
    with write_errors(target), staged(layout.staging) as directory:
        directory.mkdir()
        write_table(directory / TRIALS_FILE, TRIALS, trials)
        write_table(directory / SERIES_FILE, SERIES, series)
        return publish_directory(directory, target)


def _standing(layout: Layout, target: Path, asked: Receipt, trials: pa.Table) -> Receipt:
    stored = set(read_rows(target / TRIALS_FILE, ["trial_id"]).column("trial_id").to_pylist())
    if stored != set(trials.column("trial_id").to_pylist()):
        raise ConflictError(
            f"expected attempt {asked.attempt} of chunk {asked.chunk!r} to hold these {asked.trials} trials; "
            f"got a fragment of {len(stored)} others in {target}; use another chunk name or the next attempt"
        )
    fsync(layout.fragments)  # its writer may not have come that far
    samples = row_count(target / SERIES_FILE)
    return Receipt(asked.chunk, asked.attempt, len(stored), samples, fresh=False)
